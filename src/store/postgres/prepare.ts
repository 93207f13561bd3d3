import type { SendId } from '../../id.ts'
import type { Prepared } from '../store.ts'
import { type Pool, transaction } from './pool.ts'

/**
 * Freezes a send's audience and cuts its batches, all or nothing. Confirmed readers are numbered in id order within
 * their variant and cut every `sizes[variant]`; suppression is looked at when a batch is claimed, not here. Locks only
 * on the send's id, so that a cancellation never waits: it makes the last step find no row, and everything is rolled back.
 */
export async function prepareSend(pool: Pool, id: SendId, sizes: Readonly<Record<string, number>>): Promise<Prepared> {
  const gone = new Error('The send is not being prepared any more.')
  const work = transaction(pool, async (client): Promise<Prepared> => {
    const lock = await client.query<{ ours: boolean }>(
      `select pg_try_advisory_xact_lock(hashtextextended($1::text, 0)) as ours
       from send where id = $2 and state = 'preparing'`,
      [id, id],
    )
    if (!lock.rows[0]?.ours) return { kind: 'not_ours' }
    const counted = await client.query<{ recipients: number; batches: number }>(CUT, [
      id,
      Object.keys(sizes),
      Object.values(sizes),
    ])
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

// Reads the newsletter's subscriptions once (primary key, newsletter first), writes one row a reader. A million
// readers: about 15 s, spilling to disk rather than memory. Readers who may have got this issue from an earlier send
// take part as skipped, so that the sums add up.
const CUT = `
  with size as (
    select * from unnest($2::text[], $3::int[]) as given (variant, recipients)
  ), audience as materialized (
    select subscription.subscriber_id,
           coalesce(fits.variant, other.variant) as variant,
           (row_number() over (partition by coalesce(fits.variant, other.variant) order by subscription.subscriber_id) - 1)
             / size.recipients as cut,
           send.again and exists (
             select
             from delivery
             join send earlier on earlier.id = delivery.send_id and earlier.issue_id = send.issue_id
             join batch on batch.id = delivery.batch_id
             where delivery.subscriber_id = subscription.subscriber_id
               and (delivery.outcome in ('accepted', 'uncertain', 'submitting')
                 or delivery.outcome = 'planned' and batch.state in ('submitting', 'in_doubt'))
           ) as has_it
    from send
    join subscription on subscription.newsletter_id = send.newsletter_id and subscription.status = 'confirmed'
    join subscriber on subscriber.id = subscription.subscriber_id
    join send_edition other on other.send_id = send.id and other.locale is null
    left join send_edition fits on fits.send_id = send.id and fits.locale = subscriber.locale
    join size on size.variant = coalesce(fits.variant, other.variant)
    where send.id = $1
  ), cut as materialized (
    select gen_random_uuid() as id, variant, cut, count(*) as recipients, count(*) filter (where has_it) as skipped,
           row_number() over (order by variant, cut) as number
    from audience
    group by variant, cut
  ), batches as (
    insert into batch (id, kind, newsletter_id, send_id, number, variant, edition_hash, recipients, skipped,
                       state, settled_at)
    select cut.id, 'bulk', send.newsletter_id, send.id, cut.number, cut.variant, send_edition.edition_hash,
           cut.recipients, cut.skipped,
           case when cut.skipped = cut.recipients then 'settled' else 'pending' end,
           case when cut.skipped = cut.recipients then app_now() end
    from cut
    join send on send.id = $1
    join send_edition on send_edition.send_id = send.id and send_edition.variant = cut.variant
  ), deliveries as (
    insert into delivery (send_id, batch_id, subscriber_id, outcome, reason)
    select $1, cut.id, audience.subscriber_id,
           case when has_it then 'skipped' else 'planned' end,
           case when has_it then 'already_received' end
    from audience
    join cut using (variant, cut)
  )
  select coalesce(sum(recipients), 0)::int as recipients, count(*)::int as batches from cut`
