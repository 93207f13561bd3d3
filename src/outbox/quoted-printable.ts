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

/** The text in quoted-printable `body`, which is UTF-8 with lines that end in CRLF; here they end in a line feed. */
export function fromQuotedPrintable(body: string): string {
  const joined = body.replaceAll('=\r\n', '').replaceAll('\r\n', '\n')
  const out = Buffer.allocUnsafe(joined.length)
  let length = 0
  for (let at = 0; at < joined.length; at++) {
    const code = joined.charCodeAt(at)
    const byte = code === EQUALS ? hexByte(joined.charCodeAt(at + 1), joined.charCodeAt(at + 2)) : undefined
    if (byte !== undefined) at += 2
    out[length++] = byte ?? code
  }
  return out.toString('utf8', 0, length)
}

function hexByte(high: number, low: number): number | undefined {
  const [a, b] = [hexDigit(high), hexDigit(low)]
  return a < 0 || b < 0 ? undefined : a * 16 + b
}

/** Upper case, as RFC 2045 wants it and the outbox writes it. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  return code >= 0x41 && code <= 0x46 ? code - 0x37 : -1
}

/** White space at the end of a line would be lost on the way, so it is written in hex there. */
function isPlain(byte: number, next: number | undefined): boolean {
  if (byte === SPACE || byte === TAB) return next !== undefined && next !== LF
  return byte > SPACE && byte <= TILDE && byte !== EQUALS
}
