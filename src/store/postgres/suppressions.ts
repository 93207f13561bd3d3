import type { NewsletterId } from '../../id.ts'
import type { Suppression, SuppressionReason } from '../../suppression/suppression.ts'
import type { SuppressionStore } from '../subscribers.ts'
import { LOCKS } from './locks.ts'
import { pageOf, readCursor } from './pages.ts'
import { type Pool, transaction } from './pool.ts'

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
    add: ({ addressKey, newsletterId, reason, source }) =>
      transaction(pool, async (tx) => {
        await tx.query('select pg_advisory_xact_lock($1)', [LOCKS.consent])
        const { rowCount } = await tx.query(
          `insert into suppression (address_key, newsletter_id, reason, source)
           values ($1, $2, $3, $4)
           on conflict do nothing`,
          [addressKey, newsletterId, reason, source],
        )
        return rowCount === 1
      }),
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
