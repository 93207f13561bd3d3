import type { NewsletterId } from '../../id.ts'
import type { ConsentCircumstances } from '../../subscriber/subscriber.ts'
import type { ImportResult, ImportRow } from '../subscribers.ts'
import type { Pool } from './pool.ts'

/** Rows a statement: enough to be quick, few enough to be held in memory and not to block others for long. */
const ROWS_A_STATEMENT = 5_000

/** Adds confirmed subscriptions, set by set; each set is committed by itself, and importing it again changes nothing. */
export async function importSubscribers(
  pool: Pool,
  newsletterId: NewsletterId,
  rows: readonly ImportRow[],
  circumstances: ConsentCircumstances,
): Promise<ImportResult> {
  let total: ImportResult = { added: 0, updated: 0, keptUnsubscribed: 0, suppressed: 0 }
  for (let start = 0; start < rows.length; start += ROWS_A_STATEMENT) {
    const part = await importSet(pool, newsletterId, rows.slice(start, start + ROWS_A_STATEMENT), circumstances)
    total = {
      added: total.added + part.added,
      updated: total.updated + part.updated,
      keptUnsubscribed: total.keptUnsubscribed + part.keptUnsubscribed,
      suppressed: total.suppressed + part.suppressed,
    }
  }
  return total
}

type CountRow = { added: number; updated: number; kept_unsubscribed: number; suppressed: number }

async function importSet(
  pool: Pool,
  newsletterId: NewsletterId,
  rows: readonly ImportRow[],
  circumstances: ConsentCircumstances,
): Promise<ImportResult> {
  const { rows: counts } = await pool.query<CountRow>(IMPORT, [
    newsletterId,
    rows.map((row) => row.address),
    rows.map((row) => row.addressKey),
    rows.map((row) => row.firstName),
    rows.map((row) => JSON.stringify(row.attributes)),
    circumstances.source,
    circumstances.wording,
    rows.map((row) => row.locale ?? null),
  ])
  const [count] = counts
  if (count === undefined) throw new Error('A statement that returns one row returned none.')
  return {
    added: count.added,
    updated: count.updated,
    keptUnsubscribed: count.kept_unsubscribed,
    suppressed: count.suppressed,
  }
}

// At most 5,000 rows, looked up by subscriber.address_key, inserted in its order so that two imports cannot deadlock.
// Whoever has left, or is suppressed, is not touched: `unsubscribed_at` is only cleared by a confirmation of their own.
const IMPORT = `
  with given as (
    select distinct on (address_key) address, address_key, first_name, attributes, locale
    from unnest($2::text[], $3::text[], $4::text[], $5::jsonb[], $8::text[])
      as row (address, address_key, first_name, attributes, locale)
    order by address_key
  ), known as materialized (
    select given.*, subscription.status,
           subscription.unsubscribed_at is not null as has_left,
           exists (
             select
             from suppression
             where suppression.address_key = given.address_key
               and (suppression.newsletter_id is null or suppression.newsletter_id = $1)
           ) as is_suppressed
    from given
    left join subscriber on subscriber.address_key = given.address_key
    left join subscription on subscription.newsletter_id = $1 and subscription.subscriber_id = subscriber.id
  ), people as (
    insert into subscriber (address, address_key, first_name, attributes, locale)
    select address, address_key, first_name, attributes, locale
    from known
    where not is_suppressed and has_left is not true
    order by address_key
    on conflict (address_key) do update
    set first_name = case when excluded.first_name = '' then subscriber.first_name else excluded.first_name end,
        attributes = subscriber.attributes || excluded.attributes,
        locale = coalesce(excluded.locale, subscriber.locale),
        updated_at = app_now()
    returning id
  ), subscribed as (
    insert into subscription (newsletter_id, subscriber_id, status, confirmed_at)
    select $1, id, 'confirmed', app_now()
    from people
    on conflict (newsletter_id, subscriber_id) do update
    set status = 'confirmed', confirmed_at = app_now(), confirmations_sent = 0, confirmation_sent_at = null
    where subscription.status = 'pending' and subscription.unsubscribed_at is null
    returning subscriber_id
  ), said as (
    insert into consent (newsletter_id, subscriber_id, action, source, wording)
    select $1, subscriber_id, 'imported', $6, $7
    from subscribed
  )
  select (select count(*) from subscribed)::int as added,
         count(*) filter (where not is_suppressed and has_left is not true and status = 'confirmed')::int as updated,
         count(*) filter (where not is_suppressed and has_left)::int as kept_unsubscribed,
         count(*) filter (where is_suppressed)::int as suppressed
  from known`
