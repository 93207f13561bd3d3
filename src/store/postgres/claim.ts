import type { BatchId, DeliveryId, NewsletterId, SendId, SubscriberId } from '../../id.ts'
import type { Claim, Claimant, ClaimedBatch, Freeze, Frozen, Member } from '../batches.ts'
import { LOCKS } from './locks.ts'
import { requireNewsletter } from './newsletters.ts'
import { type Pool, type Tx, transaction } from './pool.ts'

type DueRow = {
  id: BatchId
  kind: 'bulk' | 'single'
  newsletter_id: NewsletterId
  send_id: SendId | null
  edition_hash: string
  state: 'pending' | 'in_doubt'
  generation: number
  attempt: number
  setbacks: number
  parent_id: BatchId | null
  frozen: Frozen | null
}

type MemberRow = {
  delivery_id: DeliveryId
  subscriber_id: SubscriberId | null
  address: string
  first_name: string
  attributes: Record<string, string>
  slot_values: Record<string, string>
  skip: string | null
}

// What runs for every batch has a name: PostgreSQL plans it once a connection. Planning cost a third of such a batch.

/**
 * Takes the next due batch and leaves it frozen and leased, in one transaction: who may have left is looked up and what
 * goes out is written down before anybody else can change either.
 */
export async function claimBatch(pool: Pool, claimant: Claimant, freeze: Freeze): Promise<Claim> {
  const failed: { batchId: BatchId | null } = { batchId: null }
  const stopped = new Error('The send was stopped while its batch was being frozen.')
  try {
    return await transaction(pool, async (client) => {
      const { rows } = await client.query<DueRow>({ ...NEXT_DUE, values: [claimant.account] })
      const [due] = rows
      if (!due) return { kind: 'none' }
      if (due.frozen) return { kind: 'claimed', batch: await retake(client, due, due.frozen, claimant) }
      failed.batchId = due.id
      const claim = await freezeFresh(client, due, claimant, freeze)
      if (claim === 'stopped') throw stopped
      return claim
    })
  } catch (error) {
    if (error === stopped) return { kind: 'emptied' }
    if (!failed.batchId) throw error
    await putOff(pool, failed.batchId)
    return { kind: 'not_frozen', batchId: failed.batchId, error }
  }
}

// Single mail first; then the lowest due batch of each send that is on, oldest send first. Partial indexes
// batch_due_single and batch_due_bulk; one row locked a send. A paused send's doubts go on being resolved. What is read is
// the row as it was locked: another worker may have had it since this statement began.
const NEXT_DUE = {
  name: 'next_due_batch',
  text: `
  with single as (
    select *
    from batch
    where kind = 'single' and state in ('pending', 'in_doubt') and not_before <= app_now()
      and (account is null or account = $1)
    order by not_before
    limit 1
    for update skip locked
  ), bulk as (
    select picked.*
    from send
    cross join lateral (
      select batch.*
      from batch
      where batch.send_id = send.id and batch.state in ('pending', 'in_doubt') and batch.not_before <= app_now()
        and (batch.account is null or batch.account = $1)
        and (batch.state = 'in_doubt' or send.state = 'sending' and batch.recipients <= (select bulk_room($1)))
      order by batch.number
      limit 1
      for update skip locked
    ) as picked
    where send.state in ('sending', 'paused') and not exists (select from single)
    order by send.scheduled_at, send.id
    limit 1
  )
  select id, kind, newsletter_id, send_id, edition_hash, state, generation, attempt, setbacks, parent_id, frozen
  from (select * from single union all select * from bulk) as due`,
}

async function freezeFresh(client: Tx, due: DueRow, claimant: Claimant, freeze: Freeze): Promise<Claim | 'stopped'> {
  const freezeMembers = await freeze(due.edition_hash)
  await client.query('select pg_advisory_xact_lock_shared($1)', [LOCKS.consent])
  const { rows } = await client.query<MemberRow>({
    ...(due.kind === 'bulk' ? CHECK_BULK : CHECK_SINGLE),
    values: [due.id, due.newsletter_id],
  })
  const members = rows.filter((row) => row.skip === null).map(readMember)
  const skipped = rows.length - members.length
  if (members.length === 0) {
    await client.query(
      `update batch set state = 'settled', skipped = skipped + $2, settled_at = app_now() where id = $1`,
      [due.id, skipped],
    )
    return { kind: 'emptied' }
  }
  const newsletter = await requireNewsletter(client, due.newsletter_id)
  const frozen = freezeMembers({ id: due.id, kind: due.kind, newsletter, sendId: due.send_id, members })
  if (due.send_id && !(await isStillSending(client, due.send_id))) return 'stopped'
  const { worker, leaseMs, account, oneByOne } = claimant
  await client.query({
    ...FREEZE,
    values: [due.id, worker, leaseMs, JSON.stringify(frozen), account, skipped, oneByOne],
  })
  return { kind: 'claimed', batch: { ...readDue(due), wasInDoubt: false, frozen } }
}

const FREEZE = {
  name: 'freeze_batch',
  text: `
  with counted as (
    update provider
    set daily_used = daily_used + (select recipients - skipped from batch where id = $1) - $6
    where account = $5 and quota_resets_at > app_now() and daily_limit is not null
  )
  update batch
  set state = 'submitting', attempt = attempt + 1, worker = $2,
      lease_until = app_now() + make_interval(secs => $3 / 1000.0), in_doubt_since = app_now(), frozen = $4,
      account = $5, skipped = skipped + $6, one_by_one = $7
  where id = $1`,
}

// Freezing takes its time. Whoever stopped the send meanwhile, and perhaps began another one of the issue, has been
// told that this batch will not go out; whoever stops it from now on waits until this claim can be seen.
async function isStillSending(client: Tx, id: SendId): Promise<boolean> {
  const { rowCount } = await client.query({ ...STILL_SENDING, values: [id] })
  return rowCount === 1
}

const STILL_SENDING = { name: 'still_sending', text: `select from send where id = $1 and state = 'sending' for share` }

/** A batch that may be known to the provider is taken as it was frozen: same members, same bytes, same key. */
async function retake(client: Tx, due: DueRow, frozen: Frozen, claimant: Claimant): Promise<ClaimedBatch> {
  await client.query(
    `update batch
     set state = 'submitting', attempt = attempt + 1, worker = $2, lease_until = app_now() + make_interval(secs => $3 / 1000.0)
     where id = $1`,
    [due.id, claimant.worker, claimant.leaseMs],
  )
  return { ...readDue(due), wasInDoubt: true, frozen }
}

/** A batch that cannot be frozen must not keep the others from being claimed. */
async function putOff(pool: Pool, id: BatchId): Promise<void> {
  await pool.query(
    `update batch
     set not_before = app_now() + interval '1 minute', setbacks = setbacks + 1
     where id = $1 and state = 'pending'`,
    [id],
  )
}

// A reader of a send.
const CHECK_BULK = checkMembers('check_bulk_members', {
  whom: 'subscriber.id as subscriber_id, subscriber.address',
  skip: `
           case
             when subscriber.id is null then 'erased'
             when ${isSuppressed('subscriber.address_key')} then 'suppressed'
             else nullif(coalesce((
               select case
                        when status <> 'confirmed' then 'unsubscribed'
                        when paused_until > app_now() then 'paused'
                        else ''
                      end
               from subscription
               where newsletter_id = $2 and subscriber_id = delivery.subscriber_id
             ), 'unsubscribed'), '')
           end`,
})

// A single mail is asked for by whom it goes to; only a suppression stops it.
const CHECK_SINGLE = checkMembers('check_single_member', {
  whom: 'delivery.subscriber_id, delivery.address',
  skip: `
           case
             when delivery.address is null then 'erased'
             when ${isSuppressed('coalesce(subscriber.address_key, lower(delivery.address))')} then 'suppressed'
           end`,
})

function isSuppressed(key: string): string {
  return `exists (
               select from suppression
               where suppression.address_key = ${key}
                 and (suppression.newsletter_id is null or suppression.newsletter_id = $2)
             )`
}

// Members in the order of their delivery ids; those not to be written to any more become skipped on the way. At most a
// batch of rows, by delivery_batch and primary keys: everybody is looked up one by one (`offset 0` keeps it so), because
// as long as the tables have grown since they were analysed, a join would read all readers for every batch.
function checkMembers(name: string, { whom, skip }: { readonly whom: string; readonly skip: string }) {
  return {
    name,
    text: `
  with checked as materialized (
    select delivery.id as delivery_id, ${whom},
           coalesce(subscriber.first_name, '') as first_name, coalesce(subscriber.attributes, '{}') as attributes,
           coalesce(delivery.slot_values, '{}') as slot_values, ${skip} as skip
    from delivery
    left join lateral (select * from subscriber where id = delivery.subscriber_id offset 0) as subscriber on true
    where delivery.batch_id = $1 and delivery.outcome = 'planned'
  ), skipped as (
    update delivery
    set outcome = 'skipped', reason = checked.skip, updated_at = app_now()
    from checked
    where delivery.id = checked.delivery_id and checked.skip is not null
  )
  select * from checked order by delivery_id`,
  }
}

function readDue(due: DueRow): Omit<ClaimedBatch, 'wasInDoubt' | 'frozen'> {
  return {
    id: due.id,
    kind: due.kind,
    sendId: due.send_id,
    generation: due.generation,
    attempt: due.attempt + 1,
    setbacks: due.setbacks,
  }
}

function readMember(row: MemberRow): Member {
  return {
    deliveryId: row.delivery_id,
    subscriberId: row.subscriber_id,
    address: row.address,
    firstName: row.first_name,
    attributes: row.attributes,
    slotValues: row.slot_values,
  }
}
