import type { BatchId } from '../id.ts'

export type BatchState = 'pending' | 'submitting' | 'in_doubt' | 'held' | 'settled' | 'cancelled' | 'split'

/** The moves a batch may make; every other one is refused, here and by the guard in the SQL. */
export const BATCH_MOVES: Readonly<Record<BatchState, readonly BatchState[]>> = {
  pending: ['submitting', 'settled', 'cancelled'],
  submitting: ['settled', 'in_doubt', 'pending', 'held', 'split'],
  in_doubt: ['submitting', 'held', 'settled'],
  held: ['settled'],
  settled: [],
  cancelled: [],
  split: [],
}

/**
 * Why a batch is held for the operator. `bytes_changed`: the assembling code makes other bytes of it now.
 * `account_changed`: it belongs to another account than the one configured. `key_mismatch`: the provider knows its key
 * with other bytes. `too_old`: the provider no longer remembers its key. `cancelled`: its send was.
 */
export type HeldReason = 'bytes_changed' | 'account_changed' | 'key_mismatch' | 'too_old' | 'cancelled'

/** Why a delivery was chosen not to be made. */
export type SkipReason =
  | 'unsubscribed'
  | 'paused'
  | 'suppressed'
  | 'erased'
  | 'already_received'
  | 'cancelled'
  | 'operator'

/** The idempotency key of a batch: constant as long as its bytes must be. */
export function idempotencyKey(batch: { readonly id: BatchId; readonly generation: number }): string {
  return `${batch.id}/${batch.generation}`
}
