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

/** What `withSingle` is given: $1 to $5. */
export function valuesOf(mail: SingleMail): unknown[] {
  return [mail.newsletterId, mail.editionHash, mail.subscriberId, mail.address, JSON.stringify(mail.slotValues)]
}

/** The parts of a statement that write a mail, due at once, for each row of its part `causes`: `mail` holds one row each. */
export function withSingle(causes: string): string {
  return `
  batch as (
    insert into batch (kind, newsletter_id, number, variant, edition_hash, recipients)
    select 'single', $1::uuid, 0, 'single', $2, 1
    from ${causes}
    returning id
  ), mail as (
    insert into delivery (batch_id, subscriber_id, address, slot_values)
    select batch.id, $3::uuid, $4, $5::json
    from batch
    returning id as delivery_id, batch_id
  )`
}

const INSERT_SINGLE = {
  name: 'insert_single',
  text: `with once as (select), ${withSingle('once')} select delivery_id, batch_id from mail`,
}
