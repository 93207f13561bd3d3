import type { BatchId, DeliveryId, SendId, SubscriberId } from '../id.ts'

export type Outcome = 'planned' | 'submitting' | 'accepted' | 'refused' | 'uncertain' | 'skipped'

/** What provider events told about an accepted message, by rank: a later word of lower rank changes nothing. */
export type Fate = 'deferred' | 'delivered' | 'failed' | 'suppressed' | 'bounced' | 'complained'

/** Which word about a delivery stands: one of a lower rank changes nothing, whenever it comes. */
export const FATE_RANKS: Readonly<Record<Fate, number>> = {
  deferred: 1,
  delivered: 2,
  failed: 3,
  suppressed: 3,
  bounced: 3,
  complained: 4,
}

/** What became of one recipient of one send (or of a single mail, `sendId` null). */
export type Delivery = {
  readonly id: DeliveryId
  readonly sendId: SendId | null
  readonly batchId: BatchId
  readonly subscriberId: SubscriberId | null
  readonly address: string | null
  readonly outcome: Outcome
  readonly reason: string | null
  readonly providerMessageId: string | null
  readonly fate: Fate | null
  /** When it happened, by the provider. */
  readonly fateAt: Date | null
  readonly updatedAt: Date
}

/** What was learned about one delivery; counts whoever brings it and however late. */
export type Evidence =
  | {
      readonly kind: 'accepted'
      readonly deliveryId: DeliveryId
      readonly address: string
      readonly providerMessageId: string
    }
  | { readonly kind: 'refused'; readonly deliveryId: DeliveryId; readonly address: string; readonly reason: string }
  | { readonly kind: 'uncertain'; readonly deliveryId: DeliveryId; readonly address: string; readonly reason: string }
