import { type Clock, systemClock } from '../clock.ts'

/** A clock that can be put forward, so that a day's idempotency keys expire in a test that takes a moment. */
export type AdjustableClock = Clock & {
  /** Puts the time forward by `ms` milliseconds; waits that are under way are not cut short. */
  advance(ms: number): void
}

/** `base` (default: the machine's clock), and whatever it has been put forward by. */
export function adjustableClock(base: Clock = systemClock): AdjustableClock {
  let aheadMs = 0
  return {
    now: () => new Date(base.now().getTime() + aheadMs),
    sleep: (ms, signal) => base.sleep(ms, signal),
    advance: (ms) => {
      aheadMs += ms
    },
  }
}
