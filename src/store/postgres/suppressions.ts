import type { NewsletterId } from '../../id.ts'
import type { Suppression, SuppressionReason } from '../../suppression/suppression.ts'
import type { SuppressionStore } from '../subscribers.ts'
import { LOCKS } from './locks.ts'
import { pageOf, readCursor } from './pages.ts'
import { type Pool, type Tx, transaction } from './pool.ts'

type SuppressionRow = {
  id: string
  address_key: string
  newsletter_id: NewsletterId | null
  reason: SuppressionReason
  source: string
  created_at: Date
  cursor_at: string
}

const SUPPRESSION = 'id, address_key, newsletter_id, reason, source, created_at, created_at::text as cursor_at'

/** Suppressions on PostgreSQL. */
export function createSuppressionStore(pool: Pool): SuppressionStore {
  return {
    add: async (suppression) => (await transaction(pool, (tx) => suppress(tx, [suppression]))) === 1,
    find: async (addressKey) => {
      const { rows } = await pool.query<SuppressionRow>(
        `select ${SUPPRESSION} from suppression where address_key = $1 order by created_at, id`,
        [addressKey],
      )
      return rows.map(readSuppression)
    },
    list: async ({ limit, after }) => {
      const cursor = readCursor(after)
      const { rows } = await pool.query<SuppressionRow>(
        `select ${SUPPRESSION}
         from suppression
         where $1::timestamptz is null or (created_at, id) < ($1, $2::uuid)
         order by created_at desc, id desc
         limit $3`,
        [cursor?.at, cursor?.id, limit + 1],
      )
      return pageOf(rows, limit, readSuppression)
    },
    lift: async (id) => {
      const { rowCount } = await pool.query('delete from suppression where id::text = $1', [id])
      return rowCount === 1
    },
  }
}

/** What makes a suppression: all but its id and time. */
type NewSuppression = Parameters<SuppressionStore['add']>[0]

/** Suppresses under the consent lock, which is held until the transaction ends; returns how many are new. */
export async function suppress(tx: Tx, suppressions: readonly NewSuppression[]): Promise<number> {
  await tx.query('select pg_advisory_xact_lock($1)', [LOCKS.consent])
  const { rows } = await tx.query<{ is_new: boolean }>(SUPPRESS, [
    suppressions.map(({ addressKey }) => addressKey),
    suppressions.map(({ newsletterId }) => newsletterId),
    suppressions.map(({ reason }) => reason),
    suppressions.map(({ source }) => source),
  ])
  return rows.filter((row) => row.is_new).length
}

// What stands stays, unless the new one says more: a complaint more than a bounce, both more than a list nobody explains.
const SUPPRESS = `
  insert into suppression (address_key, newsletter_id, reason, source)
  select distinct on (address_key, newsletter_id) *
  from unnest($1::text[], $2::uuid[], $3::text[], $4::text[]) as given (address_key, newsletter_id, reason, source)
  order by address_key, newsletter_id, array_position(array['complained', 'bounced', 'provider'], reason), source
  on conflict (address_key, coalesce(newsletter_id, '00000000-0000-0000-0000-000000000000'::uuid))
  do update set reason = excluded.reason, source = excluded.source
  where (suppression.reason, excluded.reason)
    in (('provider', 'bounced'), ('provider', 'complained'), ('bounced', 'complained'))
  returning xmax = 0 as is_new`

function readSuppression(row: SuppressionRow): Suppression {
  return {
    id: row.id,
    addressKey: row.address_key,
    newsletterId: row.newsletter_id,
    reason: row.reason,
    source: row.source,
    createdAt: row.created_at,
  }
}
