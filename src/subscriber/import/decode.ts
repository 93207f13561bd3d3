const NEWLINE = 0x0a
const RETURN = 0x0d
/** A line longer than this is not a line of a table. */
const MAX_LINE_BYTES = 1_048_576

/** The file is no table: its lines have no end. */
export class NotLinesError extends Error {
  override readonly name = 'NotLinesError'
}

/**
 * The text of a file that comes in pieces, in pieces: UTF-8 with or without a byte order mark, UTF-16 with one, and
 * what is not valid UTF-8 as windows-1252. A broken byte in a file that has been UTF-8 so far becomes U+FFFD. Holds
 * one line in memory; throws `NotLinesError` when a line goes on for a megabyte.
 */
export async function* decodeText(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new LineDecoder()
  for await (const piece of bytes) {
    const text = decoder.decode(piece)
    if (text !== '') yield text
  }
  const rest = decoder.end()
  if (rest !== '') yield rest
}

type Decoder = InstanceType<typeof TextDecoder>
type Decoding = 'unknown' | 'ascii so far' | 'utf-8' | 'windows-1252' | 'utf-16le' | 'utf-16be'

class LineDecoder {
  #pending: Buffer = Buffer.alloc(0)
  #decoding: Decoding = 'unknown'
  #utf16: Decoder | undefined

  decode(piece: Uint8Array): string {
    this.#pending = Buffer.concat([this.#pending, piece])
    if (this.#decoding === 'unknown') {
      if (this.#pending.length < 3) return ''
      this.#readMark()
    }
    if (this.#utf16 !== undefined) return this.#take(this.#pending.length, this.#utf16, true)
    const end = Math.max(this.#pending.lastIndexOf(NEWLINE), this.#pending.lastIndexOf(RETURN)) + 1
    if (end === 0 && this.#pending.length > MAX_LINE_BYTES) throw new NotLinesError('A line has no end.')
    return this.#takeLines(end)
  }

  end(): string {
    if (this.#decoding === 'unknown') this.#readMark()
    const { length } = this.#pending
    return this.#utf16 === undefined ? this.#takeLines(length) : this.#take(length, this.#utf16, false)
  }

  #readMark(): void {
    const [first, second, third] = this.#pending
    this.#decoding = 'ascii so far'
    if (first === 0xff && second === 0xfe) this.#decoding = 'utf-16le'
    if (first === 0xfe && second === 0xff) this.#decoding = 'utf-16be'
    if (first === 0xef && second === 0xbb && third === 0xbf) this.#decoding = 'utf-8'
    if (this.#decoding.startsWith('utf-16')) this.#utf16 = new TextDecoder(this.#decoding)
  }

  // Whole lines hold whole characters, so every block of lines can be decoded by itself.
  #takeLines(length: number): string {
    const lines = this.#pending.subarray(0, length)
    if (this.#decoding === 'ascii so far' && lines.some((byte) => byte > 0x7f)) {
      this.#decoding = isUtf8(lines) ? 'utf-8' : 'windows-1252'
    }
    const encoding = this.#decoding === 'windows-1252' ? 'windows-1252' : 'utf-8'
    return this.#take(length, new TextDecoder(encoding), false)
  }

  #take(length: number, decoder: Decoder, stream: boolean): string {
    const text = decoder.decode(this.#pending.subarray(0, length), { stream })
    this.#pending = this.#pending.subarray(length)
    return text
  }
}

function isUtf8(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}
