import { createHash } from 'node:crypto'

/**
 * Remembers which texts came by, 8 bytes of hash for each: a file of millions of rows fits into memory. Two different
 * texts are taken for one with a chance of one in a million for five million texts.
 */
export class Seen {
  #slots = new BigUint64Array(1 << 12)
  #count = 0

  /** Whether `text` came by before; remembers it. */
  has(text: string): boolean {
    // Zero marks an empty slot.
    const hash = createHash('sha256').update(text).digest().readBigUInt64LE() | 1n
    const slot = this.#find(hash)
    if (this.#slots[slot] === hash) return true
    this.#slots[slot] = hash
    this.#count += 1
    if (this.#count * 2 > this.#slots.length) this.#grow()
    return false
  }

  #find(hash: bigint): number {
    const mask = this.#slots.length - 1
    let slot = Number((hash >> 1n) & BigInt(mask))
    while (this.#slots[slot] !== 0n && this.#slots[slot] !== hash) slot = (slot + 1) & mask
    return slot
  }

  #grow(): void {
    const old = this.#slots
    this.#slots = new BigUint64Array(old.length * 2)
    for (const hash of old) if (hash !== 0n) this.#slots[this.#find(hash)] = hash
  }
}
