const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567'

/** RFC 4648 section 6 in lower case, without padding: what survives servers that change the case of a local part. */
export function toBase32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let count = 0
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0xfff
    for (count += 8; count >= 5; count -= 5) text += LETTERS[(bits >> (count - 5)) & 31]
  }
  return count === 0 ? text : text + LETTERS[(bits << (5 - count)) & 31]
}

/** The bytes of `text`; null when it is none, or not the one spelling that `toBase32` gives them. */
export function fromBase32(text: string): Buffer | null {
  if (!/^[a-z2-7]*$/.test(text)) return null
  const bytes = Buffer.alloc(Math.floor((text.length * 5) / 8))
  let bits = 0
  let count = 0
  let length = 0
  for (const letter of text) {
    bits = ((bits << 5) | LETTERS.indexOf(letter)) & 0xfff
    count += 5
    if (count < 8) continue
    count -= 8
    bytes[length++] = (bits >> count) & 0xff
  }
  // The last letter has bits to spare.
  return toBase32(bytes) === text ? bytes : null
}
