import { AppError } from '../../error.ts'
import type { DeliveryId } from '../../id.ts'
import type { Delivery } from '../../outcome/outcome.ts'
import type { MissingCount, MissingKind, OperatorStore, Scope } from '../operator.ts'
import type { Page } from '../store.ts'
import { DELIVERY, type DeliveryRow, readDelivery } from './deliveries.ts'
import type { Pool } from './pool.ts'

type Listed = DeliveryRow & { readonly number: number }

/** The deliveries of each kind, and the batches that can hold some: counters stand there, and are looked at first. */
const KINDS: Readonly<Record<MissingKind, { readonly of: string; readonly within: string }>> = {
  refused: { of: `delivery.outcome = 'refused'`, within: 'batch.refused > 0' },
  uncertain: { of: `delivery.outcome = 'uncertain'`, within: 'batch.uncertain > 0' },
  skipped: { of: `delivery.outcome = 'skipped'`, within: 'batch.skipped > 0' },
  open: {
    of: `delivery.outcome in ('planned', 'submitting')`,
    within: `batch.state not in ('settled', 'cancelled', 'split')`,
  },
  undelivered: {
    of: `delivery.outcome = 'accepted' and delivery.fate in ('failed', 'suppressed', 'bounced')`,
    within: 'batch.accepted > 0',
  },
}

const { undelivered: _, ...NOT_ACCEPTED } = KINDS
const WITHOUT = {
  of: `delivery.outcome <> 'accepted'`,
  within: `(${Object.values(NOT_ACCEPTED)
    .map(({ within }) => within)
    .join(' or ')})`,
}

/** Picks the batches of a scope, given as $1. For single mail: those that an operator can be asked about. */
export function batchesOf(of: Scope): string {
  return of === null
    ? `batch.kind = 'single' and (batch.refused > 0 or batch.uncertain > 0) and $1::uuid is null`
    : 'batch.send_id = $1'
}

/** See `OperatorStore.missing`. Batch by batch in the order of `unique (send_id, number)`, so that a page is a few batches. */
export async function listMissing(
  pool: Pool,
  { of, kind, reason, limit, after }: Parameters<OperatorStore['missing']>[0],
): Promise<Page<Delivery>> {
  const place = readPlace(after)
  const wanted = kind === undefined ? WITHOUT : KINDS[kind]
  const { rows } = await pool.query<Listed>(
    `select ${DELIVERY}, batch.number
     from batch
     join delivery on delivery.batch_id = batch.id
     left join subscriber on subscriber.id = delivery.subscriber_id
     where ${batchesOf(of)} and ${wanted.within} and ${wanted.of}
       and ($2::text is null or ${kind === 'undelivered' ? 'delivery.fate' : 'delivery.reason'} = $2)
       and batch.number >= $3 and (batch.number > $3 or delivery.id > $4)
     order by batch.number, delivery.id
     limit $5`,
    [of, reason, place.number, place.id, limit + 1],
  )
  const last = rows[limit - 1]
  const next = rows.length > limit && last ? placeText(last) : null
  return { rows: rows.slice(0, limit).map(readDelivery), next }
}

/** See `OperatorStore.countMissing`. One pass over the scope's deliveries. */
export async function countMissing(pool: Pool, of: Scope): Promise<readonly MissingCount[]> {
  const kinds = Object.entries(KINDS).map(([kind, { of: condition }]) => `when ${condition} then '${kind}'`)
  const { rows } = await pool.query<MissingCount>(
    `select kind, reason, count(*) as deliveries
     from (
       select case ${kinds.join(' ')} end as kind,
              case when delivery.outcome = 'accepted' then delivery.fate else delivery.reason end as reason
       from batch
       join delivery on delivery.batch_id = batch.id
       where ${batchesOf(of)}
     ) as told
     where kind is not null
     group by kind, reason
     order by deliveries desc, kind, reason
     limit 200`,
    [of],
  )
  return rows
}

const START = { number: 0, id: '00000000-0000-0000-0000-000000000000' }

function placeText({ number, id }: { readonly number: number; readonly id: DeliveryId }): string {
  return Buffer.from(`${number} ${id}`, 'utf8').toString('base64url')
}

function readPlace(after: string | undefined): { readonly number: number; readonly id: string } {
  if (after === undefined) return START
  const text = Buffer.from(after, 'base64url').toString('utf8')
  const { number, id } =
    /^(?<number>\d{1,9}) (?<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(text)?.groups ?? {}
  if (number !== undefined && id !== undefined) return { number: Number(number), id }
  throw new AppError('invalid_input', 'The cursor is not one that a list gave out.', {
    problems: [{ where: 'after', message: 'expected the "next" of an earlier page' }],
  })
}
