import type { NewsletterId } from '../../id.ts'
import type { LiftedSuppression, Suppression, SuppressionReason } from '../../suppression/suppression.ts'
import type { NewSuppression, SuppressionFate, SuppressionStore } from '../suppressions.ts'
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
type LiftedRow = SuppressionRow & { lifted_at: Date; lifted_by: string; why: string | null }

const FACTS = 'id, address_key, newsletter_id, reason, source, created_at'
const SUPPRESSION = `${FACTS}, created_at::text as cursor_at`
const ROWS_A_PAGE = 5_000

/** Suppressions on PostgreSQL. */
export function createSuppressionStore(pool: Pool): SuppressionStore {
  return {
    add: async (suppression) => {
      const [fate] = await addMany(pool, [suppression], false)
      return fate ?? 'kept_suppressed'
    },
    addMany: (suppressions, { dryRun = false } = {}) => addMany(pool, suppressions, dryRun),
    find: async (addressKey) => {
      const { rows } = await pool.query<SuppressionRow>(
        `select ${SUPPRESSION} from suppression where address_key = $1 order by created_at, id`,
        [addressKey],
      )
      return rows.map(readSuppression)
    },
    list: async ({ limit, after, newsletterId, reason }) => {
      const cursor = readCursor(after)
      const isNarrowed = newsletterId !== undefined
      const values = [cursor?.at, cursor?.id, limit + 1, reason, isNarrowed, newsletterId]
      const { rows } = await pool.query<SuppressionRow>(LIST, values)
      return pageOf(rows, limit, readSuppression)
    },
    all: (newsletterId) => allOf(pool, newsletterId),
    lift: async (id, { actor, why }) => {
      const { rowCount } = await pool.query(LIFT, [id, actor, why])
      return rowCount === 1
    },
    lifted: async ({ limit, after, addressKey }) => {
      const cursor = readCursor(after)
      const { rows } = await pool.query<LiftedRow>(LIFTED, [cursor?.at, cursor?.id, limit + 1, addressKey])
      return pageOf(rows, limit, readLifted)
    },
  }
}

const LIST = `
  select ${SUPPRESSION}
  from suppression
  where ($1::timestamptz is null or (created_at, id) < ($1, $2::uuid))
    and ($4::text is null or reason = $4)
    and (not $5::boolean or newsletter_id is not distinct from $6::uuid)
  order by created_at desc, id desc
  limit $3`

const LIFT = `
  with gone as (
    delete from suppression where id::text = $1 returning ${FACTS}
  )
  insert into suppression_lifted (${FACTS}, lifted_by, why)
  select gone.*, $2, $3 from gone`

const LIFTED = `
  select ${FACTS}, lifted_at, lifted_by, why, lifted_at::text as cursor_at
  from suppression_lifted
  where ($1::timestamptz is null or (lifted_at, id) < ($1, $2::uuid))
    and ($4::text is null or address_key = $4)
  order by lifted_at desc, id desc
  limit $3`

async function* allOf(pool: Pool, newsletterId: NewsletterId | null): AsyncGenerator<readonly Suppression[]> {
  let last = ''
  for (;;) {
    const { rows } = await pool.query<SuppressionRow>(ALL, [newsletterId, last, ROWS_A_PAGE])
    if (rows.length > 0) yield rows.map(readSuppression)
    const next = rows.at(ROWS_A_PAGE - 1)
    if (next === undefined) return
    last = next.address_key
  }
}

// By suppression_once: of one newsletter, or of all, each address is there once.
const ALL = `
  select ${SUPPRESSION}
  from suppression
  where coalesce(newsletter_id, '00000000-0000-0000-0000-000000000000')
      = coalesce($1::uuid, '00000000-0000-0000-0000-000000000000')
    and address_key > $2
  order by address_key
  limit $3`

function addMany(pool: Pool, suppressions: readonly NewSuppression[], dryRun: boolean) {
  return transaction(pool, async (tx): Promise<readonly SuppressionFate[]> => {
    if (!dryRun) await tx.query('select pg_advisory_xact_lock($1)', [LOCKS.consent])
    const { rows } = await tx.query<{ fate: SuppressionFate }>(JUDGE, columnsOf(suppressions).slice(0, 2))
    const fates = rows.map(({ fate }) => fate)
    const told = suppressions.filter((_, index) => fates[index] !== 'erased')
    if (!dryRun) await suppress(tx, told)
    return fates
  })
}

// Each by suppression_once, and by the primary key of erased.
const JUDGE = `
  select case
           when exists (select from erased where hash = erased_hash(given.address_key) offset 0) then 'erased'
           when row_number() over (partition by address_key, newsletter_id order by place) > 1 then 'duplicate'
           when exists (
             select
             from suppression
             where suppression.address_key = given.address_key
               and suppression.newsletter_id is not distinct from given.newsletter_id
             offset 0
           ) then 'kept_suppressed'
           else 'suppressed'
         end as fate
  from unnest($1::text[], $2::uuid[]) with ordinality as given (address_key, newsletter_id, place)
  order by place`

/**
 * Suppresses under the consent lock, which is held until the transaction ends; returns how many are new. Of an address
 * that was erased on request nothing is kept.
 */
export async function suppress(tx: Tx, suppressions: readonly NewSuppression[]): Promise<number> {
  if (suppressions.length === 0) return 0
  await tx.query('select pg_advisory_xact_lock($1)', [LOCKS.consent])
  const { rows } = await tx.query<{ is_new: boolean }>(SUPPRESS, [...columnsOf(suppressions)])
  return rows.filter((row) => row.is_new).length
}

function columnsOf(suppressions: readonly NewSuppression[]): readonly (readonly unknown[])[] {
  return [
    suppressions.map(({ addressKey }) => addressKey),
    suppressions.map(({ newsletterId }) => newsletterId),
    suppressions.map(({ reason }) => reason),
    suppressions.map(({ source }) => source),
  ]
}

// What stands stays, unless the new one says more: a complaint more than a bounce, both more than a list nobody explains.
const SUPPRESS = `
  insert into suppression (address_key, newsletter_id, reason, source)
  select distinct on (address_key, newsletter_id) *
  from unnest($1::text[], $2::uuid[], $3::text[], $4::text[]) as given (address_key, newsletter_id, reason, source)
  where not exists (select from erased where hash = erased_hash(given.address_key) offset 0)
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

function readLifted(row: LiftedRow): LiftedSuppression {
  return { ...readSuppression(row), liftedAt: row.lifted_at, liftedBy: row.lifted_by, why: row.why }
}
