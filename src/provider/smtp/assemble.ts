import { createHash } from 'node:crypto'
import MimeNode from 'nodemailer/lib/mime-node'
import type { Edition } from '../../edition/edition.ts'
import { oneLine } from '../../edition/escape.ts'
import { fillEdition } from '../../edition/fill.ts'
import { AppError } from '../../error.ts'
import type { DeliveryId } from '../../id.ts'
import { mimeOf } from '../mime.ts'
import type { Body, FrozenBatch } from '../provider.ts'
import { wireAddress } from '../wire-address.ts'

/** Raise it with every change to the bytes that `assembleSmtpMessage` makes; see `RESEND_WIRE`. */
export const SMTP_WIRE = 'smtp-1'

/** A message with what the server has to be told about it. */
export type SmtpMail = Envelope & {
  /** As it goes out, but for `Date` and the signature, which belong to the moment of sending. */
  readonly message: Buffer
}

type Envelope = {
  readonly deliveryId: DeliveryId
  /** Without the angle brackets; unique, because Gmail counts mail with the same one against a quota. */
  readonly messageId: string
  /** Bare, domains in A-labels. */
  readonly from: string
  readonly to: string
}

/**
 * The one message of a batch: a line of JSON with the envelope, then the mail. Pure. The return address is not in it: it
 * is made with a secret, and a batch outlives the replacement of one.
 * @throws AppError `invalid_input` when a URL that the message needs is missing or unsafe, or nobody is its sender
 */
export function assembleSmtpMessage(edition: Edition, batch: FrozenBatch): Body {
  const [recipient, ...others] = batch.recipients
  if (!recipient || others.length > 0) throw new AppError('internal', 'SMTP takes one message at a time.')
  const { deliveryId } = recipient
  const sender = oneLine(batch.from)
  const from = bareAddress(sender)
  const messageId = `${deliveryId}@${from.slice(from.lastIndexOf('@') + 1)}`
  const to = wireAddress(recipient.address)
  const replyTo = batch.replyTo === undefined ? undefined : oneLine(batch.replyTo)
  const filled = fillEdition(edition, { ...batch.shared, ...recipient.values })
  const message = mimeOf({ ...filled, deliveryId, messageId, date: undefined, from: sender, replyTo, to })
  const envelope: Envelope = { deliveryId, messageId, from, to }
  const bytes = Buffer.concat([Buffer.from(`${JSON.stringify(envelope)}\n`), message])
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') }
}

/** What `assembleSmtpMessage` wrote. */
export function readSmtpBody(bytes: Uint8Array): SmtpMail {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = all.indexOf('\n')
  const envelope: Envelope = JSON.parse(all.toString('utf8', 0, end))
  return { ...envelope, message: all.subarray(end + 1) }
}

function bareAddress(mailbox: string): string {
  const { from } = new MimeNode('text/plain').setHeader('From', mailbox).getEnvelope()
  if (!from) throw new AppError('invalid_input', 'The newsletter has no sender address.')
  return wireAddress(from)
}
