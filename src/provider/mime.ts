import MimeNode from 'nodemailer/lib/mime-node'
import type { DeliveryId } from '../id.ts'
import { quotedPrintable } from '../outbox/quoted-printable.ts'

/** One message, with all that a mail is made of. */
export type Mail = {
  readonly deliveryId: DeliveryId
  /** Without the angle brackets. */
  readonly messageId: string
  /** Undefined: whoever sends it writes the date in front. */
  readonly date: Date | undefined
  readonly from: string
  readonly replyTo: string | undefined
  readonly to: string
  readonly subject: string
  readonly html: string
  readonly text: string
  readonly headers: readonly { readonly name: string; readonly value: string }[]
}

const CRLF = '\r\n'
/** Written by us, or meaningless on a whole message; an edition's header of the same name is left out. */
const OURS = /^(?:from|to|cc|bcc|sender|reply-to|subject|date|message-id|mime-version|content-.*)$/i

/**
 * A mail in its form on the wire (RFC 5322): text and html as alternatives, both quoted-printable, so that no line is
 * too long and a person can still read it. Pure: the same mail gives the same bytes; a change to them is a new `wire`
 * of the providers that keep them.
 */
export function mimeOf(mail: Mail): Buffer {
  // `=_` cannot occur in quoted-printable text, so the boundary cannot occur in a part.
  const boundary = `=_${mail.deliveryId}`
  return Buffer.concat([
    Buffer.from(headersOf(mail, boundary)),
    partHead(boundary, 'text/plain'),
    quotedPrintable(mail.text),
    partHead(boundary, 'text/html'),
    quotedPrintable(mail.html),
    Buffer.from(`${CRLF}--${boundary}--${CRLF}`),
  ])
}

/** A date as a mail carries it, in UTC. */
export function mailDate(date: Date): string {
  return date.toUTCString().replace('GMT', '+0000')
}

/** nodemailer encodes (RFC 2047), folds, and leaves no way to begin a header of one's own inside a value. */
function headersOf(mail: Mail, boundary: string): string {
  const root = new MimeNode(`multipart/alternative; boundary="${boundary}"`)
  root.setHeader('From', mail.from)
  root.setHeader('To', mail.to)
  if (mail.replyTo !== undefined) root.setHeader('Reply-To', mail.replyTo)
  root.setHeader('Subject', mail.subject)
  root.setHeader('Message-ID', `<${mail.messageId}>`)
  // A blank one is not written; without any, the time of this machine would be.
  root.setHeader('Date', mail.date ? mailDate(mail.date) : ' ')
  root.addHeader(once(mail.headers).map(({ name, value }) => ({ key: name, value })))
  return root.buildHeaders()
}

function once(headers: Mail['headers']): Mail['headers'] {
  const seen = new Set<string>()
  return headers.filter(({ name }) => {
    const key = name.toLowerCase()
    const isNew = !OURS.test(key) && !seen.has(key)
    seen.add(key)
    return isNew
  })
}

function partHead(boundary: string, type: string): Buffer {
  const lines = [
    '',
    `--${boundary}`,
    `Content-Type: ${type}; charset=utf-8`,
    'Content-Transfer-Encoding: quoted-printable',
    '',
    '',
  ]
  return Buffer.from((type === 'text/plain' ? CRLF : '') + lines.join(CRLF))
}
