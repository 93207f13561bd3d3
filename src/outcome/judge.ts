import type { EventReason, EventState, Told } from './event.ts'

/** How long an event waits until it is known to whom its delivery went: longer than a batch can be in doubt. */
export const EARLY_FOR_MS = 24 * 3_600_000

/** The delivery that an event names, as it is known: `addressKey` null until it is written down to whom it goes. */
export type Named = { readonly addressKey: string | null }

/** What becomes of an event. */
export type Judgement = {
  readonly state: Exclude<EventState, 'received'>
  readonly reason: EventReason | null
}

/**
 * Decides whether an event counts. One about a message does where both its tag and its address are those of a delivery:
 * whoever else sends from the same account may tag their mail as they like.
 * @param named null when there is no such delivery
 * @param waitedMs since the event came in
 */
export function judgeEvent(told: Told, named: Named | null, waitedMs: number): Judgement {
  if (told.kind === 'nothing') return { state: 'ignored', reason: told.reason }
  if (told.kind === 'address') return { state: 'applied', reason: null }
  if (told.deliveryId === null) return { state: 'foreign', reason: 'no_delivery_tag' }
  // Deliveries are written down before anything of them is submitted: one that is unknown now will never be known.
  if (named === null) return { state: 'foreign', reason: 'no_such_delivery' }
  if (named.addressKey === null) {
    return waitedMs < EARLY_FOR_MS
      ? { state: 'early', reason: 'not_recorded' }
      : { state: 'foreign', reason: 'never_recorded' }
  }
  if (named.addressKey !== told.addressKey) return { state: 'foreign', reason: 'other_address' }
  return { state: 'applied', reason: null }
}
