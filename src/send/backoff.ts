import { randomInt } from 'node:crypto'

const FIRST_MS = 2_000
const LONGEST_MS = 10 * 60_000

/**
 * How long to wait after the `setbacks`-th setback in a row (0 is the first): 2 s doubled each time, at most 10 min,
 * of which a random half to whole, so that batches that failed together do not come back together.
 */
export function backoffMs(setbacks: number, random: () => number = () => randomInt(1_000) / 1_000): number {
  const whole = Math.min(FIRST_MS * 2 ** Math.min(setbacks, 20), LONGEST_MS)
  return Math.round(whole * (0.5 + random() / 2))
}
