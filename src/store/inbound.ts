import type { DeliveryId, NewsletterId, SubscriberId } from '../id.ts'
import type { InboundMail, InboundOutcome, InboundState } from '../inbound/inbound.ts'
import type { NewEvent } from './events.ts'
import type { Page, PageRequest } from './store.ts'

/** A mail as it came in. */
export type NewInbound = {
  readonly source: string
  /** The same however often it is handed over. */
  readonly sourceId: string
  readonly recipient: string
  readonly sender: string | null
  /** Null: still to be fetched. */
  readonly raw: Uint8Array | null
}

/** A mail that somebody is at. */
export type TakenInbound = Pick<InboundMail, 'id' | 'source' | 'recipient' | 'sender' | 'attempts' | 'receivedAt'> & {
  readonly sourceId: string
  readonly raw: Uint8Array | null
}

/** A delivery that a mail is about; `addressKey` null until it is written down to whom it goes. */
export type NamedDelivery = {
  readonly id: DeliveryId
  readonly addressKey: string | null
  readonly newsletterId: NewsletterId
  readonly subscriberId: SubscriberId | null
}

/** Which mails are to be dealt with once more: those that fit all that is given. */
export type InboundReplay = {
  readonly ids?: readonly string[] | undefined
  readonly state?: InboundState | undefined
  /** By when they came in. */
  readonly since?: Date | undefined
}

export interface InboundStore {
  /** On disk when it returns. False when it was there already, which changes nothing. */
  receive(mail: NewInbound): Promise<boolean>
  /** The next mail that is due, for `leaseMs`: whoever dies at it leaves it to the next. Null: none is. */
  take(leaseMs: number): Promise<TakenInbound | null>
  /** Keeps what was fetched. */
  fill(id: string, raw: Uint8Array): Promise<void>
  /** Leaves it for later. */
  postpone(id: string, delayMs: number): Promise<void>
  /** Writes down what it was, and in the same commit what it tells of a delivery, for `EventStore.apply`. */
  settle(id: string, outcome: InboundOutcome, event?: NewEvent): Promise<void>
  findDelivery(id: DeliveryId): Promise<NamedDelivery | null>
  /** The newest that was handed over, of those of a reader. */
  findLastDelivery(newsletterId: NewsletterId, subscriberId: SubscriberId): Promise<NamedDelivery | null>
  /** Whether `take` would find something. */
  due(): Promise<boolean>
  /** Makes them due again; returns how many. */
  replay(which: InboundReplay): Promise<number>
  /** Deletes those that are dealt with and came in longer ago, some thousand a call; what is kept for the operator stays. */
  prune(olderThanDays: number): Promise<number>
  /** Deletes mail that was kept for the operator; returns how many. */
  discard(ids: readonly string[]): Promise<number>
  get(id: string): Promise<(InboundMail & { readonly raw: Uint8Array | null }) | null>
  /** Newest first. */
  list(page: PageRequest & { readonly state?: InboundState | undefined }): Promise<Page<InboundMail>>
}
