import type { BatchId } from '../../id.ts'
import type { Tx } from './pool.ts'

/** By how much a batch's counters change. */
export type Change = {
  readonly batch_id: BatchId
  readonly accepted: number
  readonly refused: number
  readonly uncertain: number
  readonly skipped: number
}

/**
 * Corrects the counters of batches whose deliveries an operator answered for or moved away, and settles the held ones
 * in which nothing is unclear any more. The caller has locked the batches, and changed the deliveries.
 */
export async function changeCounts(tx: Tx, changes: readonly Change[]): Promise<void> {
  await tx.query(CHANGE, [
    changes.map((change) => change.batch_id),
    changes.map((change) => change.accepted),
    changes.map((change) => change.refused),
    changes.map((change) => change.uncertain),
    changes.map((change) => change.skipped),
  ])
}

const CHANGE = `
  with judged as (
    select change.*,
           batch.state = 'held' and not exists (
             select
             from delivery
             where delivery.batch_id = batch.id and outcome in ('planned', 'submitting', 'uncertain')
           ) as done
    from unnest($1::uuid[], $2::int[], $3::int[], $4::int[], $5::int[])
      as change (id, accepted, refused, uncertain, skipped)
    join batch on batch.id = change.id
  )
  update batch
  set accepted = batch.accepted + judged.accepted, refused = batch.refused + judged.refused,
      uncertain = batch.uncertain + judged.uncertain, skipped = batch.skipped + judged.skipped,
      state = case when done then 'settled' else state end,
      settled_at = case when done then app_now() else settled_at end,
      frozen = case when done then null else frozen end,
      in_doubt_since = case when done then null else in_doubt_since end,
      held_reason = case when done then null else held_reason end
  from judged
  where batch.id = judged.id`
