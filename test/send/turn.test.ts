import { expect, test } from 'vitest'
import { createTurns, type Turn } from '../../src/send/turn.ts'
import type { Slot } from '../../src/store/store.ts'
import { FakeClock } from '../support/clock.ts'

const SLOT: Slot = { kind: 'slot', waitMs: 40, requestsPerSecond: 10, probe: false, countsDay: false, postponedMs: 500 }

/** Turns from a row that hands out what it is told to, and what calls postponed there. */
function turnsOf(slots: readonly Slot[]) {
  const clock = new FakeClock()
  const postponed: (readonly [string, number, number])[] = []
  const probed: string[] = []
  const left = [...slots]
  const pace = {
    takeSlot: async () => left.shift() ?? ({ kind: 'blocked', reason: 'quota' } as const),
    probeAgain: async (account: string) => void probed.push(account),
    postpone: async (...how: readonly [string, number, number]) => void postponed.push(how),
  }
  return { turns: createTurns(pace, 'acme', clock), clock, postponed, probed, left }
}

const turnAt = (at: number, doubtMs = 0): Turn => ({ ...SLOT, at, doubtMs })
async function asleep(clock: FakeClock) {
  while (clock.sleeping === 0) await Promise.resolve()
}

const never = new AbortController().signal

test('a turn that is far off is asked for again when it is near', async () => {
  const { turns, clock, left } = turnsOf([{ kind: 'later', waitMs: 300 }, SLOT])
  const taking = turns.take(never)
  await asleep(clock)
  await clock.advance(299)
  expect(left).toHaveLength(1)
  await clock.advance(1)
  expect(await taking).toEqual({ ...SLOT, at: clock.now().getTime() + 40, doubtMs: 0 })
})

test('of the loops of a process one asks at a time, in the order in which they came', async () => {
  const { turns, clock, left } = turnsOf([{ kind: 'later', waitMs: 300 }, SLOT, { ...SLOT, waitMs: 90 }])
  const taking = Promise.all([turns.take(never), turns.take(never), turns.take(never)])
  await asleep(clock)
  await clock.advance(100)
  expect(left).toHaveLength(2)
  await clock.advance(200)
  const now = clock.now().getTime()
  expect((await taking).map((turn) => turn && turn.at - now)).toEqual([40, 90, null])
})

test('a loop that is told to stop takes no turn', async () => {
  const { turns, clock, left } = turnsOf([{ kind: 'later', waitMs: 300 }, SLOT])
  const stop = new AbortController()
  const taking = turns.take(stop.signal)
  await asleep(clock)
  await clock.advance(100)
  stop.abort()
  expect(await taking).toBeNull()
  expect(left).toHaveLength(1)
})

test('the first call of a window puts off the others by what it may have left late, and took longer than usual', async () => {
  const { turns, postponed } = turnsOf([])
  for (let call = 0; call < 5; call++) await turns.answered(turnAt(0), { leftAt: 90, answeredAt: 120 }, {})
  await turns.answered(turnAt(0), { leftAt: 4, answeredAt: 29 }, { placeInWindow: 1 })
  await turns.answered(turnAt(0, 4), { leftAt: 12, answeredAt: 62 }, { placeInWindow: 1 })
  await turns.answered(turnAt(0), { leftAt: 90, answeredAt: 120 }, {})
  expect(postponed).toEqual([['acme', 12 + 4 + 20 - 4, 500]])
})

test('a call that others overtook into the next window puts off those to come by one place for each', async () => {
  const { turns, postponed } = turnsOf([])
  const answered = (lateMs: number, placeInWindow: number) =>
    turns.answered(turnAt(0), { leftAt: lateMs + 4, answeredAt: lateMs + 4 }, { placeInWindow })
  await answered(250, 2)
  await answered(250, 3)
  expect(postponed).toEqual([
    ['acme', 100, 500],
    ['acme', 200, 500],
  ])
  await answered(250, 4)
  await answered(99, 2)
  expect(postponed).toHaveLength(2)
})

test('who slept for hours holds nobody up for more than a window', async () => {
  const { turns, postponed } = turnsOf([])
  await turns.answered(turnAt(0), { leftAt: 3_600_000, answeredAt: 3_600_050 }, { placeInWindow: 1 })
  expect(postponed).toEqual([['acme', 1_000, 500]])
})

test('a probe that led to no call is somebody else’s, at once', async () => {
  const { turns, probed } = turnsOf([])
  await turns.unused({ ...turnAt(0), probe: true })
  await turns.unused(turnAt(0))
  expect(probed).toEqual(['acme'])
})
