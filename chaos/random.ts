/** Choices that a seed repeats; what they meet is timing, which no seed repeats. */
export type Random = {
  /** 0 to 1, without 1. */
  next(): number
  chance(share: number): boolean
  /** A whole number, both ends included. */
  between(least: number, most: number): number
  pick<T>(list: readonly T[]): T
  shuffled<T>(list: readonly T[]): readonly T[]
}

/** A generator for a seed and a name, so that a scenario run alone chooses as it does among others. */
export function createRandom(seed: number, name: string): Random {
  let state = [...name].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 0x01000193), seed ^ 0x811c9dc5)
  // Mulberry32: 32 bits of state are plenty for picking victims.
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1))
  const pick = <T>(list: readonly T[]): T => {
    const picked = list[between(0, list.length - 1)]
    if (picked === undefined) throw new Error('There is nothing to pick from.')
    return picked
  }
  const shuffled = <T>(list: readonly T[]) =>
    list
      .map((one) => ({ one, place: next() }))
      .sort((a, b) => a.place - b.place)
      .map(({ one }) => one)
  return { next, chance: (share) => next() < share, between, pick, shuffled }
}
