import type { Clock } from '../clock.ts'
import type { PaceReport } from '../provider/provider.ts'
import type { PaceStore, Slot } from '../store/store.ts'

/**
 * A turn at the provider: it may be called at `at`, in ms of this process's clock. The row meant a moment up to `doubtMs`
 * before, for so long it took to ask it.
 */
export type Turn = Extract<Slot, { kind: 'slot' }> & { readonly at: number; readonly doubtMs: number }

/** How a call went: when it left, in ms of this process's clock, and when its answer was there. */
export type CallTimes = { readonly leftAt: number; readonly answeredAt: number }

/** The turns that one process takes at a provider, for all its loops. */
export type Turns = {
  /**
   * Waits until a turn is near and takes it; one that is far off belongs to nobody yet, so that a late call can still put
   * it off. Null when the provider is blocked, or `signal` aborts.
   */
  take(signal: AbortSignal): Promise<Turn | null>
  /** A turn led to no call. Somebody else may want it: to a provider that is down there is one a minute. */
  unused(turn: Turn): Promise<void>
  /** Learns from how a call went whether those to come would come too early. */
  answered(turn: Turn, times: CallTimes, pace: PaceReport | undefined): Promise<void>
}

/** Later than this is late: slots are a little more than that further apart in each second than the limit asks for. */
const ON_TIME_MS = 4
/** Providers count in seconds: a call that is later than that puts off the others by no more. */
const WINDOW_MS = 1_000
const REMEMBERED_CALLS = 12

/** The turns of a provider's account, taken from the row that all processes share. */
export function createTurns(
  pace: Pick<PaceStore, 'takeSlot' | 'postpone' | 'probeAgain'>,
  account: string,
  clock: Clock,
): Turns {
  const lastCalls: number[] = []
  let line: Promise<unknown> = Promise.resolve()
  const take = async (signal: AbortSignal) => {
    while (!signal.aborted) {
      const askedAt = clock.now().getTime()
      const slot = await pace.takeSlot(account)
      const now = clock.now().getTime()
      if (slot.kind === 'blocked') return null
      if (slot.kind === 'slot') return { ...slot, at: now + slot.waitMs, doubtMs: now - askedAt }
      await clock.sleep(slot.waitMs, signal)
    }
    return null
  }
  return {
    // One loop at a time: the others would only ask for the same slot.
    take: (signal) => {
      const mine = line.then(() => take(signal))
      line = mine.catch(() => undefined)
      return mine
    },
    unused: async (turn) => {
      if (turn.probe) await pace.probeAgain(account)
    },
    answered: async (turn, { leftAt, answeredAt }, report) => {
      const tookMs = answeredAt - leftAt
      const longerMs = Math.max(0, tookMs - lowerQuartile(lastCalls))
      lastCalls.push(tookMs)
      if (lastCalls.length > REMEMBERED_CALLS) lastCalls.shift()
      if (!report?.placeInWindow) return
      const lateMs = leftAt - turn.at + turn.doubtMs + longerMs - ON_TIME_MS
      const putOffMs = Math.min(keepsOpenMs(lateMs, report.placeInWindow, 1_000 / turn.requestsPerSecond), WINDOW_MS)
      if (putOffMs > 0) await pace.postpone(account, putOffMs, turn.postponedMs)
    },
  }
}

/**
 * By how much the calls to come have to be later for a call that is `lateMs` late. A provider counts calls in windows that
 * open when one arrives. Of a window that opens late, because its first call is, they must be late by as much: else it
 * takes in one too many. So it does with a call that is so late that those of the next window overtook it.
 */
function keepsOpenMs(lateMs: number, placeInWindow: number, apartMs: number): number {
  if (placeInWindow === 1) return lateMs
  const overtaking = placeInWindow - 1
  return lateMs >= overtaking * apartMs ? overtaking * apartMs : 0
}

function lowerQuartile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 2] ?? 0
}
