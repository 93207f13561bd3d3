import type { BatchId, DeliveryId } from '../../id.ts'
import type { Begin, Fence } from '../batches.ts'
import type { Pool, Tx } from './pool.ts'

/** Commits that one message of a batch may be out from now on, unless something is in its way. */
export async function beginMessage(
  pool: Pool,
  fence: Fence,
  { deliveryId, address }: { readonly deliveryId: DeliveryId; readonly address: string },
): Promise<Begin> {
  const { rows } = await pool.query<{ verdict: Exclude<Begin, 'lost_fence'> }>({
    ...BEGIN,
    values: [fence.id, fence.attempt, deliveryId, address],
  })
  return rows[0]?.verdict ?? 'lost_fence'
}

// The batch is locked, shared, before its delivery: a sweep that takes it over either sees this message as begun, or has
// been first, and then nothing is begun.
const BEGIN = {
  name: 'begin_message',
  text: `
  with held as materialized (
    select id, kind, send_id, account
    from batch
    where id = $1 and attempt = $2 and state = 'submitting' and lease_until > app_now()
    for share
  ), judged as materialized (
    select case
             when send_id is not null and not exists (select from send where id = held.send_id and state = 'sending')
               then 'stopped'
             when kind = 'bulk' and exists (
               select
               from batch single
               where single.kind = 'single' and single.state in ('pending', 'in_doubt')
                 and single.not_before <= app_now() and coalesce(single.account, held.account) = held.account
             ) then 'yield'
             else 'begun'
           end as verdict
    from held
  ), begun as (
    update delivery
    set outcome = 'submitting', address = $4, updated_at = app_now()
    from judged
    where verdict = 'begun' and delivery.id = $3 and delivery.batch_id = $1 and delivery.outcome = 'planned'
      and delivery.erased is not true
    returning delivery.id
  )
  select case when verdict = 'begun' and not exists (select from begun) then 'gone' else verdict end as verdict
  from judged`,
}

/**
 * See `BatchStore.putBack`. What is not submitting any more (a sweep has called it uncertain) stays as it is, and so does
 * what an operator has planned anew in another batch.
 */
export async function putMessageBack(
  pool: Pool,
  fence: Fence,
  deliveryId: DeliveryId,
  { deferred }: { readonly deferred: boolean },
): Promise<number> {
  const { rows } = await pool.query<{ deferrals: number | null }>(
    `update delivery
     set outcome = 'planned', deferrals = coalesce(deferrals, 0) + $2, updated_at = app_now()
     where id = $1 and batch_id = $3 and outcome = 'submitting'
     returning deferrals`,
    [deliveryId, deferred ? 1 : 0, fence.id],
  )
  return rows[0]?.deferrals ?? 0
}

/**
 * Ends the attempts whose lease ran out: a message that was begun may be out and cannot be asked about, so it is
 * uncertain; the others are as pending as they were. Returns the batches, for their members to be counted.
 */
export async function endOneByOne(client: Tx): Promise<readonly BatchId[]> {
  const { rows } = await client.query<{ id: BatchId }>(
    `update batch
     set state = 'pending', generation = generation + 1, frozen = null, account = null, in_doubt_since = null,
         lease_until = null, worker = null
     where state = 'submitting' and lease_until < app_now() and one_by_one
     returning id`,
  )
  const ids = rows.map((row) => row.id)
  await client.query(
    `update delivery
     set outcome = 'uncertain', reason = 'not_idempotent', updated_at = app_now()
     where batch_id = any($1) and outcome = 'submitting'`,
    [ids],
  )
  return ids
}
