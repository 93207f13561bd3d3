import type { Evidence } from '../../outcome/outcome.ts'
import type { BatchStore } from '../batches.ts'
import { claimBatch } from './claim.ts'
import { lockFenced } from './fence.ts'
import { holdBatches } from './hold.ts'
import { beginMessage, endOneByOne, putMessageBack } from './one-by-one.ts'
import { type Pool, type Tx, transaction } from './pool.ts'
import { splitBatch } from './split.ts'

/** The sending protocol on PostgreSQL. Every move is guarded by the state it may come from (`BATCH_MOVES`). */
export function createBatchStore(pool: Pool): BatchStore {
  return {
    claim: (claimant, freeze) => claimBatch(pool, claimant, freeze),
    renew: async (fence, { leaseMs, maxDoubtMs }) => {
      const { rowCount } = await pool.query({ ...RENEW, values: [fence.id, fence.attempt, leaseMs, maxDoubtMs] })
      return rowCount === 1
    },
    begin: (fence, message) => beginMessage(pool, fence, message),
    putBack: (fence, deliveryId, how) => putMessageBack(pool, fence, deliveryId, how),
    record: (batchId, evidence) => transaction(pool, (client) => recordEvidence(client, [batchId], evidence)),
    giveBack: async (fence, { nothingAccepted, afterMs, setback }) => {
      const { rowCount } = await pool.query(nothingAccepted ? BACK_TO_PENDING : BACK_TO_DOUBT, [
        fence.id,
        fence.attempt,
        afterMs,
        setback ? 1 : 0,
      ])
      return rowCount === 1
    },
    hold: (fence, reason) =>
      transaction(pool, async (client) => {
        if (!(await lockFenced(client, fence))) return false
        await holdBatches(client, [fence.id], reason)
        return true
      }),
    split: (fence) => splitBatch(pool, fence),
    takeOver: (tooOldMs) => takeOver(pool, tooOldMs),
    holdForeign: (account) =>
      transaction(pool, async (client) => {
        const { rows } = await client.query<{ id: string }>(
          `select id
           from batch
           where state = 'in_doubt' and account <> $1 and not_before < app_now() - interval '10 minutes'
           for update skip locked`,
          [account],
        )
        await holdBatches(
          client,
          rows.map((row) => row.id),
          'account_changed',
        )
        return rows.length
      }),
  }
}

const RENEW = {
  name: 'renew_lease',
  text: `
  update batch
  set lease_until = app_now() + make_interval(secs => $3 / 1000.0)
  where id = $1 and attempt = $2 and state = 'submitting'
    and in_doubt_since > app_now() - make_interval(secs => $4 / 1000.0)`,
}

const BACK_TO_PENDING = `
  update batch
  set state = 'pending', generation = generation + 1, frozen = null, account = null, in_doubt_since = null,
      lease_until = null, worker = null, not_before = app_now() + make_interval(secs => $3 / 1000.0),
      setbacks = setbacks + $4
  where id = $1 and attempt = $2 and state = 'submitting'`

const BACK_TO_DOUBT = `
  update batch
  set state = 'in_doubt', lease_until = null, worker = null,
      not_before = app_now() + make_interval(secs => $3 / 1000.0), setbacks = setbacks + $4
  where id = $1 and attempt = $2 and state = 'submitting'`

/**
 * Writes down what was learned about deliveries of these batches. Not fenced: what the provider took is true whoever
 * asked, and beats every guess that stands there. Batches are locked before their deliveries, as everywhere: whoever
 * decides about the batch now must not make this fail.
 */
export async function recordEvidence(
  client: Tx,
  batchIds: readonly string[],
  evidence: readonly Evidence[],
): Promise<void> {
  await client.query({ ...LOCK_BATCHES, values: [batchIds, evidence.map((one) => one.deliveryId)] })
  const { rows } = await client.query<{ batch_id: string }>({
    ...RECORD,
    values: [
      evidence.map((one) => one.deliveryId),
      evidence.map((one) => one.kind),
      evidence.map((one) => (one.kind === 'accepted' ? null : one.reason)),
      evidence.map((one) => one.address),
      evidence.map((one) => (one.kind === 'accepted' ? one.providerMessageId : null)),
    ],
  })
  await settleBatches(client, [...new Set([...batchIds, ...rows.map((row) => row.batch_id)])])
}

// The batches, those they were cut into since, and those that an operator moved their deliveries to. The array is made
// anew because a planner that sees its length finds a plan for it each time, which takes longer than the statement.
const LOCK_BATCHES = {
  name: 'lock_batch_and_parts',
  text: `
  with recursive part as (
    select id from batch where id = any(array(select unnest($1::uuid[])))
    union all
    select batch.id from batch join part on batch.parent_id = part.id
  )
  select
  from batch
  where id in (select id from part union select batch_id from delivery where id = any(array(select unnest($2::uuid[]))))
  order by id
  for update`,
}

// A refusal says nothing of an earlier attempt at which nobody knows what happened.
const RECORD = {
  name: 'record_evidence',
  text: `
  update delivery
  set outcome = case when learned.outcome = 'refused' and doubtful then 'uncertain' else learned.outcome end,
      reason = learned.reason, address = case when erased then null else learned.address end,
      provider_message_id = case when erased then null else learned.provider_message_id end, updated_at = app_now()
  from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[])
    as learned (id, outcome, reason, address, provider_message_id)
  where delivery.id = learned.id
    and case learned.outcome
          when 'accepted' then delivery.outcome <> 'accepted'
          when 'refused' then delivery.outcome in ('planned', 'submitting', 'uncertain')
          else delivery.outcome in ('planned', 'submitting')
        end
  returning delivery.batch_id`,
}

/** Counts the members of a few batches anew, and settles those that have none open. */
async function settleBatches(client: Tx, ids: readonly string[]): Promise<void> {
  await client.query({ ...SETTLE, values: [ids] })
}

const SETTLE = {
  name: 'settle_batches',
  text: `
  with counted as (
    select batch_id,
           count(*) filter (where outcome = 'accepted') as accepted,
           count(*) filter (where outcome = 'refused') as refused,
           count(*) filter (where outcome = 'uncertain') as uncertain,
           count(*) filter (where outcome = 'skipped') as skipped,
           bool_or(outcome in ('planned', 'submitting')) as open,
           bool_or(outcome = 'uncertain') as unclear
    from delivery
    where batch_id = any(array(select unnest($1::uuid[])))
    group by batch_id
  ), judged as (
    select counted.*,
           not open and (state in ('pending', 'submitting', 'in_doubt') or state = 'held' and not unclear) as done
    from counted
    join batch on batch.id = counted.batch_id
  )
  update batch
  set accepted = judged.accepted, refused = judged.refused, uncertain = judged.uncertain, skipped = judged.skipped,
      state = case when done then 'settled' else state end,
      settled_at = case when done then app_now() else settled_at end,
      frozen = case when done then null else frozen end,
      in_doubt_since = case when done then null else in_doubt_since end,
      lease_until = case when done then null else lease_until end,
      held_reason = case when done then null else held_reason end
  from judged
  where batch.id = judged.batch_id`,
}

function takeOver(pool: Pool, tooOldMs: number): Promise<{ expired: number; held: number }> {
  return transaction(pool, async (client) => {
    const expired = await client.query(
      `update batch
       set state = 'in_doubt', lease_until = null, worker = null
       where state = 'submitting' and lease_until < app_now() and not one_by_one`,
    )
    const ended = await endOneByOne(client)
    await settleBatches(client, ended)
    const old = await client.query<{ id: string }>(
      `select id
       from batch
       where state = 'in_doubt' and in_doubt_since < app_now() - make_interval(secs => $1 / 1000.0)
       for update skip locked`,
      [tooOldMs],
    )
    await holdBatches(
      client,
      old.rows.map((row) => row.id),
      'too_old',
    )
    return { expired: (expired.rowCount ?? 0) + ended.length, held: old.rows.length }
  })
}
