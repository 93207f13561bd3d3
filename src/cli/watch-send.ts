import { AppError } from '../error.ts'
import type { Api } from './api.ts'
import type { Output } from './output.ts'
import { showProgress } from './progress.ts'
import { blockText, pauseText, type SendWithProgress } from './send-text.ts'
import { plainLine } from './table.ts'
import type { Terminal } from './terminal.ts'

/** A send that does not move any more. `explanation` says why when it is not sent; else null. */
export type Watched = { readonly send: SendWithProgress; readonly explanation: string | null }

export type Watching = {
  readonly api: Pick<Api, 'get' | 'events'>
  readonly output: Pick<Output, 'note'>
  readonly terminal: Pick<Terminal, 'clock' | 'stderr' | 'isInteractive' | 'stopped'>
}

const RETRY_MS = 500
/** A server that is being restarted comes back within that. */
const PATIENCE_MS = 60_000

/**
 * Follows a send until it is sent, paused, cancelled or missed, and shows its progress meanwhile.
 * @throws AppError as the API does; `unavailable` when the server stays away for a minute
 */
export async function watchSend(id: string, { api, output, terminal }: Watching): Promise<Watched> {
  const bar = showProgress(terminal, 'recipients')
  const say = sayOnce((line) => {
    bar.stop()
    output.note(line)
  })
  try {
    for await (const send of statesOf(id, { api, terminal, say })) {
      if (send.recipients !== null) bar.update(send.progress.recipients - send.progress.open, send.progress.recipients)
      const end = endOf(send)
      if (end) return { send, ...end }
      say(send.blocked ? plainLine(blockText(send.blocked)) : waitingText(send))
    }
    throw new Error('Watching ended before the send did.')
  } finally {
    bar.stop()
  }
}

type Listening = Pick<Watching, 'api' | 'terminal'> & { readonly say: (line: string) => void }

/** A send whenever it has changed, for ever: as the server tells it, however often that has to be asked anew. */
async function* statesOf(id: string, { api, terminal, say }: Listening): AsyncGenerator<SendWithProgress> {
  const path = `/sends/${encodeURIComponent(id)}`
  let tellsEvents = true
  let awaySince: Date | null = null
  for (;;) {
    try {
      const events: AsyncIterable<SendWithProgress> | null = tellsEvents ? await api.events(`${path}/events`) : null
      const states = events ?? [await api.get<SendWithProgress>(path)]
      if (tellsEvents && !events) say('The server tells no events; asking it again and again.')
      tellsEvents = events !== null
      for await (const send of states) {
        awaySince = null
        yield send
      }
    } catch (error) {
      awaySince ??= terminal.clock.now()
      if (!isAway(error) || terminal.clock.now().getTime() - awaySince.getTime() > PATIENCE_MS) throw error
      say('The server does not answer; it may be starting again.')
    }
    await terminal.clock.sleep(RETRY_MS, terminal.stopped)
    terminal.stopped.throwIfAborted()
  }
}

function isAway(error: unknown): boolean {
  return error instanceof AppError && error.code === 'unavailable'
}

function waitingText({ state, scheduledAt }: SendWithProgress): string | null {
  return state === 'scheduled' ? `Scheduled for ${scheduledAt}; waiting.` : null
}

function endOf(send: SendWithProgress): Pick<Watched, 'explanation'> | null {
  switch (send.state) {
    case 'sent':
      return { explanation: null }
    case 'paused':
      return { explanation: pauseText(send) }
    case 'cancelled':
      return { explanation: `Send ${send.id} was cancelled.` }
    case 'missed':
      return {
        explanation: `Send ${send.id} was missed: its time had passed by more than its grace when it was found.`,
      }
    default:
      return null
  }
}

/** Says a line once, and again only after another. */
function sayOnce(say: (line: string) => void): (line: string | null) => void {
  let last: string | null = null
  return (line) => {
    if (line !== null && line !== last) say(line)
    last = line
  }
}
