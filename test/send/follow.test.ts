import { describe, expect, test } from 'vitest'
import { newId, type SendId } from '../../src/id.ts'
import type { SendNow } from '../../src/send/describe.ts'
import { createFollower } from '../../src/send/follow.ts'
import type { Progress, Send } from '../../src/send/send.ts'
import { FakeClock } from '../support/clock.ts'

const ID = newId<'send'>()
const SEND: Send = {
  id: ID,
  issueId: newId<'issue'>(),
  newsletterId: newId<'newsletter'>(),
  state: 'sending',
  scheduledAt: new Date('2026-01-05T08:00:00Z'),
  graceSeconds: 60,
  spreadSeconds: null,
  again: false,
  pauseReason: null,
  allowedChecks: [],
  recipients: 10,
  createdAt: new Date('2026-01-05T08:00:00Z'),
  preparedAt: null,
  finishedAt: null,
  editions: [],
}
const progress: Progress = { recipients: 10, accepted: 0, refused: 0, uncertain: 0, skipped: 0, open: 10 }

type Now = Pick<Send, 'state'> & { readonly progress: Progress }

/** A store with one send, and how often it was asked for it. */
function openFollower(state: Send['state'] = 'sending') {
  const clock = new FakeClock()
  const closing = new AbortController()
  const asked: SendId[] = []
  let now: Now = { state, progress }
  const get = async (id: SendId): Promise<Send> => {
    asked.push(id)
    return { ...SEND, id, state: now.state }
  }
  const sends = { get, progress: async () => now.progress }
  const store = {
    now: async () => clock.now(),
    events: { fates: async () => ({}) },
    pace: { get: async () => null },
    sends,
  }
  const follower = createFollower({ clock, store, provider: { account: 'a' } }, closing.signal)
  const become = (changes: Partial<Now>) => {
    now = { ...now, ...changes }
  }
  const later = async (ms: number) => {
    await settle()
    await clock.advance(ms)
    await settle()
  }
  return { clock, closing, follower, asked, become, later }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}

function watch(states: AsyncIterable<SendNow | null>) {
  const seen: (SendNow | null)[] = []
  const over = (async () => {
    for await (const state of states) seen.push(state)
  })()
  return { seen, over, states: () => seen.map((send) => send?.state ?? null) }
}

describe('following a send', () => {
  test('tells how it is at once, then when something changed, and ends with it', async () => {
    const { follower, later, become } = openFollower()
    const watched = watch(follower.follow(ID, new AbortController().signal))
    await later(1_000)
    await later(1_000)
    expect(watched.states()).toEqual(['sending'])
    become({ progress: { ...progress, accepted: 10, open: 0 } })
    await later(1_000)
    become({ state: 'sent' })
    await later(1_000)
    await watched.over
    expect(watched.seen.map((send) => [send?.state, send?.progress.accepted])).toEqual([
      ['sending', 0],
      ['sending', 10],
      ['sent', 10],
    ])
  })

  test('asks the database once a second, however many watch', async () => {
    const { follower, later, asked } = openFollower()
    const leavers = Array.from({ length: 50 }, () => new AbortController())
    const watchers = leavers.map(({ signal }) => watch(follower.follow(ID, signal)))
    await settle()
    expect(asked).toHaveLength(1)
    await later(500)
    const late = new AbortController()
    watchers.push(watch(follower.follow(ID, late.signal)))
    await settle()
    expect(asked).toHaveLength(1)
    for (let second = 0; second < 10; second++) await later(1_000)
    expect(asked.length).toBeLessThanOrEqual(11)
    expect(watchers.every(({ seen }) => seen.length === 1)).toBe(true)
    for (const leaver of [...leavers, late]) leaver.abort()
    await Promise.all(watchers.map(({ over }) => over))
  })

  test('says that nothing is new after a while', async () => {
    const { follower, later } = openFollower()
    const gone = new AbortController()
    const watched = watch(follower.follow(ID, gone.signal))
    for (let second = 0; second < 31; second++) await later(1_000)
    expect(watched.states()).toEqual(['sending', null, null])
    gone.abort()
    await watched.over
  })

  test('goes on while it is paused, and until a cancelled one has nothing open', async () => {
    const { follower, later, become } = openFollower('paused')
    const watched = watch(follower.follow(ID, new AbortController().signal))
    await later(1_000)
    become({ state: 'cancelled' })
    await later(1_000)
    become({ progress: { ...progress, skipped: 10, open: 0 } })
    await later(1_000)
    await watched.over
    expect(watched.states()).toEqual(['paused', 'cancelled', 'cancelled'])
  })

  test('leaves nobody asleep when its server stops', async () => {
    const { follower, later, clock, closing } = openFollower()
    const watched = watch(follower.follow(ID, closing.signal))
    await later(100)
    closing.abort()
    await watched.over
    expect(clock.sleeping).toBe(0)
  })
})
