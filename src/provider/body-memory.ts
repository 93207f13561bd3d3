/**
 * Memory that bodies are made in, one after the other. A body has some megabytes; pages that are new to the process cost
 * more than all that is written into them.
 */
export type BodyMemory = {
  /** At least `size` bytes, with anything in them. */
  take(size: number): Buffer
  /** Takes back what a body was made in. From now on it may hold another: nobody may look at it any more. */
  giveBack(bytes: Uint8Array): void
}

/** Some more than there are calls under way; the rest is the garbage collector's. */
const MOST = 8

/** Memory for the bodies of one provider. */
export function createBodyMemory(): BodyMemory {
  const free: ArrayBuffer[] = []
  return {
    take(size) {
      const fitting = free.findIndex((memory) => memory.byteLength >= size)
      const [found] = fitting < 0 ? [] : free.splice(fitting, 1)
      return found ? Buffer.from(found) : Buffer.allocUnsafeSlow(size)
    },
    giveBack({ buffer }) {
      if (!(buffer instanceof ArrayBuffer) || free.includes(buffer)) return
      free.unshift(buffer)
      if (free.length > MOST) free.pop()
    },
  }
}
