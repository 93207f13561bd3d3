import type { NewsletterId, SendId } from '../../id.ts'
import type { Prepared } from '../store.ts'
import { type Pool, type Tx, transaction } from './pool.ts'

/**
 * Freezes a send's audience and cuts its batches, all or nothing. Confirmed readers are numbered in id order within
 * their variant and cut every `sizes[variant]`; suppression is looked at when a batch is claimed, not here. Locks only
 * on the send's id, so that a cancellation never waits: it makes the last step find no row, and everything is rolled back.
 */
export async function prepareSend(pool: Pool, id: SendId, sizes: Readonly<Record<string, number>>): Promise<Prepared> {
  const gone = new Error('The send is not being prepared any more.')
  const work = transaction(pool, async (client): Promise<Prepared> => {
    const { rows } = await client.query<Begun>(BEGIN, [id])
    const [begun] = rows
    if (!begun?.ours) return { kind: 'not_ours' }
    // A role may have a limit that is meant for pages; a million readers take longer.
    await client.query('set local statement_timeout = 0')
    const most = await batchSizeWithin(client, id)
    const cuts = Object.values(sizes).map((size) => Math.min(size, most))
    await client.query(readAudience(begun.by_language), [id, begun.newsletter_id, Object.keys(sizes), cuts])
    // Nobody else analyses a temporary table, and guessing its size makes a join of a million rows take hours.
    await client.query('analyze audience')
    await client.query(CUT_BATCHES, [id])
    await client.query(WRITE_DELIVERIES, [id])
    // The plans of the named statements that claim and record were made for the tables as they were; this ends them.
    // A vacuum that is at these tables, which may take hours, does the same when it is done.
    await client.query('analyze (skip_locked) batch, delivery')
    const counted = await client.query<{ recipients: number; batches: number }>(
      'select count(*)::int as recipients, coalesce(max(number), 0)::int as batches from audience',
    )
    const { recipients, batches } = counted.rows[0] ?? { recipients: 0, batches: 0 }
    const move = await client.query(
      `update send
       set state = case when $2 = 0 then 'sent' else 'sending' end, recipients = $2, prepared_at = app_now(),
           finished_at = case when $2 = 0 then app_now() end
       where id = $1 and state = 'preparing'`,
      [id, recipients],
    )
    if (move.rowCount !== 1) throw gone
    return { kind: 'prepared', recipients, batches }
  })
  return work.catch((error: unknown) => {
    if (error === gone) return { kind: 'not_ours' }
    throw error
  })
}

type Begun = { ours: boolean; newsletter_id: NewsletterId; by_language: boolean }

const BEGIN = `
  select pg_try_advisory_xact_lock(hashtextextended($1::text, 0)) as ours, newsletter_id,
         exists (select from send_edition where send_id = send.id and locale is not null) as by_language
  from send
  where id = $1::uuid and state = 'preparing'`

/** The most recipients a batch may have for a spread send to move about once a minute; no bound for any other. */
async function batchSizeWithin(client: Tx, id: SendId): Promise<number> {
  const { rows } = await client.query<{ size: number | null }>(
    `select ceil(count(*) / (extract(epoch from spread) / 60))::int as size
     from send
     join subscription using (newsletter_id)
     where send.id = $1 and spread is not null and status = 'confirmed'
     group by send.id`,
    [id],
  )
  return Math.max(1, rows[0]?.size ?? Number.MAX_SAFE_INTEGER)
}

// One pass over the newsletter's subscriptions, which know their readers' languages. A variant's readers are numbered in
// id order and cut every `size`; batches are numbered over all variants. Readers who may have got this issue from an
// earlier send, or are in the provider's hands because of one, take part as skipped, so that the sums add up.
const readAudience = (byLanguage: boolean) => `
  create temporary table audience on commit drop as
  with size as (
    select * from unnest($3::text[], $4::int[]) as given (variant, recipients)
  ), reader as (
    select subscription.subscriber_id,
           coalesce(${byLanguage ? 'fits.variant' : 'null'}, other.variant) collate "C" as variant,
           send.again and exists (
             select
             from delivery
             join send earlier on earlier.id = delivery.send_id and earlier.issue_id = send.issue_id
             join batch on batch.id = delivery.batch_id
             where delivery.subscriber_id = subscription.subscriber_id
               and (delivery.outcome in ('accepted', 'uncertain', 'submitting')
                 or delivery.outcome = 'planned' and batch.state in ('submitting', 'in_doubt'))
           ) as has_it
    from subscription
    join send on send.id = $1
    join send_edition other on other.send_id = $1 and other.locale is null
    ${byLanguage ? JOIN_LANGUAGE : ''}
    where subscription.newsletter_id = $2 and subscription.status = 'confirmed'
      and (subscription.paused_until is null or subscription.paused_until <= app_now())
  ), placed as (
    select reader.*, size.recipients,
           row_number() over (partition by variant order by subscriber_id) as place
    from reader
    join size using (variant)
  )
  select subscriber_id, variant, has_it,
         count(*) filter (where (place - 1) % recipients = 0)
           over (order by variant, subscriber_id rows unbounded preceding)::int as number
  from placed`

const JOIN_LANGUAGE = `
    left join send_edition fits on fits.send_id = $1 and fits.locale = subscription.language`

const CUT_BATCHES = `
  insert into batch (id, kind, newsletter_id, send_id, number, variant, edition_hash, recipients, skipped, state,
                     settled_at, not_before)
  select ordered_id(cut.number), 'bulk', send.newsletter_id, send.id, cut.number, cut.variant, send_edition.edition_hash, cut.recipients,
         cut.skipped,
         case when cut.skipped = cut.recipients then 'settled' else 'pending' end,
         case when cut.skipped = cut.recipients then app_now() end,
         app_now() + coalesce(send.spread * ((cut.number - 1)::float8 / cut.batches), '0')
  from (
    select number, variant, count(*) as recipients, count(*) filter (where has_it) as skipped,
           count(*) over () as batches
    from audience
    group by number, variant
  ) as cut
  join send on send.id = $1
  join send_edition on send_edition.send_id = send.id and send_edition.variant = cut.variant`

// In the order of their batches and of their ids, so that the rows of one batch lie side by side in table and indexes.
// Counting begins anywhere: an id tells nobody how many readers there are.
const WRITE_DELIVERIES = `
  insert into delivery (id, send_id, batch_id, subscriber_id, outcome, reason)
  select ordered_id(start.at + row_number() over (order by audience.number)), $1, batch.id, audience.subscriber_id,
         case when has_it then 'skipped' else 'planned' end,
         case when has_it then 'already_received' end
  from audience
  join batch on batch.send_id = $1 and batch.number = audience.number
  cross join (select floor(random() * 2147483648)::bigint as at) as start
  order by audience.number`
