import type { DeliveryId } from '../../id.ts'
import type { Verdict } from '../../outcome/event.ts'
import { inIndexOrder } from './in-index-order.ts'
import { LOCKS } from './locks.ts'
import { type Pool, type Tx, transaction } from './pool.ts'
import { suppress } from './suppressions.ts'

const CHUNK = 500

/** So many deliveries that bounced for now, within such a time, suppress an address. */
const ENOUGH = { deliveries: 3, days: 30 }

type DueRule = {
  id: string
  verdict: Verdict
  address_key: string
  delivery_id: DeliveryId | null
  source: string
}

/**
 * Does what applied events mean for addresses: one that bounced for good, that complained or that the provider refuses
 * to write to is suppressed for every newsletter; so is one whose mail bounced for now three times in 30 days; a
 * complaint also ends the subscription. Each event does so once: what an operator lifts later stays lifted.
 */
export function enforceRules(pool: Pool): Promise<{ readonly done: number; readonly suppressed: number }> {
  return transaction(pool, async (tx) => {
    const rows = await inIndexOrder<DueRule>(tx, TAKE, [CHUNK])
    if (rows.length === 0) return { done: 0, suppressed: 0 }
    await tx.query('select pg_advisory_xact_lock($1)', [LOCKS.consent])
    await tx.query(NOTE_DONE, [rows.map(({ id }) => id)])
    const enough = await findEnough(tx, rows)
    const reasons = rows.flatMap(({ verdict, ...row }) => {
      if (verdict !== 'transient') return [{ ...row, reason: verdict }]
      return enough.has(row.address_key) ? [{ ...row, reason: 'bounced' as const, source: thirdOf(row.source) }] : []
    })
    const suppressions = reasons.map(({ address_key: addressKey, reason, source }) => {
      return { addressKey, newsletterId: null, reason, source }
    })
    const suppressed = suppressions.length === 0 ? 0 : await suppress(tx, suppressions)
    await endSubscriptions(tx, rows)
    return { done: rows.length, suppressed }
  })
}

// By provider_event_rule. What another caller has in hand is left to it.
const TAKE = `
  select id, verdict, address_key, delivery_id, concat_ws(' ', provider, type, event_id) as source
  from provider_event
  where rule = 'due'
  order by id
  limit $1
  for update skip locked`

const NOTE_DONE = `
  update provider_event
  set rule = case verdict when 'transient' then 'counting' else 'done' end
  where id = any ($1::uuid[])`

function thirdOf(source: string): string {
  return `${source}, of ${ENOUGH.deliveries} in ${ENOUGH.days} days`
}

async function findEnough(tx: Tx, rows: readonly DueRule[]): Promise<ReadonlySet<string>> {
  const addressKeys = rows.filter(({ verdict }) => verdict === 'transient').map((row) => row.address_key)
  if (addressKeys.length === 0) return new Set()
  const reached = await tx.query<{ address_key: string }>(SPEND, [addressKeys, ENOUGH.deliveries, ENOUGH.days])
  return new Set(reached.rows.map((row) => row.address_key))
}

// By provider_event_counting: a handful of rows an address, for those that made a suppression are spent. Any span of
// so many days counts, because events come in any order.
const SPEND = `
  with counting as materialized (
    select address_key, delivery_id, occurred_at
    from provider_event
    where rule = 'counting' and address_key = any ($1)
  ), reached as (
    select distinct first.address_key
    from counting first
    join counting other on other.address_key = first.address_key
      and other.occurred_at between first.occurred_at and first.occurred_at + make_interval(days => $3)
    group by first.address_key, first.occurred_at
    having count(distinct other.delivery_id) >= $2
  )
  update provider_event
  set rule = 'done'
  from reached
  where provider_event.rule = 'counting' and provider_event.address_key = reached.address_key
  returning reached.address_key`

async function endSubscriptions(tx: Tx, rows: readonly DueRule[]): Promise<void> {
  const complaints = rows.filter(({ verdict, delivery_id }) => verdict === 'complained' && delivery_id)
  if (complaints.length === 0) return
  await tx.query(END_SUBSCRIPTIONS, [
    complaints.map(({ delivery_id }) => delivery_id),
    complaints.map(({ source }) => source),
  ])
}

// By primary keys. Only what its reader complained about: a provider may also refuse an address for an older complaint.
const END_SUBSCRIPTIONS = `
  with complained as (
    select distinct on (batch.newsletter_id, delivery.subscriber_id)
           batch.newsletter_id, delivery.subscriber_id, given.source
    from unnest($1::uuid[], $2::text[]) as given (delivery_id, source)
    join delivery on delivery.id = given.delivery_id and delivery.fate = 'complained'
    join batch on batch.id = delivery.batch_id
    order by batch.newsletter_id, delivery.subscriber_id, given.source
  ), moved as (
    update subscription
    set status = 'unsubscribed', unsubscribed_at = app_now(), confirmations_sent = 0, confirmation_sent_at = null
    from complained
    where subscription.newsletter_id = complained.newsletter_id
      and subscription.subscriber_id = complained.subscriber_id
      and subscription.status in ('pending', 'confirmed')
    returning subscription.newsletter_id, subscription.subscriber_id, complained.source
  )
  insert into consent (newsletter_id, subscriber_id, action, source)
  select newsletter_id, subscriber_id, 'unsubscribed', source from moved`
