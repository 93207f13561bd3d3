import type { NewsletterId, SubscriberId } from '../../id.ts'
import type { Subscriber, Subscription, SubscriptionStatus } from '../../subscriber/subscriber.ts'
import type { SubscriberStore, SubscriberWithSubscriptions } from '../subscribers.ts'
import { comeBack, confirm, pause, setDetails, unsubscribe } from './consent.ts'
import { pageOf, readCursor } from './pages.ts'
import type { Pool, Queryable } from './pool.ts'
import { countRequests, requestSubscription } from './request.ts'

type SubscriberRow = {
  id: SubscriberId
  address: string
  first_name: string
  attributes: Record<string, string>
  locale: string | null
  time_zone: string | null
  created_at: Date
  cursor_at: string
}

type SubscriptionRow = {
  newsletter_id: NewsletterId
  subscriber_id: SubscriberId
  status: SubscriptionStatus
  requested_at: Date
  confirmed_at: Date | null
  unsubscribed_at: Date | null
  paused_until: Date | null
}

const SUBSCRIBER = `subscriber.id, subscriber.address, subscriber.first_name, subscriber.attributes, subscriber.locale,
  subscriber.time_zone, subscriber.created_at, subscriber.created_at::text as cursor_at`

/** Subscribers and their subscriptions on PostgreSQL. */
export function createSubscriberStore(pool: Pool): SubscriberStore {
  const one = async (condition: string, value: string) => {
    const sql = `select ${SUBSCRIBER} from subscriber where ${condition}`
    const { rows } = await pool.query<SubscriberRow>(sql, [value])
    const [subscriber] = await withSubscriptions(pool, rows.map(readSubscriber))
    return subscriber ?? null
  }
  return {
    get: (id) => one('id = $1', id),
    findByAddress: (addressKey) => one('address_key = $1', addressKey),
    list: async ({ limit, after, newsletterId, status }) => {
      const cursor = readCursor(after)
      const { rows } = await pool.query<SubscriberRow>(LIST, [cursor?.at, cursor?.id, newsletterId, status, limit + 1])
      const page = pageOf(rows, limit, readSubscriber)
      return { ...page, rows: await withSubscriptions(pool, page.rows) }
    },
    count: (counts) => countRequests(pool, counts),
    request: (request) => requestSubscription(pool, request),
    confirm: (...asked) => confirm(pool, ...asked),
    comeBack: (...asked) => comeBack(pool, ...asked),
    unsubscribe: (...asked) => unsubscribe(pool, ...asked),
    pause: (...asked) => pause(pool, ...asked),
    setDetails: (...asked) => setDetails(pool, ...asked),
    anyConfirmed: async (newsletterId) => {
      const { rows } = await pool.query<SubscriberRow>(ANY_CONFIRMED, [newsletterId])
      return rows.map(readSubscriber)[0] ?? null
    },
  }
}

const LIST = `
  select ${SUBSCRIBER}
  from subscriber
  where ($1::timestamptz is null or (subscriber.created_at, subscriber.id) < ($1, $2::uuid))
    and (
      $3::uuid is null and $4::text is null
      or exists (
        select
        from subscription
        where subscription.subscriber_id = subscriber.id
          and ($3 is null or subscription.newsletter_id = $3)
          and ($4 is null or subscription.status = $4)
      )
    )
  order by subscriber.created_at desc, subscriber.id desc
  limit $5`

// By the primary key of subscription, newsletter first: the first confirmed one in id order.
const ANY_CONFIRMED = `
  select ${SUBSCRIBER}
  from subscription
  join subscriber on subscriber.id = subscription.subscriber_id
  where subscription.newsletter_id = $1 and subscription.status = 'confirmed'
  order by subscription.subscriber_id
  limit 1`

async function withSubscriptions(
  db: Queryable,
  subscribers: readonly Subscriber[],
): Promise<readonly SubscriberWithSubscriptions[]> {
  if (subscribers.length === 0) return []
  const { rows } = await db.query<SubscriptionRow>(
    `select newsletter_id, subscriber_id, status, requested_at, confirmed_at, unsubscribed_at, paused_until
     from subscription
     where subscriber_id = any ($1::uuid[])
     order by requested_at, newsletter_id`,
    [subscribers.map((subscriber) => subscriber.id)],
  )
  const all = rows.map(readSubscription)
  return subscribers.map((subscriber) => ({
    ...subscriber,
    subscriptions: all.filter((subscription) => subscription.subscriberId === subscriber.id),
  }))
}

function readSubscriber(row: SubscriberRow): Subscriber {
  return {
    id: row.id,
    address: row.address,
    firstName: row.first_name,
    attributes: row.attributes,
    locale: row.locale,
    timeZone: row.time_zone,
    createdAt: row.created_at,
  }
}

function readSubscription(row: SubscriptionRow): Subscription {
  return {
    newsletterId: row.newsletter_id,
    subscriberId: row.subscriber_id,
    status: row.status,
    requestedAt: row.requested_at,
    confirmedAt: row.confirmed_at,
    unsubscribedAt: row.unsubscribed_at,
    pausedUntil: row.paused_until,
  }
}
