import MimeNode from 'nodemailer/lib/mime-node'
import { quotedPrintable } from '../../outbox/quoted-printable.ts'
import type { OutboxMessage } from './answers.ts'

const CRLF = '\r\n'
/** Written by us, or meaningless on a whole message; an edition's header of the same name is left out. */
const OURS = /^(?:from|to|cc|bcc|sender|reply-to|subject|date|message-id|mime-version|content-.*)$/i

/**
 * A message as a mail file (RFC 5322): text and html as alternatives, both quoted-printable, so that no line is too
 * long and a person can still read it. The same message and date give the same bytes.
 */
export function emlOf(message: OutboxMessage, date: Date): Buffer {
  // `=_` cannot occur in quoted-printable text, so the boundary cannot occur in a part.
  const boundary = `=_${message.deliveryId}`
  return Buffer.concat([
    Buffer.from(headersOf(message, date, boundary)),
    partHead(boundary, 'text/plain'),
    quotedPrintable(message.text),
    partHead(boundary, 'text/html'),
    quotedPrintable(message.html),
    Buffer.from(`${CRLF}--${boundary}--${CRLF}`),
  ])
}

/** nodemailer encodes (RFC 2047), folds, and leaves no way to begin a header of one's own inside a value. */
function headersOf(message: OutboxMessage, date: Date, boundary: string): string {
  const root = new MimeNode(`multipart/alternative; boundary="${boundary}"`)
  root.setHeader('From', message.from)
  root.setHeader('To', message.to)
  if (message.replyTo !== undefined) root.setHeader('Reply-To', message.replyTo)
  root.setHeader('Subject', message.subject)
  root.setHeader('Message-ID', `<${message.deliveryId}@pressroom.local>`)
  root.setHeader('Date', date.toUTCString().replace('GMT', '+0000'))
  root.addHeader(
    Object.entries(message.headers)
      .filter(([name]) => !OURS.test(name))
      .map(([key, value]) => ({ key, value })),
  )
  return root.buildHeaders()
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
