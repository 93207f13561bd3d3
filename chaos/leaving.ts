/** What has to be ended and removed when something is over, the last thing first. */
export type Leaving = {
  add(end: () => Promise<unknown>): void
  /** Everything is ended once, however often this is called. */
  now(): Promise<void>
}

export function leaving(): Leaving {
  const ends: (() => Promise<unknown>)[] = []
  const leave = async () => {
    for (let end = ends.pop(); end; end = ends.pop()) {
      // Whatever cannot be ended must not keep the rest from it.
      await end().catch((error: unknown) => console.error(error))
    }
  }
  let left = Promise.resolve()
  return {
    add: (end) => ends.push(end),
    now: () => {
      left = left.then(leave)
      return left
    },
  }
}
