import { describe, expect, test } from 'vitest'
import type { Api } from '../../src/cli/api.ts'
import type { SendWithProgress } from '../../src/cli/send-text.ts'
import { watchSend } from '../../src/cli/watch-send.ts'
import { AppError } from '../../src/error.ts'
import { FakeClock } from '../support/clock.ts'
import { openTerminal } from './terminal.ts'

const SEND: SendWithProgress = {
  id: 's1',
  issueId: 'i1',
  state: 'sending',
  scheduledAt: '2026-01-05T08:00:00.000Z',
  spreadSeconds: null,
  again: false,
  allowedChecks: [],
  pauseReason: null,
  recipients: 10,
  finishedAt: null,
  editions: [],
  progress: { recipients: 10, accepted: 0, refused: 0, uncertain: 0, skipped: 0, open: 10 },
  fates: {},
  blocked: null,
}
const SENT: Partial<SendWithProgress> = {
  state: 'sent',
  progress: { recipients: 10, accepted: 9, refused: 0, uncertain: 0, skipped: 1, open: 0 },
}
const AWAY = new AppError('unavailable', 'No Pressroom server answers.')

type State = Partial<SendWithProgress>
/** What one connection tells before it ends, or how it fails. */
type Connection = readonly (State | AppError)[]

/** Watches a send over one connection after the other; the last one is met again and again. `polled`: by asking only. */
async function watching(connections: readonly Connection[], how: { stopped?: AbortSignal; polled?: true } = {}) {
  const clock = new FakeClock()
  const { terminal, stderr } = openTerminal({ clock, ...(how.stopped ? { stopped: how.stopped } : {}) })
  const notes: string[] = []
  const left = [...connections]
  const connect = () => (left.length > 1 ? left.shift() : left[0]) ?? []
  async function* tell(connection: Connection) {
    for (const told of connection) {
      if (told instanceof AppError) throw told
      yield { ...SEND, ...told }
    }
  }
  const events = async () => {
    if (how.polled) return null
    const connection = connect()
    if (connection[0] instanceof AppError) throw connection[0]
    return tell(connection)
  }
  const get = async () => {
    const { value } = await tell(connect()).next()
    return value
  }
  const api: Pick<Api, 'get' | 'events'> = { get: get as Api['get'], events: events as Api['events'] }
  const watched = watchSend('s1', { api, terminal, output: { note: (line) => void notes.push(line) } })
  let isOver = false
  const end = watched.then(
    () => undefined,
    () => undefined,
  )
  void end.finally(() => {
    isOver = true
  })
  while (!isOver) {
    await new Promise((resolve) => setImmediate(resolve))
    if (clock.sleeping > 0) await clock.advance(500)
  }
  return { watched, notes, stderr: stderr.text }
}

describe('watching a send', () => {
  test('shows it from scheduled to sent', async () => {
    const { watched, notes, stderr } = await watching([
      [{ state: 'scheduled', recipients: null }, { state: 'scheduled', recipients: null }, {}, SENT],
    ])
    expect(await watched).toEqual({ send: { ...SEND, ...SENT }, explanation: null })
    expect(notes).toEqual(['Scheduled for 2026-01-05T08:00:00.000Z; waiting.'])
    expect(stderr).toBe('0 of 10 recipients\n10 of 10 recipients\n')
  })

  test.each([
    [
      { state: 'paused', pauseReason: 'failure_rate' },
      'Send s1 paused itself, because too many messages were refused. To go on: pressroom send resume s1',
    ],
    [{ state: 'cancelled' }, 'Send s1 was cancelled.'],
    [{ state: 'missed' }, 'Send s1 was missed: its time had passed by more than its grace when it was found.'],
  ] as const)('ends when it is %j, and says why', async (end, explanation) => {
    const { watched } = await watching([[{}, end]])
    expect((await watched).explanation).toBe(explanation)
  })

  test('says once why the provider holds it', async () => {
    const blocked = { reason: 'quota', until: '2026-01-06T00:00:00.000Z', detail: 'daily' }
    const { notes } = await watching([[{ blocked }, { blocked }, {}, SENT]])
    expect(notes).toEqual(["Held: the provider's quota is used up (daily). It goes on at 2026-01-06T00:00:00.000Z."])
  })

  test('outlasts a server that is being restarted', async () => {
    const { watched, notes } = await watching([[{}, AWAY], [AWAY], [], [SENT]])
    expect((await watched).explanation).toBeNull()
    expect(notes).toEqual(['The server does not answer; it may be starting again.'])
  })

  test('asks again and again when the server tells no events, and says so', async () => {
    const { watched, notes } = await watching([[{}], [AWAY], [{}], [SENT]], { polled: true })
    expect((await watched).explanation).toBeNull()
    expect(notes).toEqual([
      'The server tells no events; asking it again and again.',
      'The server does not answer; it may be starting again.',
    ])
  })

  test('gives up on a server that stays away for a minute', async () => {
    const { watched } = await watching([[{}, AWAY], [AWAY]])
    await expect(watched).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('gives up at once on what is no outage', async () => {
    const { watched } = await watching([[new AppError('not_found', 'There is no send s1.')]])
    await expect(watched).rejects.toMatchObject({ code: 'not_found' })
  })

  test('ends when it is asked to', async () => {
    const { watched } = await watching([[{}]], { stopped: AbortSignal.abort() })
    await expect(watched).rejects.toMatchObject({ name: 'AbortError' })
  })
})
