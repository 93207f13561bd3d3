import { newId, type SubscriberId } from '../../id.ts'
import type { RequestCount, SubscriptionAnswer, SubscriptionRequest } from '../subscribers.ts'
import { spoken } from './consent.ts'
import type { Pool } from './pool.ts'
import { valuesOf, withSingle } from './singles.ts'

type AskedRow = { id: SubscriberId | null; asks: boolean; is_confirmed: boolean }

/**
 * Writes down that somebody asks for a newsletter, and the mail that asks back. Of a suppressed address nothing is
 * kept. Requests for one address wait for each other on its row, so that two at once do not send two mails.
 */
export async function requestSubscription(pool: Pool, request: SubscriptionRequest): Promise<SubscriptionAnswer> {
  const { sums, reader } = await add(pool, request.counts, request.addressKey)
  const tooMany = request.counts.filter(({ key, max }) => (sums.get(key) ?? 0) > max)
  if (tooMany.length > 0) return { tooMany }
  const id = reader ?? newId<'subscriber'>()
  const asked = await ask(pool, request, id)
  // Of two that ask for a new address at once, the later one learns whose it is now.
  return answerOf(asked.id === null || asked.id === id ? asked : await ask(pool, request, asked.id))
}

/**
 * One statement, so that the rows that all requests share (the newsletter, the edition of its mail) are locked for no
 * longer than it takes. It needs to know the reader for the links in the mail; `id` in its answer tells who it is, and
 * nothing was asked when it is not `id`.
 */
async function ask(pool: Pool, request: SubscriptionRequest, id: SubscriberId): Promise<AskedRow> {
  const { addressKey, firstName, locale, maxConfirmations, minGapMs, linkWorksMs, circumstances } = request
  const { rows } = await pool.query<AskedRow>({
    ...ASK,
    values: [
      ...valuesOf(request.confirmation(id)),
      ...[addressKey, firstName, locale, maxConfirmations, minGapMs, linkWorksMs],
      ...spoken(circumstances),
    ],
  })
  return rows[0] ?? { id: null, asks: false, is_confirmed: false }
}

function answerOf({ id, asks, is_confirmed: isConfirmed }: AskedRow): SubscriptionAnswer {
  if (id === null) return 'suppressed'
  if (asks) return 'confirmation_written'
  return isConfirmed ? 'already_confirmed' : 'enough_confirmations'
}

const HAS_CONFIRMED =
  'exists (select from subscription where subscriber_id = subscriber.id and confirmed_at is not null)'

// By unique keys. Anybody can type an address into a form: name and language given so count only while its owner has
// confirmed nothing. A conflicting subscription is looked at as it is once its row is locked; it is left as it is when
// it is confirmed, or when there were enough mails with a link that works, or one just now. `unsubscribed_at` stays until
// a confirmation: whoever left and was merely asked for again is not to be imported. Mails of more than 30 days ago are
// forgotten: whoever asks again after that time may well mean it. The row of a suppressed address is written as it was,
// so that asking takes as long as for any other.
const ASK = {
  name: 'ask_for_newsletter',
  text: `
  with suppressed as (
    update suppression
    set address_key = address_key
    where address_key = $6 and (newsletter_id is null or newsletter_id = $1)
    returning 1
  ), reader as (
    insert into subscriber (id, address, address_key, first_name, locale)
    select $3, $4, $6, $7, $8
    where not exists (select from suppressed)
    on conflict (address_key) do update
    set updated_at = app_now(),
        first_name = case
          when excluded.first_name = '' or ${HAS_CONFIRMED} then subscriber.first_name
          else excluded.first_name
        end,
        locale = case
          when excluded.locale is null or ${HAS_CONFIRMED} then subscriber.locale
          else excluded.locale
        end
    returning id
  ), asked as (
    insert into subscription (newsletter_id, subscriber_id, status, confirmations_sent, confirmation_sent_at)
    select $1, id, 'pending', 1, app_now()
    from reader
    where id = $3
    on conflict (newsletter_id, subscriber_id) do update
    set status = 'pending', requested_at = app_now(), confirmation_sent_at = app_now(),
        confirmations_sent = case
          when subscription.confirmation_sent_at < app_now() - interval '30 days' then 1
          else subscription.confirmations_sent + 1
        end
    where subscription.status in ('pending', 'unsubscribed')
      and (
        subscription.confirmation_sent_at is null
        or subscription.confirmation_sent_at < app_now() - make_interval(secs => $11 / 1000.0)
        or subscription.confirmations_sent < $9
          and subscription.confirmation_sent_at <= app_now() - make_interval(secs => $10 / 1000.0)
      )
    returning 1
  ), ${withSingle('asked')}, said as (
    insert into consent (newsletter_id, subscriber_id, action, source, form, wording, wording_version, ip_hash,
      user_agent, delivery_id)
    select $1, $3, 'requested', $12, $13, $14, $15, $16, $17, mail.delivery_id
    from mail
  )
  select (select id from reader) as id, exists (select from asked) as asks,
         exists (
           select
           from subscription
           where newsletter_id = $1 and subscriber_id = (select id from reader) and status = 'confirmed'
         ) as is_confirmed`,
}

/** See `SubscriberStore.count`. */
export async function countRequests(pool: Pool, counts: readonly RequestCount[]): Promise<readonly boolean[]> {
  const { sums } = await add(pool, counts, null)
  return counts.map(({ key, max }) => (sums.get(key) ?? 0) > max)
}

/** The sums as they are then, by key, and who has that address; it is looked up on the way, to ask but once. */
async function add(pool: Pool, counts: readonly RequestCount[], addressKey: string | null) {
  const { rows } = await pool.query<{ key: string; requests: number; reader: SubscriberId | null }>({
    ...COUNT,
    values: [
      counts.map(({ key }) => key),
      counts.map(({ weight }) => weight),
      counts.map(({ withinMs }) => withinMs),
      addressKey,
    ],
  })
  const sums = new Map(rows.map(({ key, requests }) => [key, requests]))
  return { sums, reader: rows[0]?.reader ?? null }
}

// By primary key, in its order, so that two requests cannot wait for each other. What is over is cleared away four rows
// at a time, after everything else and never waiting for a lock: each request adds three at most.
const COUNT = {
  name: 'count_requests',
  text: `
  with over as (
    delete from request_count
    where key in (
      select key
      from request_count
      where until < app_now() and key <> all ($1)
      order by until
      limit 4
      for update skip locked
    )
  )
  insert into request_count (key, requests, until)
  select key, requests, app_now() + make_interval(secs => within_ms / 1000.0)
  from unnest($1::text[], $2::int[], $3::float8[]) as given (key, requests, within_ms)
  order by key
  on conflict (key) do update
  set requests = case
        when request_count.until <= app_now() then excluded.requests
        else request_count.requests + excluded.requests
      end,
      until = case when request_count.until <= app_now() then excluded.until else request_count.until end
  returning key, requests, (select id from subscriber where address_key = $4) as reader`,
}
