/** Gives what was made for a key before, or makes it. */
export type Memory<Value> = (key: string, make: () => Promise<Value>) => Promise<Value>

/**
 * Remembers what was made for the `most` keys asked for last. Whoever asks while something is being made waits for the
 * same; what failed is made again. For what a key says completely: nothing in it ever goes out of date.
 */
export function remember<Value>(most: number): Memory<Value> {
  const kept = new Map<string, Promise<Value>>()
  return (key, make) => {
    const value = kept.get(key) ?? make()
    // A map remembers the order of insertion: the least recently used stands first.
    kept.delete(key)
    kept.set(key, value)
    const [oldest] = kept.keys()
    if (kept.size > most && oldest !== undefined) kept.delete(oldest)
    value.catch(() => {
      if (kept.get(key) === value) kept.delete(key)
    })
    return value
  }
}
