import type { HeldReason } from '../../send/batch.ts'
import type { Tx } from './pool.ts'

/** What a batch was frozen as, without those who were erased since. It can then not be asked about any more. */
export const FROZEN_WITHOUT_ERASED = `
  case
    when exists (select from delivery where batch_id = batch.id and erased)
    then jsonb_set(frozen::jsonb, '{batch,recipients}', (
      select coalesce(jsonb_agg(member), '[]')
      from jsonb_array_elements(frozen::jsonb #> '{batch,recipients}') as member
      where not exists (select from delivery where id = (member ->> 'deliveryId')::uuid and erased)
    ))::json
    else frozen
  end`

/**
 * Holds batches for the operator: their open deliveries become uncertain, with the address they were frozen with, so
 * that a later provider event can be matched. The caller has locked the rows.
 */
export async function holdBatches(client: Tx, ids: readonly string[], reason: HeldReason): Promise<void> {
  if (ids.length === 0) return
  await client.query(
    `with frozen as (
       select (member ->> 'deliveryId')::uuid as id, member ->> 'address' as address
       from batch, json_array_elements(frozen -> 'batch' -> 'recipients') as member
       where batch.id = any($1)
     )
     update delivery
     set outcome = 'uncertain', reason = $2, address = case when erased then null else frozen.address end,
         updated_at = app_now()
     from frozen
     where delivery.id = frozen.id and delivery.outcome in ('planned', 'submitting')`,
    [ids, reason],
  )
  await client.query(
    `update batch
     set state = 'held', held_reason = $2, lease_until = null, worker = null, frozen = ${FROZEN_WITHOUT_ERASED},
         uncertain = (select count(*) from delivery where batch_id = batch.id and outcome = 'uncertain')
     where id = any($1) and state in ('submitting', 'in_doubt')`,
    [ids, reason],
  )
}
