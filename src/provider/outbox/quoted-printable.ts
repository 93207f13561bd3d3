const MAX_LINE = 76
const [TAB, LF, CR, SPACE, EQUALS, TILDE] = [0x09, 0x0a, 0x0d, 0x20, 0x3d, 0x7e]
const HEX = Buffer.from('0123456789ABCDEF')

/** `text` in UTF-8 as quoted-printable (RFC 2045 section 6.7): lines of at most 76 characters that end in CRLF. */
export function quotedPrintable(text: string): Buffer {
  const bytes = Buffer.from(text.replace(/\r\n?/g, '\n'), 'utf8')
  // At worst every byte becomes three, and every 73 of those are followed by a soft break of three.
  const out = Buffer.allocUnsafe(bytes.length * 4 + 3)
  let length = 0
  let column = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte === LF) {
      out[length++] = CR
      out[length++] = LF
      column = 0
      continue
    }
    const width = isPlain(byte, bytes[at + 1]) ? 1 : 3
    // The last column is for the sign of a soft break.
    if (column + width > MAX_LINE - 1) {
      out[length++] = EQUALS
      out[length++] = CR
      out[length++] = LF
      column = 0
    }
    if (width === 1) out[length++] = byte
    else {
      out[length++] = EQUALS
      out[length++] = HEX[byte >> 4] ?? 0
      out[length++] = HEX[byte & 15] ?? 0
    }
    column += width
  }
  return out.subarray(0, length)
}

/** The characters of quoted-printable `body`, which is read as UTF-8. */
export function fromQuotedPrintable(body: string): string {
  const joined = body.replace(/[\t ]+(?=\r?\n|$)/g, '').replace(/=\r?\n/g, '')
  const bytes = joined.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8').replace(/\r\n/g, '\n')
}

/** White space at the end of a line would be lost on the way, so it is written in hex there. */
function isPlain(byte: number, next: number | undefined): boolean {
  if (byte === SPACE || byte === TAB) return next !== undefined && next !== LF
  return byte > SPACE && byte <= TILDE && byte !== EQUALS
}
