import type { Clock } from '../clock.ts'
import { createInbox } from '../inbound/receive.ts'
import type { EventSource, ReceivedMail, SignedRequest, Verified } from '../provider/events.ts'
import type { Queue } from '../queue/queue.ts'
import type { EventStore } from '../store/events.ts'
import type { InboundStore } from '../store/inbound.ts'
import { EVENTS_BELL } from './apply.ts'

export type ReceiveDeps = {
  readonly store: { readonly events: Pick<EventStore, 'receive'>; readonly inbound: Pick<InboundStore, 'receive'> }
  /** Null: no mail is taken in. */
  readonly inbound: { readonly domain: string } | null
  readonly queue: Pick<Queue, 'enqueue'>
  readonly clock: Clock
}

/** `stored`: on disk, now or already before. */
export type Received =
  | Exclude<Verified, { readonly kind: 'signed' }>
  | { readonly kind: 'stored'; readonly isNew: boolean }

/** Within a burst the bell is rung once in so long; the sweep sees to what came after. */
const RING_EVERY_MS = 1_000

/**
 * Gives what takes in a provider's request: verified, stored as it came, and nothing else before it is answered.
 * Signed bodies that say nothing are stored too.
 */
export function createReceiver(deps: ReceiveDeps) {
  const { store, queue, clock, inbound } = deps
  const keep = createInbox(deps)
  let rungAtMs = Number.NEGATIVE_INFINITY
  return async (source: EventSource, request: SignedRequest): Promise<Received> => {
    const verified = source.verify(request)
    if (verified.kind !== 'signed') return verified
    const mail = inbound && source.receivedMail?.(request.body)
    if (mail) return { kind: 'stored', isNew: await keepMail(mail, source.name, inbound.domain, keep) }
    const { type, occurredAt } = source.read(request.body)
    const event = { provider: source.name, eventId: verified.eventId, type, occurredAt, raw: request.body }
    const isNew = await store.events.receive(event)
    const nowMs = clock.now().getTime()
    if (isNew && nowMs - rungAtMs >= RING_EVERY_MS) {
      rungAtMs = nowMs
      // Not waited for: the event is safe, and a queue that is away takes its time to say so.
      void queue.enqueue(EVENTS_BELL)
    }
    return { kind: 'stored', isNew }
  }
}

/** One that came to addresses of another domain is nobody's business here; true when something is new. */
async function keepMail(
  { id: sourceId, recipients }: ReceivedMail,
  source: string,
  domain: string,
  keep: ReturnType<typeof createInbox>,
): Promise<boolean> {
  const own = recipients.map((recipient) => recipient.toLowerCase()).filter((one) => one.endsWith(`@${domain}`))
  const kept = await Promise.all(
    [...new Set(own)].map((recipient) => keep({ source, sourceId, recipient, sender: null, raw: null })),
  )
  return kept.includes(true)
}
