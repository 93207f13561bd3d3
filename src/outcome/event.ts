import type { DeliveryId } from '../id.ts'
import type { Fate } from './outcome.ts'

export type EventState = 'received' | 'early' | 'applied' | 'foreign' | 'ignored'

/**
 * The moves of a provider event; a replay makes any of them `received` again. `early`: its delivery is known, but not
 * yet to whom it went. `foreign`: it is about no mail of ours. `ignored`: it says nothing that is acted on.
 */
export const EVENT_MOVES: Readonly<Record<EventState, readonly EventState[]>> = {
  received: ['applied', 'early', 'foreign', 'ignored'],
  early: ['applied', 'early', 'foreign', 'ignored', 'received'],
  applied: ['received'],
  foreign: ['received'],
  ignored: ['received'],
}

/**
 * What an event says about an address: it bounced for good, its reader complained, the provider keeps it on a list of
 * its own, or a mail to it bounced for now.
 */
export type Verdict = 'bounced' | 'complained' | 'provider' | 'transient'

/** A provider event as it was taken in, and what came of it. */
export type ProviderEvent = {
  readonly id: string
  readonly provider: string
  /** The provider's own id of it. */
  readonly eventId: string
  /** The provider's name for its kind; null when it could not be read. */
  readonly type: string | null
  readonly occurredAt: Date
  readonly receivedAt: Date
  readonly state: EventState
  readonly reason: EventReason | null
  /** Set once it is certain that it is about this delivery. */
  readonly deliveryId: DeliveryId | null
  readonly verdict: Verdict | null
}

/** Why an event is early (`not_recorded`), foreign or ignored. */
export type EventReason =
  | 'not_recorded'
  | 'no_delivery_tag'
  | 'no_such_delivery'
  | 'other_address'
  | 'never_recorded'
  | 'not_readable'
  | 'not_used'
  | 'lifted_elsewhere'
  /** Its reader was erased, and with them what it said. */
  | 'erased'

/** What an event says, in our words. */
export type Told =
  /** Of one message, which its provider had taken. What is null, the event does not say. */
  | {
      readonly kind: 'message'
      readonly deliveryId: DeliveryId | null
      readonly addressKey: string | null
      readonly providerMessageId: string
      readonly report: Report
    }
  /** Of an address, whatever the mail. */
  | { readonly kind: 'address'; readonly addressKey: string; readonly verdict: Verdict }
  /** Of nothing that is acted on. */
  | { readonly kind: 'nothing'; readonly reason: EventReason }

/** What became of a message. A `policy` bounce is about the mail, not about its address. */
export type Report =
  | { readonly kind: 'accepted' | 'deferred' | 'delivered' | 'failed' | 'complained' }
  | { readonly kind: 'suppressed'; readonly verdict: Verdict }
  | { readonly kind: 'bounced'; readonly bounce: 'permanent' | 'transient' | 'policy' }

/** An event as its provider's reader gives it; `occurredAt` null: it does not say. */
export type ReadEvent = { readonly type: string | null; readonly occurredAt: Date | null; readonly told: Told }

/** The fate that a report gives a delivery; null: none, but that it was accepted. */
export function fateOf({ kind }: Report): Fate | null {
  return kind === 'accepted' ? null : kind
}

/** What a report says about the address; null: nothing. */
export function verdictOf(report: Report): Verdict | null {
  switch (report.kind) {
    case 'complained':
      return 'complained'
    case 'suppressed':
      return report.verdict
    case 'bounced':
      return BOUNCES[report.bounce]
    default:
      return null
  }
}

const BOUNCES = { permanent: 'bounced', transient: 'transient', policy: null } as const
