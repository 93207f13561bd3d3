import { setImmediate as nextTurn } from 'node:timers/promises'

/** A thing to time: does its work `times` times over. */
export type Contender = { readonly times: number; readonly work: (index: number) => unknown }

/**
 * Times contenders in turns, round after round, so that whatever else the machine does falls on all of them alike.
 * Returns milliseconds of processor time a time, garbage collection on other threads included: for each round, one
 * number a contender. A first round warms up and does not count.
 */
export async function inRounds(
  rounds: number,
  contenders: readonly Contender[],
): Promise<readonly (readonly number[])[]> {
  const results: number[][] = []
  for (let round = 0; round <= rounds; round++) {
    const timings: number[] = []
    for (const contender of contenders) timings.push(await timed(contender))
    if (round > 0) results.push(timings)
  }
  return results
}

/** The middle one: of an even number, the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const around = sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1)
  return around.reduce((sum, value) => sum + value, 0) / around.length
}

async function timed({ times, work }: Contender): Promise<number> {
  await nextTurn()
  const from = process.cpuUsage()
  for (let index = 0; index < times; index++) {
    const pending = work(index)
    // A turn of the event loop for what is asynchronous only: React keeps what belongs to a render until then.
    if (pending instanceof Promise) {
      await pending
      await nextTurn()
    }
  }
  const { user, system } = process.cpuUsage(from)
  return (user + system) / 1_000 / times
}
