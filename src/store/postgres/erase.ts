import type { SubscriberId } from '../../id.ts'
import type { Erasure } from '../personal-data.ts'
import { FROZEN_WITHOUT_ERASED } from './hold.ts'
import { LOCKS } from './locks.ts'
import { logAction } from './operator-log.ts'
import { type Pool, type Tx, transaction } from './pool.ts'

/**
 * See `PersonalDataStore.erase`. First, in a moment, the person and all that would still be sent to them; then, which
 * may take a while, what others told of them. A process that dies in between is made up for by erasing again.
 */
export async function eraseReader(pool: Pool, addressKey: string, actor: string): Promise<Erasure> {
  const reader = await transaction(pool, async (tx) => {
    const known = await findReader(tx, addressKey)
    const open = known === null ? [] : await lockOpenBatches(tx, known)
    await tx.query('select pg_advisory_xact_lock($1)', [LOCKS.consent])
    // An import may have brought them meanwhile; none can from now on.
    const id = await findReader(tx, addressKey)
    const gone = id === null ? NOBODY : await removeReader(tx, id, open)
    // Whoever confirms takes the hash of an earlier erasure away; nobody can any more.
    await tx.query('insert into erased (hash) values (erased_hash($1)) on conflict do nothing', [addressKey])
    await tx.query('delete from suppression where address_key = $1', [addressKey])
    await tx.query('delete from suppression_lifted where address_key = $1', [addressKey])
    return { wasSubscriber: id !== null, ...gone }
  })
  const told = await transaction(pool, (tx) => removeTold(tx, addressKey, reader))
  const { wasSubscriber, underWay, deliveryIds } = reader
  const done = { wasSubscriber, deliveries: deliveryIds.length + told.deliveries, ...told.events, underWay }
  await transaction(pool, (tx) => logAction(tx, { sendId: null, action: 'erase_reader', detail: done, actor }))
  return done
}

type Gone = { readonly id: SubscriberId | null; readonly deliveryIds: readonly string[]; readonly underWay: number }

const NOBODY: Gone = { id: null, deliveryIds: [], underWay: 0 }

async function findReader(tx: Tx, addressKey: string): Promise<SubscriberId | null> {
  const { rows } = await tx.query<{ id: SubscriberId }>('select id from subscriber where address_key = $1', [
    addressKey,
  ])
  return rows[0]?.id ?? null
}

/**
 * The batches in which the reader waits to be written to. Locked before the consent lock, as a claim does it: one that
 * is being frozen is waited for here.
 */
async function lockOpenBatches(tx: Tx, id: SubscriberId): Promise<readonly string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select id
     from batch
     where id in (select batch_id from delivery where subscriber_id = $1 and outcome = 'planned')
       and (state = 'pending' or state = 'submitting' and one_by_one)
     order by id
     for update`,
    [id],
  )
  return rows.map((row) => row.id)
}

async function removeReader(tx: Tx, id: SubscriberId, open: readonly string[]): Promise<Gone> {
  // Requests lock a reader and then a subscription of theirs. Who confirms or pauses has locked the subscription, and
  // shares the reader's key when consent is written down: that is waited for here, not when the reader is gone.
  await tx.query('select from subscriber where id = $1 for no key update', [id])
  await tx.query('select from subscription where subscriber_id = $1 for update', [id])
  // A batch is locked before its deliveries, here as everywhere.
  const { rows: holding } = await tx.query<{ id: string; state: string }>(
    `select id, state
     from batch
     where id in (select batch_id from delivery where subscriber_id = $1) and frozen is not null
     order by id
     for update`,
    [id],
  )
  await tx.query(SKIP, [id, open])
  const { rows } = await tx.query<{ id: string }>(
    `update delivery
     set erased = true, address = null, slot_values = null, provider_message_id = null
     where subscriber_id = $1
     returning id`,
    [id],
  )
  const held = holding.filter(({ state }) => state === 'held').map((batch) => batch.id)
  await tx.query(`update batch set frozen = ${FROZEN_WITHOUT_ERASED} where id = any ($1::uuid[])`, [held])
  await tx.query('delete from subscriber where id = $1', [id])
  return { id, deliveryIds: rows.map((row) => row.id), underWay: holding.length - held.length }
}

// Members of those batches that are not tried yet; each batch has one of them.
const SKIP = `
  with skipped as (
    update delivery
    set outcome = 'skipped', reason = 'erased', updated_at = app_now()
    where subscriber_id = $1 and outcome = 'planned' and batch_id = any ($2::uuid[])
    returning batch_id
  )
  update batch
  set skipped = skipped + 1
  where id in (select batch_id from skipped)`

type Told = { readonly deliveries: number; readonly events: Pick<Erasure, 'providerEvents' | 'inboundMail'> }

/** What providers and mails told, found by whom it is about, and by the address anywhere in it. */
async function removeTold(tx: Tx, addressKey: string, { id, deliveryIds }: Gone): Promise<Told> {
  // All that came in within months is read through.
  await tx.query('set local statement_timeout = 0')
  const pattern = `(?<![a-z0-9.!#$%&'*+/=?^_\`{|}~-])${escaped(inBytes(addressKey))}(?![a-z0-9-]|\\.[a-z0-9])`
  const events = await tx.query(
    `update provider_event
     set raw = '', address_key = null, verdict = null, rule = null,
         reason = case when state = 'applied' then reason else 'erased' end,
         state = case when state = 'applied' then state else 'ignored' end
     where address_key = $1 or delivery_id = any ($2::uuid[]) or lower(encode(raw, 'escape')) ~ $3`,
    [addressKey, deliveryIds, pattern],
  )
  const mails = await tx.query(
    `delete from inbound_mail
     where address_key = $1 or subscriber_id = $4 or delivery_id = any ($2::uuid[]) or lower(sender) = $1
       or lower(encode(raw, 'escape')) ~ $3`,
    [addressKey, deliveryIds, pattern, id],
  )
  // Test mail and the like, which went to the address and to no subscriber.
  const others = await tx.query(
    `update delivery
     set erased = true, address = null, slot_values = null, provider_message_id = null,
         outcome = case when outcome = 'planned' then 'skipped' else outcome end,
         reason = case when outcome = 'planned' then 'erased' else reason end
     from batch
     where batch.id = delivery.batch_id and batch.kind = 'single' and delivery.send_id is null
       and lower(delivery.address) = $1`,
    [addressKey],
  )
  return {
    deliveries: others.rowCount ?? 0,
    events: { providerEvents: events.rowCount ?? 0, inboundMail: mails.rowCount ?? 0 },
  }
}

/** As `encode(…, 'escape')` writes it: `\303\266` for ö. */
function inBytes(address: string): string {
  return [...Buffer.from(address)]
    .map((byte) => (byte < 0x80 ? String.fromCharCode(byte) : `\\${byte.toString(8)}`))
    .join('')
}

function escaped(text: string): string {
  return text.replace(/[^a-z0-9@_-]/g, '\\$&')
}
