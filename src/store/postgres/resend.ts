import type { SendId } from '../../id.ts'
import type { SendState } from '../../send/send.ts'
import type { ResendRequest, Resent } from '../operator.ts'
import { batchesOf } from './missing.ts'
import { logAction } from './operator-log.ts'
import { type Pool, type Tx, transaction } from './pool.ts'
import { type Change, changeCounts } from './recount.ts'

type Picked = { readonly deliveries: number; readonly received: number; readonly underWay: number }

/**
 * See `OperatorStore.resend`. All or nothing. The batches that deliveries are taken out of are locked first, the send
 * after them, as by a claim: what is in a worker's hands is not touched, and what is moved here no worker can have.
 */
export async function resendDeliveries(pool: Pool, request: ResendRequest): Promise<Resent> {
  const undone = { answer: null as Resent | null }
  const giveUp = (answer: Resent): never => {
    undone.answer = answer
    throw undone
  }
  const work = transaction(pool, async (tx): Promise<Resent> => {
    await tx.query('set local statement_timeout = 0')
    await tx.query(lockBatches(request), [request.of])
    const state = request.of === null ? null : await reopen(tx, request.of, giveUp)
    const { received, underWay, deliveries } = await pick(tx, request)
    if (deliveries === 0) giveUp({ kind: 'resent', deliveries, batches: 0, received, underWay, state })
    const batches = await cutBatches(tx, request)
    const answer: Resent = { kind: 'resent', deliveries, batches, received, underWay, state }
    if (request.dryRun) return giveUp(answer)
    await move(tx, request, answer)
    return answer
  })
  return work.catch(async (error: unknown) => {
    if (error === undone && undone.answer) return undone.answer
    if (!isSecondSend(error) || request.of === null) throw error
    return { kind: 'other_send', sendId: await findOtherSend(pool, request.of) }
  })
}

function lockBatches({ of }: ResendRequest): string {
  return `
    select
    from batch
    where ${batchesOf(of)} and refused + uncertain + skipped > 0 and state not in ('submitting', 'in_doubt')
    order by id
    for update`
}

/**
 * Lets a send that is done go on, and keeps it from being moved meanwhile. One that is sending is refused: it could be
 * settled by a statement that does not see the new batches yet.
 */
async function reopen(tx: Tx, id: SendId, giveUp: (answer: Resent) => never): Promise<SendState> {
  const { rows } = await tx.query<{ state: SendState; prepared: boolean; unfinished: boolean }>(
    `select state, prepared_at is not null as prepared,
            exists (
              select from batch where send_id = send.id and state in ('pending', 'submitting', 'in_doubt')
            ) as unfinished
     from send
     where id = $1
     for update`,
    [id],
  )
  const [send] = rows
  if (!send) throw new Error('A send that was just found is gone.')
  if (send.state === 'paused') return 'paused'
  if (!send.prepared || (send.state !== 'sent' && send.state !== 'cancelled')) {
    return giveUp({ kind: 'not_now', state: send.state })
  }
  if (send.unfinished) return giveUp({ kind: 'unfinished' })
  // Before anybody is picked: from here on no other send of the issue can begin.
  await tx.query(`update send set state = 'sending', finished_at = null where id = $1`, [id])
  return 'sending'
}

async function pick(tx: Tx, { of, which }: ResendRequest): Promise<Picked> {
  const wanted =
    which.kind === 'uncertain'
      ? {
          sql: `delivery.outcome = 'uncertain' and ($2::uuid[] is null or delivery.id = any($2))`,
          narrowed: ids(which),
        }
      : {
          sql: `(delivery.outcome = 'refused' or delivery.outcome = 'skipped' and delivery.reason in ('cancelled', 'operator'))
                and ($2::text is null or delivery.reason = $2)`,
          narrowed: which.reason,
        }
  const values = [of, wanted.narrowed]
  await tx.query(
    `create temporary table wanted on commit drop as
     with locked as materialized (
       select delivery.id, delivery.subscriber_id, delivery.batch_id, delivery.outcome,
              batch.number, batch.newsletter_id, batch.variant, batch.edition_hash
       from batch
       join delivery on delivery.batch_id = batch.id
       where ${batchesOf(of)} and batch.state not in ('submitting', 'in_doubt') and ${wanted.sql}
       for update of delivery
     )
     select locked.*, ${of === null ? 'false' : HAS_IT} as has_it
     from locked
     where ${of === null ? 'true' : 'subscriber_id is not null'}`,
    values,
  )
  await tx.query('analyze wanted')
  const { rows } = await tx.query<Picked>(
    `select count(*) filter (where not has_it) as deliveries, count(*) filter (where has_it) as received,
            (
              select count(*)
              from batch
              join delivery on delivery.batch_id = batch.id
              where ${batchesOf(of)} and batch.state in ('submitting', 'in_doubt') and ${wanted.sql}
            ) as "underWay"
     from wanted`,
    values,
  )
  return rows[0] ?? { deliveries: 0, received: 0, underWay: 0 }
}

function ids({ chosen }: Extract<ResendRequest['which'], { kind: 'uncertain' }>): readonly string[] | null {
  return chosen === 'all' ? null : chosen
}

// The same rule by which a send once more leaves readers out; the send's own row of them is the one that is looked at.
const HAS_IT = `exists (
         select
         from send this
         join send other on other.issue_id = this.issue_id and other.id <> this.id
         join delivery on delivery.send_id = other.id and delivery.subscriber_id = locked.subscriber_id
         join batch on batch.id = delivery.batch_id
         where this.id = $1
           and (delivery.outcome in ('accepted', 'uncertain', 'submitting')
             or delivery.outcome = 'planned' and batch.state in ('submitting', 'in_doubt'))
       )`

/** Plans the new batches; for a send in the sizes that a preparation cuts, in the order in which its readers were cut. */
async function cutBatches(tx: Tx, { of, sizes }: ResendRequest): Promise<number> {
  await tx.query(
    `create temporary table placed on commit drop as
     select id, batch_id, outcome, newsletter_id, variant, edition_hash,
            dense_rank() over (order by variant, edition_hash, cut)::int as place
     from (
       select wanted.*, ${of === null ? 'id::text' : CUT} as cut
       from wanted
       left join unnest($1::text[], $2::int[]) as size (variant, recipients) using (variant)
       where not has_it
     ) as cut`,
    [Object.keys(sizes), Object.values(sizes)],
  )
  await tx.query(
    `create temporary table cut on commit drop as
     select gen_random_uuid() as id, place, newsletter_id, variant, edition_hash, count(*) as recipients
     from placed
     group by place, newsletter_id, variant, edition_hash`,
  )
  await tx.query('analyze placed, cut')
  const { rows } = await tx.query<{ batches: number }>('select count(*) as batches from cut')
  return rows[0]?.batches ?? 0
}

const CUT = `(row_number() over (partition by variant, edition_hash order by number, id) - 1)
              / coalesce(size.recipients, 1)`

async function move(
  tx: Tx,
  { of, which, actor }: ResendRequest,
  { deliveries, batches, received }: Resent & { kind: 'resent' },
) {
  const first = of === null ? 0 : await nextNumber(tx, of)
  await tx.query(
    `insert into batch (id, kind, newsletter_id, send_id, number, variant, edition_hash, recipients)
     select id, case when $1::uuid is null then 'single' else 'bulk' end, newsletter_id, $1,
            case when $1 is null then 0 else $2::int + place - 1 end, variant, edition_hash, recipients
     from cut`,
    [of, first],
  )
  // The address stays: a late event about what went out before still has to match it.
  await tx.query(
    `update delivery
     set batch_id = cut.id, outcome = 'planned', reason = null, provider_message_id = null, deferrals = null,
         doubtful = doubtful or placed.outcome = 'uncertain', updated_at = app_now()
     from placed
     join cut using (place)
     where delivery.id = placed.id`,
  )
  const changes = await tx.query<Change>(
    `select batch_id, 0 as accepted,
            -count(*) filter (where outcome = 'refused') as refused,
            -count(*) filter (where outcome = 'uncertain') as uncertain,
            -count(*) filter (where outcome = 'skipped') as skipped
     from placed
     group by batch_id`,
  )
  await changeCounts(tx, changes.rows)
  const chosen =
    which.kind === 'uncertain' && which.chosen !== 'all'
      ? await tx.query<{ id: string }>('select id from placed')
      : null
  const detail = {
    deliveries,
    received,
    ...(of === null ? { batches } : { batches: { from: first, to: first + batches - 1 } }),
    ...(chosen ? { ids: chosen.rows.map(({ id }) => id) } : {}),
  }
  await logAction(tx, { sendId: of, action: `resend_${which.kind}`, detail, actor })
}

/** Numbers of a send are handed out one cut at a time. */
async function nextNumber(tx: Tx, id: SendId): Promise<number> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 1))', [id])
  const { rows } = await tx.query<{ next: number }>(
    'select coalesce(max(number), 0) + 1 as next from batch where send_id = $1',
    [id],
  )
  return rows[0]?.next ?? 1
}

/** Whether the move broke the rule that an issue has one open send, or one that is not `again`. */
function isSecondSend(error: unknown): boolean {
  return error instanceof Error && 'constraint' in error && String(error.constraint).startsWith('send_on')
}

async function findOtherSend(pool: Pool, id: SendId): Promise<SendId> {
  const { rows } = await pool.query<{ id: SendId }>(
    `select other.id
     from send this
     join send other on other.issue_id = this.issue_id and other.id <> this.id
     where this.id = $1 and other.state not in ('cancelled', 'missed')
     order by other.state in ('scheduled', 'preparing', 'sending', 'paused') desc, other.created_at desc
     limit 1`,
    [id],
  )
  const [other] = rows
  if (!other) throw new Error('A send was in the way of another and is gone; ask again.')
  return other.id
}
