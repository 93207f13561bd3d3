const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567'

/** RFC 4648 section 6 in lower case, without padding: what survives servers that change the case of a local part. */
export function toBase32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{1,5}/g) ?? []).map((group) => LETTERS[Number.parseInt(group.padEnd(5, '0'), 2)]).join('')
}

/** The bytes of `text`; null when it is none, or not the one spelling that `toBase32` gives them. */
export function fromBase32(text: string): Buffer | null {
  if (!/^[a-z2-7]*$/.test(text)) return null
  const bits = [...text].map((letter) => LETTERS.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const bytes = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
  // The last letter has bits to spare.
  return toBase32(bytes) === text ? bytes : null
}
