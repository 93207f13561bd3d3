import type { DeliveryId, SendId } from '../id.ts'
import type { EventState, ProviderEvent, ReadEvent } from '../outcome/event.ts'
import type { Fate } from '../outcome/outcome.ts'
import type { Page, PageRequest } from './store.ts'

/** An event as it came in. */
export type NewEvent = {
  readonly provider: string
  readonly eventId: string
  readonly type: string | null
  /** Null: when it came in. */
  readonly occurredAt: Date | null
  readonly raw: Uint8Array
}

/** Reads the bytes of a stored event once more. Called inside a transaction: quick, no I/O, never throws. */
export type ReadRaw = (provider: string, raw: Uint8Array) => ReadEvent

/** Which events are to be applied once more: those that fit all that is given. */
export type Replay = {
  readonly ids?: readonly string[] | undefined
  readonly state?: EventState | undefined
  /** By when they came in. */
  readonly since?: Date | undefined
}

/** How many events a call dealt with, by what became of them. */
export type Applied = Readonly<Record<Exclude<EventState, 'received'>, number>>

/** How many deliveries have which fate; what is not there is none. */
export type Fates = Readonly<Partial<Record<Fate, number>>>

export interface EventStore {
  /** On disk when it returns. False when it was there already, which changes nothing. */
  receive(event: NewEvent): Promise<boolean>
  /** Applies the next of those that are due, some hundred a call. Callers at the same time take different ones. */
  apply(read: ReadRaw): Promise<Applied>
  /**
   * Does what applied events mean for addresses, some hundred a call, once an event however often it is applied:
   * suppresses, ends subscriptions. Takes effect before it returns. `done`: how many events.
   */
  enforce(): Promise<{ readonly done: number; readonly suppressed: number }>
  /** Whether `apply` or `enforce` would find something to do. */
  due(): Promise<boolean>
  /** Makes them due again; returns how many. */
  replay(which: Replay): Promise<number>
  /** Deletes events that are dealt with and came in longer ago; some thousand a call. Returns how many. */
  prune(olderThanDays: number): Promise<number>
  get(id: string): Promise<(ProviderEvent & { readonly raw: Uint8Array }) | null>
  /** Newest first. */
  list(
    page: PageRequest & { readonly state?: EventState | undefined; readonly deliveryId?: DeliveryId | undefined },
  ): Promise<Page<ProviderEvent>>
  /** Of a send. */
  fates(sendId: SendId): Promise<Fates>
}
