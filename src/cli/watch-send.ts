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
  readonly api: Pick<Api, 'get'>
  readonly output: Pick<Output, 'note'>
  readonly terminal: Pick<Terminal, 'clock' | 'stderr' | 'isInteractive' | 'stopped'>
}

const POLL_MS = 500
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
    let answeredAt = terminal.clock.now()
    for (;;) {
      const send = await api.get<SendWithProgress>(`/sends/${encodeURIComponent(id)}`).catch((error: unknown) => {
        const awayMs = terminal.clock.now().getTime() - answeredAt.getTime()
        if (!isAway(error) || awayMs > PATIENCE_MS) throw error
        say('The server does not answer; it may be starting again.')
        return null
      })
      if (send) {
        answeredAt = terminal.clock.now()
        const end = endOf(send)
        if (send.recipients !== null)
          bar.update(send.progress.recipients - send.progress.open, send.progress.recipients)
        if (end) return { send, ...end }
        say(send.blocked ? plainLine(blockText(send.blocked)) : waitingText(send))
      }
      await terminal.clock.sleep(POLL_MS, terminal.stopped)
      terminal.stopped.throwIfAborted()
    }
  } finally {
    bar.stop()
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
