import type { BatchId, DeliveryId } from '../../id.ts'
import type { SingleMail } from '../store.ts'
import type { Queryable } from './pool.ts'

/** Writes a mail to one reader as a batch of one, within the transaction that causes it, so that neither is without the other. */
export async function insertSingle(
  tx: Queryable,
  mail: SingleMail,
): Promise<{ readonly deliveryId: DeliveryId; readonly batchId: BatchId }> {
  const { rows } = await tx.query<{ delivery_id: DeliveryId; batch_id: BatchId }>({
    ...INSERT_SINGLE,
    values: valuesOf(mail),
  })
  const [row] = rows
  if (row === undefined) throw new Error('A statement that returns one row returned none.')
  return { deliveryId: row.delivery_id, batchId: row.batch_id }
}

/** What `WITH_SINGLE` is given: $1 to $5. */
export function valuesOf(mail: SingleMail): unknown[] {
  return [mail.newsletterId, mail.editionHash, mail.subscriberId, mail.address, JSON.stringify(mail.slotValues)]
}

/** Begins a statement that writes a mail, which the rest of it knows as `mail`. One row each; due at once. */
export const WITH_SINGLE = `
  with batch as (
    insert into batch (kind, newsletter_id, number, variant, edition_hash, recipients)
    values ('single', $1, 0, 'single', $2, 1)
    returning id
  ), mail as (
    insert into delivery (batch_id, subscriber_id, address, slot_values)
    select batch.id, $3::uuid, $4, $5::json
    from batch
    returning id as delivery_id, batch_id
  )`

const INSERT_SINGLE = { name: 'insert_single', text: `${WITH_SINGLE} select delivery_id, batch_id from mail` }
