import type { DeliveryId } from '../../id.ts'
import type { EventReason, EventState, ProviderEvent, Verdict } from '../../outcome/event.ts'
import type { Fate } from '../../outcome/outcome.ts'
import type { EventStore, Replay } from '../events.ts'
import { applyEvents } from './apply-events.ts'
import { enforceRules } from './enforce-rules.ts'
import { pageOf, readCursor } from './pages.ts'
import type { Pool } from './pool.ts'

type EventRow = {
  id: string
  provider: string
  event_id: string
  type: string | null
  occurred_at: Date
  received_at: Date
  state: EventState
  reason: EventReason | null
  delivery_id: DeliveryId | null
  verdict: Verdict | null
  cursor_at: string
}

const EVENT = `id, provider, event_id, type, occurred_at, received_at, state, reason, delivery_id, verdict,
  received_at::text as cursor_at`

/** Provider events on PostgreSQL. */
export function createEventStore(pool: Pool): EventStore {
  return {
    receive: async ({ provider, eventId, type, occurredAt, raw }) => {
      const { rowCount } = await pool.query({ ...RECEIVE, values: [provider, eventId, type, occurredAt, raw] })
      return rowCount === 1
    },
    apply: (read) => applyEvents(pool, read),
    enforce: () => enforceRules(pool),
    due: async () => {
      const { rows } = await pool.query<{ is_due: boolean }>(DUE)
      return rows[0]?.is_due ?? false
    },
    replay: (which) => replay(pool, which),
    prune: async (olderThanDays) => (await pool.query(PRUNE, [olderThanDays])).rowCount ?? 0,
    get: async (id) => {
      const { rows } = await pool.query<EventRow & { raw: Uint8Array }>(
        `select ${EVENT}, raw from provider_event where id = $1`,
        [id],
      )
      return rows.map((row) => ({ ...readEvent(row), raw: row.raw }))[0] ?? null
    },
    list: async ({ limit, after, state, deliveryId }) => {
      const cursor = readCursor(after)
      const conditions = where([
        ['(received_at, id) < ($::timestamptz, $::uuid)', cursor && [cursor.at, cursor.id]],
        ['state = $', state && [state]],
        ['delivery_id = $', deliveryId && [deliveryId]],
      ])
      const { rows } = await pool.query<EventRow>(
        `select ${EVENT} from provider_event ${conditions.sql} order by received_at desc, id desc limit ${limit + 1}`,
        conditions.values,
      )
      return pageOf(rows, limit, readEvent)
    },
    fates: async (sendId) => {
      const { rows } = await pool.query<{ fate: Fate; deliveries: number }>(
        'select fate, deliveries from send_fate where send_id = $1 and deliveries > 0 order by fate',
        [sendId],
      )
      return Object.fromEntries(rows.map(({ fate, deliveries }) => [fate, deliveries]))
    },
  }
}

const RECEIVE = {
  name: 'receive_event',
  text: `
  insert into provider_event (provider, event_id, type, occurred_at, raw)
  values ($1, $2, $3, coalesce($4, app_now()), $5)
  on conflict (provider, event_id) do nothing`,
}

const DUE = `
  select exists (select from provider_event where state in ('received', 'early') and not_before <= app_now())
    or exists (select from provider_event where rule = 'due') as is_due`

// Oldest first, by provider_event_newest.
const PRUNE = `
  delete from provider_event
  where id in (
    select id
    from provider_event
    where received_at < app_now() - make_interval(days => $1)
      and state in ('applied', 'foreign', 'ignored') and rule is distinct from 'due'
    order by received_at, id
    limit 5000
    for update skip locked
  )`

async function replay(pool: Pool, { ids, state, since }: Replay): Promise<number> {
  const conditions = where([
    ['id = any ($::uuid[])', ids && [ids]],
    ['state = $', state && [state]],
    ['received_at >= $', since && [since]],
  ])
  const { rowCount } = await pool.query(
    `update provider_event set state = 'received', reason = null, not_before = app_now() ${conditions.sql}`,
    conditions.values,
  )
  return rowCount ?? 0
}

/** The conditions that have values; each `$` in them becomes the next parameter. */
function where(conditions: readonly (readonly [sql: string, values: readonly unknown[] | null | undefined | ''])[]) {
  const values: unknown[] = []
  const given = conditions.flatMap(([sql, own]) => {
    if (!own) return []
    const from = values.length
    values.push(...own)
    let place = from
    return [sql.replaceAll('$', () => `$${++place}`)]
  })
  return { sql: given.length === 0 ? '' : `where ${given.join(' and ')}`, values }
}

function readEvent(row: EventRow): ProviderEvent {
  return {
    id: row.id,
    provider: row.provider,
    eventId: row.event_id,
    type: row.type,
    occurredAt: row.occurred_at,
    receivedAt: row.received_at,
    state: row.state,
    reason: row.reason,
    deliveryId: row.delivery_id,
    verdict: row.verdict,
  }
}
