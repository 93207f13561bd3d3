import type { NewsletterId, SubscriberId } from '../../id.ts'
import type { ConsentCircumstances, SubscriptionMove, SubscriptionStatus } from '../../subscriber/subscriber.ts'
import type { ReaderMail, SubscriberStore } from '../subscribers.ts'
import { LOCKS } from './locks.ts'
import { type Pool, type Tx, transaction } from './pool.ts'
import { insertSingle } from './singles.ts'

type Asked = readonly [newsletterId: NewsletterId, subscriberId: SubscriberId, circumstances: ConsentCircumstances]

/** See `SubscriberStore.confirm`. */
export function confirm(pool: Pool, ...[newsletterId, subscriberId, said, welcome]: [...Asked, mail?: ReaderMail]) {
  return transaction(pool, async (tx): Promise<SubscriptionMove> => {
    const move = await run(tx, CONFIRM, [newsletterId, subscriberId, said], [['pending']])
    if (move.moved && welcome) await write(tx, newsletterId, subscriberId, welcome)
    return move
  })
}

/** See `SubscriberStore.comeBack`. */
export function comeBack(pool: Pool, ...asked: Asked): Promise<SubscriptionMove> {
  return transaction(pool, (tx) => run(tx, CONFIRM, asked, [['pending', 'unsubscribed']]))
}

/** See `SubscriberStore.unsubscribe`. */
export function unsubscribe(pool: Pool, ...[newsletterId, subscriberId, said, goodbye]: [...Asked, mail?: ReaderMail]) {
  return transaction(pool, async (tx): Promise<SubscriptionMove> => {
    await tx.query('select pg_advisory_xact_lock($1)', [LOCKS.consent])
    const move = await run(tx, UNSUBSCRIBE, [newsletterId, subscriberId, said])
    if (move.moved && move.was === 'confirmed' && goodbye && !(await leftBefore(tx, newsletterId, subscriberId))) {
      await write(tx, newsletterId, subscriberId, goodbye)
    }
    return move
  })
}

/** See `SubscriberStore.pause`. */
export async function pause(
  pool: Pool,
  ...[newsletterId, subscriberId, until, said]: Parameters<SubscriberStore['pause']>
): Promise<void> {
  await pool.query(PAUSE, [newsletterId, subscriberId, ...spoken(said), until])
}

/** See `SubscriberStore.setDetails`. */
export async function setDetails(
  pool: Pool,
  ...[newsletterId, subscriberId, details, said]: Parameters<SubscriberStore['setDetails']>
): Promise<void> {
  const { firstName, locale, timeZone } = details
  await pool.query(SET_DETAILS, [newsletterId, subscriberId, ...spoken(said), firstName, locale, timeZone])
}

/** What a statement that writes consent down is given after whom it is about: $3 to $8. */
export function spoken({ source, form, wording, wordingVersion, ipHash, userAgent }: ConsentCircumstances) {
  return [source, form, wording, wordingVersion, ipHash, userAgent]
}

async function run(tx: Tx, sql: string, asked: Asked, more: readonly unknown[] = []): Promise<SubscriptionMove> {
  const [newsletterId, subscriberId, said] = asked
  const { rows } = await tx.query<{ was: SubscriptionStatus; moved: boolean }>(sql, [
    newsletterId,
    subscriberId,
    ...spoken(said),
    ...more,
  ])
  return rows[0] ?? { was: null, moved: false }
}

// One row by primary key, locked, so that of two clicks one moves it and one record is made. Whoever comes back by
// themselves is not among the erased any more.
const CONFIRM = `
  with before as (
    select status
    from subscription
    where newsletter_id = $1 and subscriber_id = $2
    for update
  ), moved as (
    update subscription
    set status = 'confirmed', confirmed_at = app_now(), unsubscribed_at = null, paused_until = null,
        confirmations_sent = 0, confirmation_sent_at = null
    from before
    where newsletter_id = $1 and subscriber_id = $2 and before.status = any ($9)
    returning before.status as was
  ), back as (
    delete from erased
    where hash = (select erased_hash(address_key) from subscriber where id = $2) and exists (select from moved)
  ), said as (
    insert into consent (newsletter_id, subscriber_id, action, source, form, wording, wording_version, ip_hash,
      user_agent)
    select $1, $2, case was when 'pending' then 'confirmed' else 'resubscribed' end, $3, $4, $5, $6, $7, $8
    from moved
  )
  select status as was, exists (select from moved) as moved
  from before`

// One row by primary key, under the consent lock.
const UNSUBSCRIBE = `
  with before as (
    select status
    from subscription
    where newsletter_id = $1 and subscriber_id = $2
    for update
  ), moved as (
    update subscription
    set status = 'unsubscribed', unsubscribed_at = app_now(), paused_until = null, confirmations_sent = 0,
        confirmation_sent_at = null
    from before
    where newsletter_id = $1 and subscriber_id = $2 and before.status in ('pending', 'confirmed')
    returning 1
  ), said as (
    insert into consent (newsletter_id, subscriber_id, action, source, form, wording, wording_version, ip_hash,
      user_agent)
    select $1, $2, 'unsubscribed', $3, $4, $5, $6, $7, $8
    from moved
  )
  select status as was, exists (select from moved) as moved
  from before`

// One row by primary key; a reader who has left has nothing to pause.
const PAUSE = `
  with moved as (
    update subscription
    set paused_until = $9::timestamptz
    where newsletter_id = $1 and subscriber_id = $2 and status = 'confirmed' and paused_until is distinct from $9::timestamptz
    returning 1
  )
  insert into consent (newsletter_id, subscriber_id, action, source, form, wording, wording_version, ip_hash,
    user_agent, detail)
  select $1, $2, case when $9::timestamptz is null then 'resumed' else 'paused' end, $3, $4, $5, $6, $7, $8,
         case when $9::timestamptz is not null then jsonb_build_object('until', $9::timestamptz) end
  from moved`

// One row by primary key. What was changed is written down, and from what. The key stays free to be shared: whoever has
// locked a subscription of theirs shares it when consent is written down, and the change of language waits for them.
const SET_DETAILS = `
  with before as (
    select first_name, locale, time_zone from subscriber where id = $2 for no key update
  ), moved as (
    update subscriber
    set first_name = $9, locale = $10, time_zone = $11, updated_at = app_now()
    from before
    where id = $2 and (before.first_name, before.locale, before.time_zone) is distinct from ($9, $10, $11)
    returning before.*
  )
  insert into consent (newsletter_id, subscriber_id, action, source, form, wording, wording_version, ip_hash,
    user_agent, detail)
  select $1, $2, 'changed', $3, $4, $5, $6, $7, $8,
         jsonb_strip_nulls(jsonb_build_object(
           'firstName', case when first_name <> $9 then jsonb_build_array(first_name, $9::text) end,
           'locale', case when locale is distinct from $10 then jsonb_build_array(locale, $10::text) end,
           'timeZone', case when time_zone is distinct from $11 then jsonb_build_array(time_zone, $11::text) end
         ))
  from moved`

// The record of this time is among them.
async function leftBefore(tx: Tx, newsletterId: NewsletterId, subscriberId: SubscriberId): Promise<boolean> {
  const { rows } = await tx.query<{ times: number }>(
    `select count(*)::int as times
     from consent
     where newsletter_id = $1 and subscriber_id = $2 and action = 'unsubscribed' and at > app_now() - interval '1 day'`,
    [newsletterId, subscriberId],
  )
  return (rows[0]?.times ?? 0) > 1
}

async function write(tx: Tx, newsletterId: NewsletterId, subscriberId: SubscriberId, mail: ReaderMail): Promise<void> {
  const { rows } = await tx.query<{ address: string }>('select address from subscriber where id = $1', [subscriberId])
  const address = rows[0]?.address
  if (address !== undefined) await insertSingle(tx, { ...mail, newsletterId, subscriberId, address })
}
