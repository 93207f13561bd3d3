import type { SubscriberId } from '../../id.ts'
import type { RequestCount, SubscriptionAnswer, SubscriptionRequest } from '../subscribers.ts'
import { spoken } from './consent.ts'
import { type Pool, transaction } from './pool.ts'
import { valuesOf, WITH_SINGLE } from './singles.ts'

type AskedRow = { id: SubscriberId | null; asks: boolean; is_confirmed: boolean }

/**
 * Writes down that somebody asks for a newsletter, and the mail that asks back. Of a suppressed address nothing is
 * kept. Requests for one address wait for each other on its row, so that two at once do not send two mails.
 */
export function requestSubscription(pool: Pool, request: SubscriptionRequest): Promise<SubscriptionAnswer> {
  return transaction(pool, async (tx) => {
    const { newsletterId, address, addressKey, firstName, locale, maxConfirmations, minGapMs } = request
    const { rows } = await tx.query<AskedRow>({
      ...ASK,
      values: [newsletterId, address, addressKey, firstName, locale, maxConfirmations, minGapMs],
    })
    const [asked] = rows
    if (!asked?.id) return 'suppressed'
    if (!asked.asks) return asked.is_confirmed ? 'already_confirmed' : 'enough_confirmations'
    const mail = request.confirmation(asked.id)
    await tx.query({ ...WRITE, values: [...valuesOf(mail), ...spoken(request.circumstances)] })
    return 'confirmation_written'
  })
}

const HAS_CONFIRMED =
  'exists (select from subscription where subscriber_id = subscriber.id and confirmed_at is not null)'

// By unique keys. Anybody can type an address into a form: name and language given so count only while its owner has
// confirmed nothing. A conflicting subscription is looked at as it is once its row is locked; it is left as it is when
// it is confirmed, or when there were enough mails, or one just now. `unsubscribed_at` stays until a confirmation:
// whoever left and was merely asked for again is not to be imported. Mails of more than 30 days ago are forgotten:
// their links are dead, and whoever asks again after that time may well mean it.
const ASK = {
  name: 'ask_for_newsletter',
  text: `
  with reader as (
    insert into subscriber (address, address_key, first_name, locale)
    select $2, $3, $4, $5
    where not exists (
      select from suppression where address_key = $3 and (newsletter_id is null or newsletter_id = $1)
    )
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
    on conflict (newsletter_id, subscriber_id) do update
    set status = 'pending', requested_at = app_now(), confirmation_sent_at = app_now(),
        confirmations_sent = case
          when subscription.confirmation_sent_at < app_now() - interval '30 days' then 1
          else subscription.confirmations_sent + 1
        end
    where subscription.status in ('pending', 'unsubscribed')
      and (
        subscription.confirmation_sent_at is null
        or subscription.confirmation_sent_at < app_now() - interval '30 days'
        or subscription.confirmations_sent < $6
          and subscription.confirmation_sent_at <= app_now() - make_interval(secs => $7 / 1000.0)
      )
    returning 1
  )
  select (select id from reader) as id, exists (select from asked) as asks,
         exists (
           select
           from subscription
           where newsletter_id = $1 and subscriber_id = (select id from reader) and status = 'confirmed'
         ) as is_confirmed`,
}

// The mail that asks back, and the record that names it.
const WRITE = {
  name: 'write_confirmation',
  text: `${WITH_SINGLE}
  insert into consent (newsletter_id, subscriber_id, action, source, form, wording, wording_version, ip_hash,
    user_agent, delivery_id)
  select $1, $3::uuid, 'requested', $6, $7, $8, $9, $10, $11, mail.delivery_id
  from mail`,
}

/** See `SubscriberStore.count`. */
export async function countRequests(pool: Pool, counts: readonly RequestCount[]): Promise<readonly boolean[]> {
  const { rows } = await pool.query<{ key: string; requests: number }>({
    ...COUNT,
    values: [counts.map(({ key }) => key), counts.map(({ weight }) => weight), counts.map(({ withinMs }) => withinMs)],
  })
  const sums = new Map(rows.map(({ key, requests }) => [key, requests]))
  return counts.map(({ key, max }) => (sums.get(key) ?? 0) > max)
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
  returning key, requests`,
}
