import type { BatchId, DeliveryId, SendId, SubscriberId } from '../../id.ts'
import type { Delivery, Fate, Outcome } from '../../outcome/outcome.ts'
import type { DeliveryStore } from '../store.ts'
import { pageOf, readCursor } from './pages.ts'
import { type Pool, transaction } from './pool.ts'
import { insertSingle } from './singles.ts'

/** What `DELIVERY` selects. */
export type DeliveryRow = {
  id: DeliveryId
  send_id: SendId | null
  batch_id: BatchId
  subscriber_id: SubscriberId | null
  address: string | null
  outcome: Outcome
  reason: string | null
  provider_message_id: string | null
  fate: Fate | null
  fate_at: Date | null
  updated_at: Date
  cursor_at: string
}

/** A delivery's columns, of `delivery`, its `batch` and its `subscriber` (left joined). */
export const DELIVERY = `delivery.id, delivery.send_id, delivery.batch_id, delivery.subscriber_id,
  coalesce(delivery.address, subscriber.address) as address, delivery.outcome, delivery.reason,
  delivery.provider_message_id, delivery.fate, delivery.fate_at, delivery.updated_at, batch.created_at::text as cursor_at`

/** Deliveries on PostgreSQL. */
export function createDeliveryStore(pool: Pool): DeliveryStore {
  return {
    get: async (id) => {
      const { rows } = await pool.query<DeliveryRow>(
        `select ${DELIVERY}
         from delivery
         join batch on batch.id = delivery.batch_id
         left join subscriber on subscriber.id = delivery.subscriber_id
         where delivery.id = $1`,
        [id],
      )
      return rows.map(readDelivery)[0] ?? null
    },
    list: async ({ limit, after, sendId, outcome }) => {
      const cursor = readCursor(after)
      const { rows } = await pool.query<DeliveryRow>(
        `select ${DELIVERY}
         from batch
         join delivery on delivery.batch_id = batch.id
         left join subscriber on subscriber.id = delivery.subscriber_id
         where batch.send_id = $1
           and ($2::text is null or delivery.outcome = $2)
           and ($3::timestamptz is null or (batch.created_at, delivery.id) < ($3, $4::uuid))
         order by batch.created_at desc, delivery.id desc
         limit $5`,
        [sendId, outcome, cursor?.at, cursor?.id, limit + 1],
      )
      return pageOf(rows, limit, readDelivery)
    },
    addSingle: (mail) => transaction(pool, (tx) => insertSingle(tx, mail)),
  }
}

/** A row as what it stands for. */
export function readDelivery(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    sendId: row.send_id,
    batchId: row.batch_id,
    subscriberId: row.subscriber_id,
    address: row.address,
    outcome: row.outcome,
    reason: row.reason,
    providerMessageId: row.provider_message_id,
    fate: row.fate,
    fateAt: row.fate_at,
    updatedAt: row.updated_at,
  }
}
