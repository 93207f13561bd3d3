import { z } from 'zod'
import { type DeliveryId, isId } from '../id.ts'
import type { ReadEvent, Report } from '../outcome/event.ts'
import type { NewEvent } from '../store/events.ts'

/** Under which name events that came by mail stand beside those of providers. */
export const MAIL_PROVIDER = 'inbound'

const shape = z.object({
  deliveryId: z.custom<DeliveryId>((value) => typeof value === 'string' && isId(value)),
  addressKey: z.string(),
  messageId: z.string(),
  report: z.enum(['permanent', 'transient', 'policy', 'deferred', 'delivered', 'complained']),
})

/** What a mail told of a delivery, once it is certain that it is about it. */
export type MailEvent = z.output<typeof shape>

/** The event that a mail makes. It goes the way of provider events, so that the same rules hold for bounces of both. */
export function mailEvent(mailId: string, told: MailEvent, occurredAt: Date): NewEvent {
  const raw = Buffer.from(JSON.stringify(told))
  return { provider: MAIL_PROVIDER, eventId: mailId, type: `mail.${told.report}`, occurredAt, raw }
}

/** Events as `mailEvent` makes them, for whoever applies provider events. */
export const mailEvents = {
  name: MAIL_PROVIDER,
  read: (raw: Uint8Array): ReadEvent => {
    const read = shape.safeParse(jsonOf(raw))
    if (!read.success) return { type: null, occurredAt: null, told: { kind: 'nothing', reason: 'not_readable' } }
    const { deliveryId, addressKey, messageId, report } = read.data
    const told = {
      kind: 'message',
      deliveryId,
      addressKey,
      providerMessageId: messageId,
      report: reportOf(report),
    } as const
    return { type: `mail.${report}`, occurredAt: null, told }
  },
}

function reportOf(report: MailEvent['report']): Report {
  if (report === 'deferred' || report === 'delivered' || report === 'complained') return { kind: report }
  return { kind: 'bounced', bounce: report }
}

function jsonOf(raw: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(raw).toString('utf8'))
  } catch {
    return undefined
  }
}
