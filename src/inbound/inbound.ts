import type { DeliveryId, NewsletterId, SubscriberId } from '../id.ts'

/** What has become of a mail that came in. `kept`: it waits for the operator. */
export type InboundState = 'received' | 'applied' | 'ignored' | 'kept'

/** The moves of a mail that came in; a replay makes any of them `received` again. */
export const INBOUND_MOVES: Readonly<Record<InboundState, readonly InboundState[]>> = {
  received: ['applied', 'ignored', 'kept'],
  applied: ['received'],
  ignored: ['received'],
  kept: ['received'],
}

/**
 * What a mail turned out to be. `notice`: a report that says of a mail of ours that it is late or has arrived, or what
 * changes nothing, such as a report about authentication.
 */
export type InboundKind =
  | 'bounce'
  | 'complaint'
  | 'notice'
  | 'leave'
  | 'subscribe'
  | 'confirm'
  | 'auto_reply'
  | 'loop'
  | 'unknown'

/** Why a mail changed nothing. Those of `KEPT_REASONS` wait for the operator. */
export type InboundReason =
  /** It is no mail of an address of ours any more: its newsletter or its secret is gone, say. */
  | 'not_ours'
  /** It proves no delivery of ours. */
  | 'no_delivery'
  /** The address it names is not the one that the delivery went to. */
  | 'other_address'
  /** It came before anything was submitted, and nothing was within a day. */
  | 'never_recorded'
  | 'not_understood'
  /** It cannot be read at all. */
  | 'not_readable'
  /** Its content could not be fetched from the provider. */
  | 'not_fetched'
  | 'failed'
  | 'automatic'
  | 'from_us'
  | 'no_sender'
  | 'expired'
  | 'nothing_to_do'

/** What is known of a mail that came in, but for its content. */
export type InboundMail = {
  readonly id: string
  /** `smtp`, or the provider that took it in. */
  readonly source: string
  /** The address of ours that it came to. */
  readonly recipient: string
  /** Of the envelope; empty: it says itself that it must not be answered. Null: not known. */
  readonly sender: string | null
  readonly receivedAt: Date
  readonly state: InboundState
  readonly kind: InboundKind | null
  readonly reason: InboundReason | null
  /** What an operator is told besides: the SMTP status of a bounce, say. */
  readonly detail: string | null
  readonly deliveryId: DeliveryId | null
  readonly newsletterId: NewsletterId | null
  readonly subscriberId: SubscriberId | null
  /** How often it was tried to deal with it. */
  readonly attempts: number
}

/** How the reader of a mail that came in is meant: who it is about, once that is certain, and what to keep of it. */
export type InboundOutcome = Pick<InboundMail, 'kind' | 'reason'> & {
  readonly state: Exclude<InboundState, 'received'>
  readonly detail?: string | undefined
  readonly deliveryId?: DeliveryId | undefined
  readonly newsletterId?: NewsletterId | undefined
  readonly subscriberId?: SubscriberId | undefined
  /** Whose mail, or mail about whom, it is: what erasing them finds it by. */
  readonly addressKey?: string | undefined
}
