import PostalMime, { type Attachment, addressParser, type Email } from 'postal-mime'

/** A mail that came in, taken apart as far as its meaning needs. Texts are cut to what a report can have. */
export type ParsedMail = {
  /** By name in lower case, in the order in which they stand; unfolded, not decoded. */
  readonly headers: Headers
  /** The first address in `From`, in lower case; null: none. */
  readonly from: string | null
  readonly subject: string
  /** What a person reads of it. */
  readonly text: string
  /** `message/delivery-status`, each part as its text. */
  readonly deliveryStatus: readonly string[]
  /** `message/feedback-report`. */
  readonly feedback: readonly string[]
  /** Headers of the mail that is enclosed, or quoted behind the text; null: there is none. */
  readonly original: Headers | null
}

export type Headers = ReadonlyMap<string, readonly string[]>

const MAX_TEXT = 64 * 1024
/** A newsletter that comes back with a report has a tenth of that; reading more would only keep a worker from its work. */
const MAX_BYTES = 512 * 1024
const MAX_LINES = 20_000
/** Lines that may begin a part, for which the parser takes the square of their number. */
const MAX_DASHES = 500
const LIMITS = { maxNestingDepth: 20, maxHeadersSize: 256 * 1024, maxRfc822NestingDepth: 0 }

/**
 * Reads the beginning of a mail. Line ends may be any; what is broken is read as far as it goes.
 * @throws what the MIME parser throws at a mail beyond its limits
 */
export async function parseMail(raw: Uint8Array): Promise<ParsedMail> {
  const read = beginningOf(withLineFeeds(raw))
  const email = await PostalMime.parse(read, { ...LIMITS, forceRfc822Attachments: true })
  const whole = textOf(email) || looseText(read)
  const cut = findOriginal(whole)
  const enclosed = email.attachments.find(({ mimeType }) => ORIGINAL.test(mimeType))
  const quoted = enclosed ? contentOf(enclosed) : cut === null ? null : whole.slice(cut.end)
  return {
    headers: byName(email.headers),
    from: addressIn(email.headers.find(({ key }) => key === 'from')?.value),
    subject: (email.subject ?? '').slice(0, 1_000),
    text: whole.slice(0, cut?.start ?? MAX_TEXT),
    deliveryStatus: contentsOf(email, /^message\/(?:global-)?delivery-status$/),
    feedback: contentsOf(email, /^message\/feedback-report$/),
    original: quoted === null ? null : readHeaders(quoted),
  }
}

/** The first address of an address header, in lower case. */
export function addressIn(value: string | undefined): string | null {
  return writtenIn(value)?.toLowerCase() ?? null
}

/** The same as it is written. */
export function writtenIn(value: string | undefined): string | null {
  const [first] = value === undefined ? [] : addressParser(value.slice(0, 2_000), { flatten: true })
  const address = first?.address?.trim() ?? ''
  return address.includes('@') ? address : null
}

/** The value of the first header of that name. */
export function headerOf(headers: Headers, name: string): string | undefined {
  return headers.get(name)?.[0]
}

/** Lines `Name: value`, folded ones joined, up to the first blank one. */
export function readHeaders(text: string): Headers {
  const [head = ''] = text.replace(/^(?:[ \t]*\n)+/, '').split(/\n[ \t]*\n/, 1)
  const fields = head
    .replace(/\n[ \t]+/g, ' ')
    .split('\n')
    .flatMap((line) => {
      const [, name = '', value = ''] = /^([\w-]+)[ \t]*:[ \t]*(.*)$/.exec(line) ?? []
      return name === '' ? [] : [{ key: name.toLowerCase(), value: value.trim() }]
    })
  return byName(fields)
}

const ORIGINAL = /^(?:message\/(?:rfc822|global)|text\/rfc822-headers|message\/(?:rfc822-headers|global-headers))$/

/** Words that servers write above the mail they give back, on a line of their own. */
const ABOVE_ORIGINAL =
  /^[ \t>*=|-]*(?:this is a copy of the message|below this line is a copy|(?:below is|enclosed is) a copy of the|the headers? of the original message|original (?:message|mail)\b(?! was received)|unsent message follows|returned message|message headers follow|message (?:text|header) follows|undelivered message)[^\n]*$/im

function findOriginal(text: string): { readonly start: number; readonly end: number } | null {
  const found = ABOVE_ORIGINAL.exec(text)
  return found ? { start: found.index, end: found.index + found[0].length } : null
}

function byName(fields: readonly { readonly key: string; readonly value: string }[]): Headers {
  const values = new Map<string, string[]>()
  for (const { key, value } of fields) {
    const known = values.get(key)
    if (known) known.push(value)
    else values.set(key, [value])
  }
  return values
}

function textOf({ text, html, attachments }: Email): string {
  const shown = text ?? withoutMarkup(html ?? '')
  const attached = attachments.find(({ mimeType }) => mimeType === 'text/plain')
  return lines(shown.trim() === '' && attached ? contentOf(attached) : shown)
}

function withoutMarkup(html: string): string {
  const beginning = html.slice(0, MAX_TEXT)
  return beginning.replace(/<(?:br|p|div|tr)\b[^>]{0,500}>/gi, '\n').replace(/<[^>]{0,1000}>/g, ' ')
}

/** What follows the headers, where the parts of a mail cannot be told apart. */
function looseText(raw: Uint8Array): string {
  const text = lines(Buffer.from(raw).toString('latin1'))
  const end = text.indexOf('\n\n')
  return end < 0 ? '' : text.slice(end)
}

function contentsOf({ attachments }: Email, type: RegExp): readonly string[] {
  return attachments.filter(({ mimeType }) => type.test(mimeType)).map(contentOf)
}

function contentOf({ content }: Attachment): string {
  if (typeof content === 'string') return lines(content)
  return lines(Buffer.from(content instanceof ArrayBuffer ? new Uint8Array(content) : content).toString('utf8'))
}

function lines(text: string): string {
  return text.slice(0, MAX_TEXT).replace(/\r\n?/g, '\n')
}

function beginningOf(raw: Uint8Array): Uint8Array {
  let end = 0
  let dashes = 0
  for (let line = 0; line < MAX_LINES && dashes < MAX_DASHES && end < MAX_BYTES; line++) {
    if (raw[end] === 0x2d && raw[end + 1] === 0x2d) dashes++
    const next = raw.indexOf(0x0a, end)
    if (next < 0) return raw.subarray(0, MAX_BYTES)
    end = next + 1
  }
  return raw.subarray(0, Math.min(end, MAX_BYTES))
}

/** Some old systems end lines in CR alone, which MIME does not know. */
function withLineFeeds(raw: Uint8Array): Uint8Array {
  if (raw.includes(0x0a)) return raw
  return Buffer.from(Buffer.from(raw).toString('latin1').replaceAll('\r', '\n'), 'latin1')
}
