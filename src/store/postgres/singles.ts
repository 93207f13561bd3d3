import type { BatchId, DeliveryId } from '../../id.ts'
import type { SingleMail } from '../store.ts'
import type { Queryable } from './pool.ts'

/** Writes a mail to one reader as a batch of one, within the transaction that causes it, so that neither is without the other. */
export async function insertSingle(
  tx: Queryable,
  mail: SingleMail,
): Promise<{ readonly deliveryId: DeliveryId; readonly batchId: BatchId }> {
  const { rows } = await tx.query<{ delivery_id: DeliveryId; batch_id: BatchId }>(INSERT_SINGLE, [
    mail.newsletterId,
    mail.editionHash,
    mail.subscriberId,
    mail.address,
    JSON.stringify(mail.slotValues),
  ])
  const [row] = rows
  if (row === undefined) throw new Error('A statement that returns one row returned none.')
  return { deliveryId: row.delivery_id, batchId: row.batch_id }
}

// One row each; due at once.
const INSERT_SINGLE = `
  with batch as (
    insert into batch (kind, newsletter_id, number, variant, edition_hash, recipients)
    values ('single', $1, 0, 'single', $2, 1)
    returning id
  )
  insert into delivery (batch_id, subscriber_id, address, slot_values)
  select batch.id, $3, $4, $5
  from batch
  returning id as delivery_id, batch_id`
