import type { DeliveryId, NewsletterId, SubscriberId } from '../id.ts'
import type { Outcome } from '../outcome/outcome.ts'

/** One entry of the record of consent: what was said about a subscription, when and how. */
export type ConsentEntry = {
  readonly newsletterId: NewsletterId
  readonly newsletter: string
  readonly action:
    | 'requested'
    | 'confirmed'
    | 'imported'
    | 'unsubscribed'
    | 'resubscribed'
    | 'paused'
    | 'resumed'
    | 'changed'
  readonly at: Date
  readonly source: string
  readonly form: string | null
  readonly wording: string | null
  readonly wordingVersion: string | null
  readonly ipHash: string | null
  readonly userAgent: string | null
  /** What a change was: until when it is paused, or the fields of a reader with what they were and became. */
  readonly detail: Readonly<Record<string, unknown>> | null
  /** The mail that asked back, and what became of it. */
  readonly message: {
    readonly deliveryId: DeliveryId
    readonly outcome: Outcome
    readonly providerMessageId: string | null
    readonly updatedAt: Date
  } | null
}

/** Everything that is kept about one person, by where it is kept; each row as an object of plain values. */
export type PersonalData = Readonly<Record<PersonalDataPart, readonly Readonly<Record<string, unknown>>[]>>

export type PersonalDataPart =
  | 'subscriber'
  | 'subscriptions'
  | 'consent'
  | 'deliveries'
  | 'providerEvents'
  | 'inboundMail'
  | 'suppressions'
  | 'liftedSuppressions'

/** What an erasure found and took away. */
export type Erasure = {
  /** Whether the address was a subscriber's. */
  readonly wasSubscriber: boolean
  readonly deliveries: number
  readonly providerEvents: number
  readonly inboundMail: number
  /** Batches in the provider's hands that still hold the address: until their outcome is known, a day at most. */
  readonly underWay: number
}

/** What is known about one person, for them to have or to be rid of. */
export interface PersonalDataStore {
  /** The record of consent, oldest first. */
  evidence(id: SubscriberId): Promise<readonly ConsentEntry[]>
  collect(id: SubscriberId): Promise<PersonalData>
  /**
   * Takes away whatever tells of an address, but for a salted hash of it that keeps imports and events from bringing it
   * back. No batch frozen later holds them. May be done again.
   */
  erase(addressKey: string, actor: string): Promise<Erasure>
}
