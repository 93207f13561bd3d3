import type { DeliveryId, NewsletterId, SubscriberId } from '../../id.ts'
import type { InboundKind, InboundMail, InboundReason, InboundState } from '../../inbound/inbound.ts'
import type { InboundReplay, InboundStore, NamedDelivery, TakenInbound } from '../inbound.ts'
import { inIndexOrder } from './in-index-order.ts'
import { pageOf, readCursor } from './pages.ts'
import { type Pool, transaction } from './pool.ts'

type InboundRow = {
  id: string
  source: string
  recipient: string
  sender: string | null
  received_at: Date
  state: InboundState
  kind: InboundKind | null
  reason: InboundReason | null
  detail: string | null
  attempts: number
  delivery_id: DeliveryId | null
  newsletter_id: NewsletterId | null
  subscriber_id: SubscriberId | null
  cursor_at: string
}

const INBOUND = `id, source, recipient, sender, received_at, state, kind, reason, detail, attempts, delivery_id,
  newsletter_id, subscriber_id, received_at::text as cursor_at`

/** Mail that came in, on PostgreSQL. */
export function createInboundStore(pool: Pool): InboundStore {
  const run = async (sql: string, values: readonly unknown[]) => (await pool.query(sql, [...values])).rowCount ?? 0
  return {
    receive: async ({ source, sourceId, recipient, sender, raw }) =>
      (await run(RECEIVE, [source, sourceId, recipient, sender, raw])) === 1,
    take: (leaseMs) => take(pool, leaseMs),
    fill: async (id, raw) => {
      await run('update inbound_mail set raw = $2 where id = $1', [id, raw])
    },
    postpone: async (id, delayMs) => {
      await run(POSTPONE, [id, delayMs])
    },
    settle: (id, outcome, event) =>
      transaction(pool, async (tx) => {
        const { state, kind, reason, detail, deliveryId, newsletterId, subscriberId, addressKey } = outcome
        const about = [deliveryId, newsletterId, subscriberId, addressKey]
        await tx.query(SETTLE, [id, state, kind, reason, detail, ...about])
        if (!event) return
        const { provider, eventId, type, occurredAt, raw } = event
        await tx.query(TELL, [provider, eventId, type, occurredAt, raw])
      }),
    findDelivery: (id) => findDelivery(pool, `${FIND_DELIVERY} where delivery.id = $1`, [id]),
    findLastDelivery: (newsletterId, subscriberId) => findDelivery(pool, FIND_LAST, [newsletterId, subscriberId]),
    due: async () => {
      const { rows } = await pool.query<{ is_due: boolean }>(DUE)
      return rows[0]?.is_due ?? false
    },
    replay: ({ ids, state, since }: InboundReplay) => run(REPLAY, [ids, state, since]),
    prune: (olderThanDays) => run(PRUNE, [olderThanDays]),
    discard: (ids) => run(`delete from inbound_mail where id = any ($1::uuid[]) and state = 'kept'`, [ids]),
    get: async (id) => {
      const { rows } = await pool.query<InboundRow & { raw: Uint8Array | null }>(
        `select ${INBOUND}, raw from inbound_mail where id = $1`,
        [id],
      )
      return rows.map((row) => ({ ...readInbound(row), raw: row.raw }))[0] ?? null
    },
    list: async ({ limit, after, state }) => {
      const cursor = readCursor(after)
      const { rows } = await pool.query<InboundRow>(LIST, [cursor?.at, cursor?.id, state, limit + 1])
      return pageOf(rows, limit, readInbound)
    },
  }
}

const RECEIVE = `
  insert into inbound_mail (source, source_id, recipient, sender, raw)
  values ($1, $2, $3, $4, $5)
  on conflict (source, source_id, recipient) do nothing`

const DUE = `
  select exists (select from inbound_mail where state = 'received' and not_before <= app_now()) as is_due`

type TakenRow = Omit<InboundRow, 'cursor_at'> & { source_id: string; raw: Uint8Array | null }

function take(pool: Pool, leaseMs: number): Promise<TakenInbound | null> {
  return transaction(pool, async (tx) => {
    const [due] = await inIndexOrder<{ id: string }>(tx, FIND_DUE, [])
    const { rows } = due ? await tx.query<TakenRow>(TAKE, [due.id, leaseMs]) : { rows: [] }
    const [row] = rows
    if (!row) return null
    const { id, source, recipient, sender, attempts, received_at: receivedAt, source_id: sourceId, raw } = row
    return { id, source, recipient, sender, attempts, receivedAt, sourceId, raw }
  })
}

// One row by inbound_mail_due. What another caller has in hand is left to it.
const FIND_DUE = `
  select id
  from inbound_mail
  where state = 'received' and not_before <= app_now()
  order by not_before
  limit 1
  for update skip locked`

const TAKE = `
  update inbound_mail
  set attempts = attempts + 1, not_before = app_now() + make_interval(secs => $2 / 1000.0)
  where id = $1
  returning id, source, source_id, recipient, sender, attempts, received_at, raw`

const POSTPONE = `
  update inbound_mail
  set not_before = app_now() + make_interval(secs => $2 / 1000.0)
  where id = $1 and state = 'received'`

const SETTLE = `
  update inbound_mail
  set state = $2, kind = $3, reason = $4, detail = $5, delivery_id = $6, newsletter_id = $7, subscriber_id = $8,
      address_key = $9
  where id = $1`

// One row. A mail that is read once more may be read otherwise: then what it told is told anew.
const TELL = `
  insert into provider_event (provider, event_id, type, occurred_at, raw)
  values ($1, $2, $3, coalesce($4, app_now()), $5)
  on conflict (provider, event_id) do update
  set type = excluded.type, raw = excluded.raw, state = 'received', reason = null, not_before = app_now()`

type DeliveryRow = {
  id: DeliveryId
  address: string | null
  newsletter_id: NewsletterId
  subscriber_id: SubscriberId | null
}

// By primary keys. Until an answer is recorded, whom a delivery goes to stands in its frozen batch.
const FIND_DELIVERY = `
  select delivery.id, delivery.subscriber_id, batch.newsletter_id,
         coalesce(delivery.address, (
           select member ->> 'address'
           from json_array_elements(batch.frozen -> 'batch' -> 'recipients') as member
           where member ->> 'deliveryId' = delivery.id::text
         )) as address
  from delivery
  join batch on batch.id = delivery.batch_id`

// By delivery_once, which leads with the reader.
const FIND_LAST = `
  ${FIND_DELIVERY}
  where batch.newsletter_id = $1 and delivery.subscriber_id = $2 and delivery.outcome in ('accepted', 'uncertain')
  order by delivery.updated_at desc, delivery.id
  limit 1`

async function findDelivery(pool: Pool, sql: string, values: string[]): Promise<NamedDelivery | null> {
  const { rows } = await pool.query<DeliveryRow>(sql, values)
  const [row] = rows
  if (!row) return null
  const addressKey = row.address?.toLowerCase() ?? null
  return { id: row.id, addressKey, newsletterId: row.newsletter_id, subscriberId: row.subscriber_id }
}

// What was erased has nothing to be read from. Who has left, or come, by mail may have thought better of it since.
const REPLAY = `
  update inbound_mail
  set state = 'received', reason = null, attempts = 0, not_before = app_now()
  where ($1::uuid[] is null or id = any ($1))
    and ($2::text is null or state = $2)
    and ($3::timestamptz is null or received_at >= $3)
    and (raw is not null or source <> 'smtp')
    and (state <> 'applied' or kind in ('bounce', 'complaint', 'notice'))`

// Oldest first, by inbound_mail_newest.
const PRUNE = `
  delete from inbound_mail
  where id in (
    select id
    from inbound_mail
    where received_at < app_now() - make_interval(days => $1) and state in ('applied', 'ignored')
    order by received_at, id
    limit 5000
    for update skip locked
  )`

const LIST = `
  select ${INBOUND}
  from inbound_mail
  where ($1::timestamptz is null or (received_at, id) < ($1, $2::uuid)) and ($3::text is null or state = $3)
  order by received_at desc, id desc
  limit $4`

function readInbound(row: InboundRow): InboundMail {
  return {
    id: row.id,
    source: row.source,
    recipient: row.recipient,
    sender: row.sender,
    receivedAt: row.received_at,
    state: row.state,
    kind: row.kind,
    reason: row.reason,
    detail: row.detail,
    deliveryId: row.delivery_id,
    newsletterId: row.newsletter_id,
    subscriberId: row.subscriber_id,
    attempts: row.attempts,
  }
}
