import type { NewsletterId, SubscriberId } from '../../id.ts'
import type { SubscriptionStatus } from '../../subscriber/subscriber.ts'
import type { SubscriptionAnswer, SubscriptionRequest } from '../subscribers.ts'
import { type Pool, type Tx, transaction } from './pool.ts'
import { insertSingle } from './singles.ts'

/**
 * Writes down that somebody asks for a newsletter, and the mail that asks back. Of a suppressed address nothing is
 * kept. Requests for one address wait for each other on its row, so that two at once do not send two mails.
 */
export function requestSubscription(pool: Pool, request: SubscriptionRequest): Promise<SubscriptionAnswer> {
  return transaction(pool, async (tx) => {
    if (await isSuppressed(tx, request.newsletterId, request.addressKey)) return 'suppressed'
    const subscriberId = await ensureSubscriber(tx, request)
    const status = await ensureSubscription(tx, request.newsletterId, subscriberId)
    if (status === 'confirmed') return 'already_confirmed'
    if (!(await countConfirmation(tx, request, subscriberId))) return 'enough_confirmations'
    await insertSingle(tx, request.confirmation(subscriberId))
    return 'confirmation_written'
  })
}

async function isSuppressed(tx: Tx, newsletterId: NewsletterId, addressKey: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `select 1
     from suppression
     where address_key = $1 and (newsletter_id is null or newsletter_id = $2)
     limit 1`,
    [addressKey, newsletterId],
  )
  return rowCount !== 0
}

const HAS_CONFIRMED =
  'exists (select from subscription where subscriber_id = subscriber.id and confirmed_at is not null)'

async function ensureSubscriber(tx: Tx, request: SubscriptionRequest): Promise<SubscriberId> {
  const { rows } = await tx.query<{ id: SubscriberId }>(ENSURE_SUBSCRIBER, [
    request.address,
    request.addressKey,
    request.firstName,
    request.locale,
  ])
  return only(rows).id
}

// Anybody can type an address into a form: name and language given so count only while its owner has confirmed nothing.
const ENSURE_SUBSCRIBER = `
  insert into subscriber (address, address_key, first_name, locale)
  values ($1, $2, $3, $4)
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
  returning id`

async function ensureSubscription(
  tx: Tx,
  newsletterId: NewsletterId,
  subscriberId: SubscriberId,
): Promise<SubscriptionStatus> {
  await tx.query(
    `insert into subscription (newsletter_id, subscriber_id, status)
     values ($1, $2, 'pending')
     on conflict do nothing`,
    [newsletterId, subscriberId],
  )
  const { rows } = await tx.query<{ status: SubscriptionStatus }>(
    'select status from subscription where newsletter_id = $1 and subscriber_id = $2 for update',
    [newsletterId, subscriberId],
  )
  return only(rows).status
}

/** Counts the mail about to be written; false when there were enough, or one just now. */
async function countConfirmation(tx: Tx, request: SubscriptionRequest, subscriberId: SubscriberId): Promise<boolean> {
  const { source, wording, ipHash, userAgent } = request.circumstances
  const { rowCount } = await tx.query(COUNT_CONFIRMATION, [
    request.newsletterId,
    subscriberId,
    request.maxConfirmations,
    request.minGapMs,
    source,
    wording,
    ipHash,
    userAgent,
  ])
  return rowCount !== 0
}

// One row by primary key, locked before. `unsubscribed_at` stays until a confirmation: whoever left and was merely
// asked for again is not to be imported. Mails of more than 30 days ago are forgotten: their links are dead, and
// whoever asks again after that time may well mean it.
const COUNT_CONFIRMATION = `
  with counted as (
    update subscription
    set status = 'pending', requested_at = app_now(), confirmation_sent_at = app_now(),
        confirmations_sent = case
          when confirmation_sent_at < app_now() - interval '30 days' then 1
          else confirmations_sent + 1
        end
    where newsletter_id = $1 and subscriber_id = $2 and status in ('pending', 'unsubscribed')
      and (
        confirmation_sent_at is null
        or confirmation_sent_at < app_now() - interval '30 days'
        or confirmations_sent < $3 and confirmation_sent_at <= app_now() - make_interval(secs => $4 / 1000.0)
      )
    returning 1
  )
  insert into consent (newsletter_id, subscriber_id, action, source, wording, ip_hash, user_agent)
  select $1, $2, 'requested', $5, $6, $7, $8
  from counted`

function only<Row>(rows: readonly Row[]): Row {
  const [row] = rows
  if (row === undefined) throw new Error('A statement that returns one row returned none.')
  return row
}
