import { createHmac, randomUUID } from 'node:crypto'
import { systemClock } from '../../src/clock.ts'
import { applyDueEvents } from '../../src/outcome/apply.ts'
import { createResendEvents, readResendEvent } from '../../src/provider/resend/events.ts'
import type { Store } from '../../src/store/store.ts'
import { testLog } from './database.ts'

/** What a test says of an event; the rest is as Resend has it. */
export type EventFacts = {
  readonly delivery?: string
  readonly to?: string | readonly string[]
  readonly at?: Date | string
  /** Fields of `data` that belong to the type, such as `bounce`. */
  readonly data?: object
}

/** The body of an event of Resend's about one mail. */
export function resendEvent(type: string, { delivery, to, at, data }: EventFacts = {}): object {
  return {
    type,
    created_at: (at ? new Date(at) : new Date('2026-01-05T09:00:00.000Z')).toISOString(),
    data: {
      email_id: '56761188-7520-42d8-8898-ff6fc54ce618',
      created_at: '2026-01-05T08:59:59.894719+00:00',
      from: 'Mara Ellison <mara@example.com>',
      to: to === undefined ? [] : [to].flat(),
      subject: 'Hello',
      ...(delivery === undefined ? {} : { tags: { delivery, newsletter: 'morning-brief' } }),
      ...data,
    },
  }
}

/** A bounce, by Resend's two words for it. */
export function bounce(type: string, subType = 'General'): { readonly data: object } {
  return { data: { bounce: { type, subType, message: 'It did not work.', diagnosticCode: ['smtp; 550'] } } }
}

/** The headers that a body is sent with. */
export function signWebhook(
  body: string | Uint8Array,
  { secret, now, id = `msg_${randomUUID()}` }: { readonly secret: string; readonly now: Date; readonly id?: string },
): Record<string, string> {
  const timestamp = String(Math.floor(now.getTime() / 1_000))
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')
  return { 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': `v1,${mac}` }
}

/** Stores an event as the webhook does; gives its id at Resend. */
export async function storeEvent(store: Store, event: object | Uint8Array, eventId = `msg_${randomUUID()}`) {
  const raw = event instanceof Uint8Array ? event : Buffer.from(JSON.stringify(event))
  const { type, occurredAt } = readResendEvent(raw)
  await store.events.receive({ provider: 'resend', eventId, type, occurredAt, raw })
  return eventId
}

/** Applies all that is due, as a worker does. */
export function applyEvents(store: Store): Promise<void> {
  const eventSources = [createResendEvents({ secrets: null, clock: systemClock })]
  return applyDueEvents({ store, eventSources, log: testLog }, new AbortController().signal)
}
