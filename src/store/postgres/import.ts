import { AppError } from '../../error.ts'
import type { NewsletterId } from '../../id.ts'
import {
  type ImportRow,
  type ImportRun,
  type ImportStore,
  type Kept,
  MEANINGS,
  SUPPRESSES,
  type TakenAs,
} from '../imports.ts'
import { LOCKS } from './locks.ts'
import { type Pool, type Tx, within } from './pool.ts'
import { suppress } from './suppressions.ts'

/** Each has a connection for itself, of which there are a dozen or two. */
const MOST_AT_ONCE = 3

/** Imports on PostgreSQL. */
export function createImportStore(pool: Pool): ImportStore {
  let open = 0
  return {
    open: async (about) => {
      if (open >= MOST_AT_ONCE) {
        throw new AppError('too_many', `${open} imports are under way. Begin this one when one of them is done.`)
      }
      open += 1
      try {
        return await openRun(pool, about, () => {
          open -= 1
        })
      } catch (error) {
        open -= 1
        throw error
      }
    },
  }
}

type About = Parameters<ImportStore['open']>[0]

/** The addresses that came by are kept by the database, in a table of this connection's own: a process stays small. */
async function openRun(pool: Pool, about: About, onClose: () => void): Promise<ImportRun> {
  const connection = await pool.connect()
  let broken: Error | undefined
  const keep = (error: Error) => {
    broken = error
  }
  try {
    await connection.query(`create temporary table import_seen (address_key text collate "C" primary key)`)
  } catch (error) {
    connection.release(true)
    throw error
  }
  return {
    take: async (rows) =>
      rows.length === 0 ? [] : within(connection, (tx) => takeRows(tx, about, rows), keep, beforeTaking(about, rows)),
    close: async () => {
      onClose()
      await connection.query('drop table import_seen').catch(keep)
      connection.release(broken)
    },
  }
}

/** In one go with the beginning: while the next rows are read, an answer of the database is not heard at once. */
function beforeTaking({ dryRun = false }: About, rows: readonly ImportRow[]): string {
  // Whoever left elsewhere leaves here: under the lock of leaving, taken before any row. Others share it, so that
  // nobody is brought back while they are being erased.
  const somebodyLeaves = rows.some(({ means = 'confirmed' }) => means !== 'confirmed')
  const lock = somebodyLeaves ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared'
  // TAKE writes the language itself: a trigger that looks every reader up once more takes a seventh of the time.
  return `${dryRun ? '' : `select ${lock}(${LOCKS.consent});`} set local pressroom.language_given = 'on'`
}

async function takeRows(
  tx: Tx,
  { newsletterId, source, dryRun = false }: About,
  rows: readonly ImportRow[],
): Promise<readonly (TakenAs | Kept)[]> {
  const values = [newsletterId, ...columnsOf(rows), source, dryRun, [...MEANINGS]]
  const taken = await tx.query<{ fate: TakenAs | Kept }>(TAKE, values)
  const fates = taken.rows.map(({ fate }) => fate)
  // Of somebody who is suppressed already it may say something graver.
  const suppressed = rows.filter(({ means }, index) => {
    const isGrave = means === 'bounced' || means === 'complained'
    return fates[index] === 'suppressed' || (fates[index] === 'kept_suppressed' && isGrave)
  })
  if (suppressed.length > 0 && !dryRun) await suppressAll(tx, newsletterId, source, suppressed)
  return fates
}

function columnsOf(rows: readonly ImportRow[]): readonly unknown[] {
  return [
    rows.map(({ address }) => address),
    rows.map(({ addressKey }) => addressKey),
    rows.map(({ firstName }) => firstName),
    rows.map(({ attributes }) => JSON.stringify(attributes)),
    rows.map(({ locale = null }) => locale),
    rows.map(({ timeZone = null }) => timeZone),
    rows.map(({ means = 'confirmed' }) => means),
    rows.map(({ since = null }) => since),
  ]
}

/** For every newsletter, as when it had happened here; a complaint ends the subscription besides. */
async function suppressAll(tx: Tx, newsletterId: NewsletterId, source: string, rows: readonly ImportRow[]) {
  const suppressions = rows.flatMap(({ addressKey, means }) =>
    means === 'bounced' || means === 'complained' || means === 'suppressed'
      ? [{ addressKey, newsletterId: null, reason: SUPPRESSES[means], source: `import: ${source}` }]
      : [],
  )
  await suppress(tx, suppressions)
  const complained = rows.filter(({ means }) => means === 'complained').map(({ addressKey }) => addressKey)
  if (complained.length > 0) await tx.query(END_SUBSCRIPTIONS, [newsletterId, complained, source])
}

// Some thousand rows, each looked up by address_key and primary keys (`offset 0` and `limit 1` keep it so: a join would
// read all readers for every set), and written in the order of address_key, so that two imports cannot deadlock, with ids
// that lie side by side in the indexes.
// `unsubscribed_at` is only cleared by a confirmation of their own.
const TAKE = `
  with line as (
    select *
    from unnest($2::text[], $3::text[], $4::text[], $5::jsonb[], $6::text[], $7::text[], $8::text[], $9::timestamptz[])
      with ordinality
      as given (address, address_key, first_name, attributes, locale, time_zone, means, since, place)
  ), given as materialized (
    select distinct on (address_key) *
    from line
    order by address_key, array_position($12::text[], means), place
  ), fresh as (
    insert into import_seen
    select address_key from given
    on conflict do nothing
    returning address_key
  ), judged as materialized (
    select given.*,
           case
             when fresh.address_key is null and means = 'confirmed' then 'duplicate'
             when exists (select from erased)
               and exists (select from erased where hash = erased_hash(given.address_key) offset 0) then 'erased'
             when means in ('bounced', 'complained', 'suppressed') then
               case
                 when suppressed.everywhere then 'kept_suppressed'
                 -- Our own exports do not say for which newsletters.
                 when means = 'suppressed' and suppressed.everywhere is not null then 'kept_suppressed'
                 when means = 'bounced' and known.said_so_here then 'kept_confirmed'
                 else 'suppressed'
               end
             when means = 'unsubscribed' then
               case
                 when known.has_left then 'kept_unsubscribed'
                 when known.said_so_here then 'kept_confirmed'
                 else 'unsubscribed'
               end
             when suppressed.everywhere is not null then 'kept_suppressed'
             when known.has_left then 'kept_unsubscribed'
             when known.status = 'confirmed' then 'updated'
             else 'added'
           end as fate
    from given
    left join fresh using (address_key)
    left join lateral (
      select subscription.status, subscription.unsubscribed_at is not null as has_left,
             subscription.status = 'confirmed' and exists (
               select
               from consent
               where consent.subscriber_id = subscriber.id and consent.newsletter_id = $1
                 and consent.action in ('confirmed', 'resubscribed')
               offset 0
             ) as said_so_here
      from subscriber
      join subscription on subscription.newsletter_id = $1 and subscription.subscriber_id = subscriber.id
      where subscriber.address_key = given.address_key
      limit 1
    ) as known on true
    left join lateral (
      select newsletter_id is null as everywhere
      from suppression
      where suppression.address_key = given.address_key and (newsletter_id is null or newsletter_id = $1)
      order by newsletter_id nulls first
      limit 1
    ) as suppressed on true
  ), people as (
    insert into subscriber (id, address, address_key, first_name, attributes, locale, time_zone)
    select ordered_id(row_number() over (order by address_key)), address, address_key, first_name, attributes, locale,
           time_zone
    from judged
    where fate in ('added', 'updated', 'unsubscribed') and not $11::boolean
    order by address_key
    on conflict (address_key) do update
    set first_name = case when excluded.first_name = '' then subscriber.first_name else excluded.first_name end,
        attributes = subscriber.attributes || excluded.attributes,
        locale = coalesce(excluded.locale, subscriber.locale),
        time_zone = coalesce(excluded.time_zone, subscriber.time_zone),
        updated_at = app_now()
    returning id, subscriber.address_key, language_of(subscriber.locale) as language
  ), subscribed as (
    insert into subscription (newsletter_id, subscriber_id, language, status, confirmed_at, unsubscribed_at)
    select $1, people.id, people.language,
           case fate when 'added' then 'confirmed' else 'unsubscribed' end,
           case fate when 'added' then coalesce(past.since, app_now()) end,
           case fate when 'unsubscribed' then coalesce(past.since, app_now()) end
    from people
    join judged using (address_key)
    left join lateral (select judged.since where judged.since < app_now()) as past on true
    where fate <> 'updated'
    on conflict (newsletter_id, subscriber_id) do update
    set status = case
          when subscription.status = 'pending' and excluded.status = 'unsubscribed' then 'pending'
          else excluded.status
        end,
        confirmed_at = coalesce(excluded.confirmed_at, subscription.confirmed_at),
        unsubscribed_at = excluded.unsubscribed_at,
        paused_until = null, confirmations_sent = 0, confirmation_sent_at = null
    where subscription.unsubscribed_at is null
      and (subscription.status = 'pending' or excluded.status = 'unsubscribed')
    returning subscriber_id, confirmed_at, unsubscribed_at
  ), said as (
    insert into consent (newsletter_id, subscriber_id, action, source, detail)
    select $1, subscriber_id, case when unsubscribed_at is null then 'imported' else 'unsubscribed' end, $10,
           case
             when coalesce(unsubscribed_at, confirmed_at) < app_now()
             then jsonb_build_object('since', coalesce(unsubscribed_at, confirmed_at))
           end
    from subscribed
  )
  select coalesce(judged.fate, 'duplicate') as fate
  from line
  left join judged using (place)
  order by place`

// By subscriber.address_key and the primary key of subscription.
const END_SUBSCRIPTIONS = `
  with moved as (
    update subscription
    set status = 'unsubscribed', unsubscribed_at = app_now(), paused_until = null,
        confirmations_sent = 0, confirmation_sent_at = null
    from subscriber
    where subscriber.address_key = any ($2) and subscription.newsletter_id = $1
      and subscription.subscriber_id = subscriber.id and subscription.status in ('pending', 'confirmed')
    returning subscription.subscriber_id
  )
  insert into consent (newsletter_id, subscriber_id, action, source)
  select $1, subscriber_id, 'unsubscribed', $3 from moved`
