import type { ApiKey, KeyStore, Scope } from '../store.ts'
import type { Pool } from './pool.ts'

type KeyRow = { id: string; name: string; scopes: Scope[]; created_at: Date; last_used_at: Date | null }

const COLUMNS = 'id, name, scopes, created_at, last_used_at'

/** API keys on PostgreSQL, as hashes. */
export function createKeyStore(pool: Pool): KeyStore {
  return {
    create: async ({ name, hash, scopes }) => {
      const { rows } = await pool.query<KeyRow>(
        `insert into api_key (name, hash, scopes)
         values ($1, $2, $3)
         on conflict (hash) do update set name = excluded.name, scopes = excluded.scopes, revoked_at = null
         returning ${COLUMNS}`,
        [name, hash, scopes],
      )
      return rows.map(readKey)[0] as ApiKey
    },
    // Its use is noted once a minute, so that reading does not write.
    findByHash: async (hash) => {
      const { rows } = await pool.query<KeyRow>(
        `with used as (
           update api_key
           set last_used_at = app_now()
           where hash = $1 and revoked_at is null
             and (last_used_at is null or last_used_at < app_now() - interval '1 minute')
         )
         select ${COLUMNS} from api_key where hash = $1 and revoked_at is null`,
        [hash],
      )
      return rows.map(readKey)[0] ?? null
    },
    list: async () => {
      const { rows } = await pool.query<KeyRow>(
        `select ${COLUMNS} from api_key where revoked_at is null order by created_at, id`,
      )
      return rows.map(readKey)
    },
    revoke: async (id) => {
      const { rowCount } = await pool.query(
        'update api_key set revoked_at = app_now() where id::text = $1 and revoked_at is null',
        [id],
      )
      return rowCount === 1
    },
  }
}

function readKey(row: KeyRow): ApiKey {
  return { id: row.id, name: row.name, scopes: row.scopes, createdAt: row.created_at, lastUsedAt: row.last_used_at }
}
