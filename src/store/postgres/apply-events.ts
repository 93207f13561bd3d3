import type { DeliveryId } from '../../id.ts'
import { fateOf, type Told, verdictOf } from '../../outcome/event.ts'
import { type Judgement, judgeEvent } from '../../outcome/judge.ts'
import { FATE_RANKS } from '../../outcome/outcome.ts'
import type { Applied, ReadRaw } from '../events.ts'
import { recordEvidence } from './batches.ts'
import { inIndexOrder } from './in-index-order.ts'
import { type Pool, type Tx, transaction } from './pool.ts'

/** Few enough for one transaction of some tens of ms, many enough for some thousand a second. */
const CHUNK = 500

type DueEvent = { id: string; provider: string; raw: Uint8Array; waited_ms: number }
type NamedDelivery = { id: DeliveryId; batch_id: string; address: string | null; is_accepted: boolean }
type Judged = Judgement & { readonly id: string; readonly told: Told; readonly delivery: NamedDelivery | undefined }

/**
 * Reads the next due events and writes down what they tell: acceptance as evidence, then fates, by the events' own
 * times, so that their order does not matter. Batches are locked before deliveries, and neither is held while a
 * suppression waits for its turn: what events mean for addresses is left to `enforceRules`.
 */
export function applyEvents(pool: Pool, read: ReadRaw): Promise<Applied> {
  return transaction(pool, async (tx) => {
    const judged = await judgeAll(tx, await inIndexOrder<DueEvent>(tx, TAKE, [CHUNK]), read)
    if (judged.length > 0) await mark(tx, judged)
    await recordAccepted(tx, judged)
    await moveFates(tx, judged)
    await forgetErased(tx, judged)
    const count = (state: Judged['state']) => judged.filter((one) => one.state === state).length
    return { applied: count('applied'), early: count('early'), foreign: count('foreign'), ignored: count('ignored') }
  })
}

// By provider_event_due. What another caller has in hand is left to it.
const TAKE = `
  select id, provider, raw, extract(epoch from app_now() - received_at)::float8 * 1000 as waited_ms
  from provider_event
  where state in ('received', 'early') and not_before <= app_now()
  order by not_before
  limit $1
  for update skip locked`

async function judgeAll(tx: Tx, events: readonly DueEvent[], read: ReadRaw): Promise<readonly Judged[]> {
  const heard = events.map((event) => ({ ...event, told: read(event.provider, event.raw).told }))
  const ids = heard.flatMap(({ told }) => (told.kind === 'message' && told.deliveryId ? [told.deliveryId] : []))
  const { rows } = ids.length === 0 ? { rows: [] } : await tx.query<NamedDelivery>(FIND_DELIVERIES, [ids])
  const known = new Map(rows.map((row) => [row.id, row]))
  return heard.map(({ id, told, waited_ms }) => {
    const delivery = told.kind === 'message' && told.deliveryId ? known.get(told.deliveryId) : undefined
    const named = delivery ? { addressKey: delivery.address?.toLowerCase() ?? null } : null
    return { id, told, delivery, ...judgeEvent(told, named, waited_ms) }
  })
}

// By primary keys. Until an answer is recorded, whom a delivery goes to stands in its frozen batch.
const FIND_DELIVERIES = `
  select delivery.id, delivery.batch_id, delivery.outcome = 'accepted' as is_accepted,
         coalesce(delivery.address, (
           select member ->> 'address'
           from json_array_elements(batch.frozen -> 'batch' -> 'recipients') as member
           where member ->> 'deliveryId' = delivery.id::text
         )) as address
  from delivery
  join batch on batch.id = delivery.batch_id
  where delivery.id = any ($1::uuid[])`

async function mark(tx: Tx, judged: readonly Judged[]): Promise<void> {
  const verdicts = judged.map(aboutAddress)
  await tx.query(MARK, [
    judged.map(({ id }) => id),
    judged.map(({ state }) => state),
    judged.map(({ reason }) => reason),
    judged.map(({ state, delivery }) => (state === 'applied' ? delivery?.id : null)),
    verdicts.map((one) => one?.addressKey),
    verdicts.map((one) => one?.verdict),
  ])
}

// An early event is tried again after as long as it has waited, at first 5 s, at most an hour. What an event meant for
// its address is done once: applied again, it keeps the note of that.
const MARK = `
  update provider_event
  set state = judged.state, reason = judged.reason, delivery_id = judged.delivery_id,
      not_before = case
        when judged.state = 'early'
        then app_now() + greatest(least(app_now() - received_at, interval '1 hour'), interval '5 seconds')
        else not_before
      end,
      address_key = case when rule is null then judged.address_key else provider_event.address_key end,
      verdict = case when rule is null then judged.verdict else provider_event.verdict end,
      rule = case when rule is null and judged.verdict is not null then 'due' else rule end
  from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::text[])
    as judged (id, state, reason, delivery_id, address_key, verdict)
  where provider_event.id = judged.id`

/** What is told of somebody who was erased counts for the mail it is about, and is not kept. */
async function forgetErased(tx: Tx, judged: readonly Judged[]): Promise<void> {
  const about = judged.flatMap(({ id, told }) =>
    told.kind !== 'nothing' && told.addressKey !== null ? [{ id, addressKey: told.addressKey }] : [],
  )
  if (about.length === 0) return
  await tx.query(FORGET_ERASED, [about.map(({ id }) => id), about.map(({ addressKey }) => addressKey)])
}

// By the primary key of erased; a hash an event, once anybody was erased.
const FORGET_ERASED = `
  update provider_event
  set raw = '', address_key = null, verdict = null, rule = null,
      reason = case when state = 'applied' then reason else 'erased' end,
      state = case when state = 'applied' then state else 'ignored' end
  from unnest($1::uuid[], $2::text[]) as told (id, address_key)
  where provider_event.id = told.id and exists (select from erased)
    and exists (select from erased where hash = erased_hash(told.address_key))`

function aboutAddress({ state, told }: Judged) {
  if (state !== 'applied' || told.kind === 'nothing') return null
  const verdict = told.kind === 'address' ? told.verdict : verdictOf(told.report)
  return verdict && told.addressKey ? { addressKey: told.addressKey, verdict } : null
}

type AppliedMessage = Judged & { readonly told: Extract<Told, { kind: 'message' }>; readonly delivery: NamedDelivery }

function isAppliedMessage(one: Judged): one is AppliedMessage {
  return one.state === 'applied' && one.told.kind === 'message' && one.delivery !== undefined
}

/** What became of a message later proves that it was taken, whatever was made of a lost answer meanwhile. */
async function recordAccepted(tx: Tx, judged: readonly Judged[]): Promise<void> {
  const news = judged.filter(isAppliedMessage).filter(({ delivery }) => !delivery.is_accepted)
  if (news.length === 0) return
  const evidence = new Map(
    news.map(({ delivery: { id, address }, told: { providerMessageId } }) => [
      id,
      { kind: 'accepted', deliveryId: id, address: address ?? '', providerMessageId } as const,
    ]),
  )
  await recordEvidence(tx, [...new Set(news.map(({ delivery }) => delivery.batch_id))], [...evidence.values()])
}

async function moveFates(tx: Tx, judged: readonly Judged[]): Promise<void> {
  const told = judged.filter(isAppliedMessage).flatMap(({ id, delivery, told: { report } }) => {
    const fate = fateOf(report)
    return fate ? [{ id, deliveryId: delivery.id, fate }] : []
  })
  if (told.length === 0) return
  await tx.query(MOVE_FATES, [
    told.map(({ id }) => id),
    told.map(({ deliveryId }) => deliveryId),
    told.map(({ fate }) => fate),
  ])
}

// The highest rank wins, of one rank the latest, of one time the name: whatever the order in which they come, the same.
// Rows are locked in the order of their ids, those of send_fate likewise; each move is counted by how it was made.
const MOVE_FATES = `
  with told as (
    select distinct on (given.delivery_id) given.delivery_id as id, given.fate, ${rankOf('given.fate')} as rank,
           provider_event.occurred_at as at
    from unnest($1::uuid[], $2::uuid[], $3::text[]) as given (event_id, delivery_id, fate)
    join provider_event on provider_event.id = given.event_id
    order by given.delivery_id, rank desc, at desc, given.fate desc
  ), before as (
    select id, fate, fate_at from delivery where id = any ($2::uuid[]) order by id for update
  ), moved as (
    update delivery
    set fate = told.fate, fate_at = told.at, updated_at = app_now()
    from told
    join before using (id)
    where delivery.id = told.id
      and (before.fate is null
        or (told.rank, told.at, told.fate) > (${rankOf('before.fate')}, before.fate_at, before.fate))
    returning delivery.send_id, before.fate as was, told.fate
  ), counted as (
    select send_id, fate, sum(change)::int as change
    from (
      select send_id, fate, 1 as change from moved
      union all
      select send_id, was, -1 from moved where was is not null
    ) as changes
    where send_id is not null
    group by send_id, fate
    having sum(change) <> 0
  )
  insert into send_fate (send_id, fate, deliveries)
  select send_id, fate, change from counted order by send_id, fate
  on conflict (send_id, fate) do update set deliveries = send_fate.deliveries + excluded.deliveries`

function rankOf(column: string): string {
  const ranks = Object.entries(FATE_RANKS).map(([fate, rank]) => `when '${fate}' then ${rank}`)
  return `case ${column} ${ranks.join(' ')} end`
}
