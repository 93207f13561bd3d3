import type { Clock } from '../../clock.ts'
import { type DeliveryId, isId } from '../../id.ts'
import type { ReadEvent, Report, Told, Verdict } from '../../outcome/event.ts'
import { readAddress } from '../../subscriber/address.ts'
import { hasControlCharacter } from '../../text.ts'
import type { EventSource, ReceivedMail, SignedRequest } from '../events.ts'
import { isSigned } from './signature.ts'

/** Resend's webhooks. @param secrets those of the webhook at Resend, the newest first; null: none is set */
export function createResendEvents({
  secrets,
  clock,
}: {
  readonly secrets: readonly string[] | null
  readonly clock: Clock
}): EventSource {
  return {
    name: 'resend',
    verify: (request) => {
      if (secrets === null) return { kind: 'no_secret', setting: 'RESEND_WEBHOOK_SECRET' }
      const header = (name: string) => headerOf(request, `svix-${name}`) ?? headerOf(request, `webhook-${name}`)
      const [id, timestamp, signatures] = [header('id'), header('timestamp'), header('signature')]
      if (id === undefined || timestamp === undefined || signatures === undefined) {
        return { kind: 'not_signed', reason: 'svix-id, svix-timestamp or svix-signature is missing' }
      }
      return isSigned(request.body, { id, timestamp, signatures }, { secrets, now: clock.now() })
        ? { kind: 'signed', eventId: id }
        : { kind: 'not_signed', reason: 'no signature fits the secret, or it is more than five minutes old' }
    },
    receivedMail: readReceivedMail,
    read: readResendEvent,
  }
}

function headerOf({ headers }: SignedRequest, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}

/** What an event of Resend says. Whatever is not as it should be makes it one that says nothing. */
export function readResendEvent(raw: Uint8Array): ReadEvent {
  const event = parse(raw)
  const type = lineOf(event.type)
  const occurredAt = timeOf(event.created_at)
  if (type === null) return { type, occurredAt, told: { kind: 'nothing', reason: 'not_readable' } }
  return { type, occurredAt, told: tell(type, fieldsOf(event.data)) }
}

/** Of `email.received`, which holds everything but the content. */
function readReceivedMail(raw: Uint8Array): ReceivedMail | null {
  const { type, data } = parse(raw)
  const { email_id, received_for, to } = fieldsOf(data)
  const id = lineOf(email_id)
  if (type !== 'email.received' || id === null) return null
  const given = Array.isArray(received_for) && received_for.length > 0 ? received_for : to
  const recipients = Array.isArray(given) ? given.slice(0, 50).map(lineOf) : []
  return { id, recipients: recipients.filter((recipient) => recipient !== null) }
}

function tell(type: string, data: Fields): Told {
  if (type === 'suppression.removed') return { kind: 'nothing', reason: 'lifted_elsewhere' }
  if (type === 'suppression.added') {
    const addressKey = addressKeyOf(data.email)
    if (addressKey === null) return { kind: 'nothing', reason: 'not_readable' }
    return { kind: 'address', addressKey, verdict: verdictBy(data.origin) }
  }
  const report = reportOf(type, data)
  if (report === null) return { kind: 'nothing', reason: 'not_used' }
  const providerMessageId = lineOf(data.email_id)
  if (providerMessageId === null) return { kind: 'nothing', reason: 'not_readable' }
  // Our mail has one reader each. Of several, an event does not say which one it is about.
  const [to, ...others] = Array.isArray(data.to) ? data.to : [data.to]
  const addressKey = others.length === 0 ? addressKeyOf(to) : null
  return { kind: 'message', deliveryId: deliveryTagOf(data.tags), addressKey, providerMessageId, report }
}

/** Every one of these implies that Resend had taken the message, a failure and a suppression on its side included. */
function reportOf(type: string, data: Fields): Report | null {
  switch (type) {
    case 'email.sent':
    case 'email.scheduled':
    case 'email.opened':
    case 'email.clicked':
      return { kind: 'accepted' }
    case 'email.delivery_delayed':
      return { kind: 'deferred' }
    case 'email.delivered':
      return { kind: 'delivered' }
    case 'email.failed':
      return { kind: 'failed' }
    case 'email.complained':
      return { kind: 'complained' }
    case 'email.suppressed':
      return { kind: 'suppressed', verdict: verdictBy(fieldsOf(data.suppressed).reason) }
    case 'email.bounced':
      return { kind: 'bounced', bounce: bounceOf(fieldsOf(data.bounce)) }
    default:
      return null
  }
}

// Resend documents the words but not that there are no others; only what says "for good" is taken to be for good.
function bounceOf({ type, subType }: Fields): 'permanent' | 'transient' | 'policy' {
  if (ABOUT_THE_MAIL.has(lineOf(subType) ?? '')) return 'policy'
  return type === 'Permanent' ? 'permanent' : 'transient'
}

const ABOUT_THE_MAIL = new Set(['MessageTooLarge', 'ContentRejected', 'AttachmentRejected'])

/** From `bounce`, `previous_bounce`, `complaint` or `manual`. */
function verdictBy(origin: unknown): Verdict {
  const text = lineOf(origin) ?? ''
  return text.includes('complain') ? 'complained' : text.includes('bounce') ? 'bounced' : 'provider'
}

/** Events have tags as an object; requests as a list of names and values. Both are taken. */
function deliveryTagOf(tags: unknown): DeliveryId | null {
  const listed = Array.isArray(tags) ? tags.map(fieldsOf).find(({ name }) => name === 'delivery')?.value : undefined
  const tag = listed ?? fieldsOf(tags).delivery
  return typeof tag === 'string' && isId<'delivery'>(tag) ? tag : null
}

function addressKeyOf(value: unknown): string | null {
  const reading = readAddress(typeof value === 'string' ? value : '')
  return reading.kind === 'ok' ? reading.key : null
}

type Fields = Readonly<Record<string, unknown>>

function parse(raw: Uint8Array): Fields {
  try {
    return fieldsOf(JSON.parse(Buffer.from(raw).toString('utf8')))
  } catch {
    return {}
  }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
}

/** Text that a column holds: one line, not endless. */
function lineOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= 200 && !hasControlCharacter(value) ? value : null
}

/** A time that a column holds, and an event can have. */
function timeOf(value: unknown): Date | null {
  const time = new Date(typeof value === 'string' ? value : Number.NaN)
  const year = time.getUTCFullYear()
  return year >= 2000 && year < 2100 ? time : null
}
