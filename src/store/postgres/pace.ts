import type { BlockReason, PaceStore } from '../store.ts'
import { createDailyQuotas } from './daily-quotas.ts'
import { createDomainWaits } from './domain-waits.ts'
import type { Pool } from './pool.ts'

type ProviderRow = {
  account: string
  name: string
  requests_per_second: number
  blocked_until: Date | null
  blocked_reason: BlockReason | null
  blocked_detail: string | null
  daily_limit: number | null
  daily_used: number
  quota_resets_at: Date | null
}

type SlotRow = (
  | { wait_ms: number; requests_per_second: number; probe: boolean; counts_day: boolean; postponed_ms: number }
  | { wait_ms: null; requests_per_second: null; probe: null; counts_day: null; postponed_ms: null }
) & { is_blocked: boolean; blocked_reason: BlockReason | null; later_ms: number }

/** The pace of provider accounts on PostgreSQL: one row an account, shared by every worker. */
export function createPaceStore(pool: Pool): PaceStore {
  return {
    ensure: async ({ account, name, requestsPerSecond }) => {
      await pool.query(
        `insert into provider (account, name, requests_per_second)
         values ($1, $2, $3)
         on conflict (account) do nothing`,
        [account, name, requestsPerSecond],
      )
    },
    get: async (account) => {
      const { rows } = await pool.query<ProviderRow>(
        `select account, name, requests_per_second, blocked_reason, blocked_detail,
                nullif(blocked_until, 'infinity') as blocked_until, daily_limit, daily_used, quota_resets_at
         from provider
         where account = $1`,
        [account],
      )
      return rows.map(readProvider)[0] ?? null
    },
    takeSlot: async (account) => {
      const { rows } = await pool.query<SlotRow>({ ...TAKE_SLOT, values: [account] })
      const [row] = rows
      if (!row) throw new Error(`There is no row of the account ${account}.`)
      if (row.wait_ms === null) {
        return row.is_blocked
          ? { kind: 'blocked', reason: row.blocked_reason ?? 'auth' }
          : { kind: 'later', waitMs: Math.max(1, row.later_ms) }
      }
      const { wait_ms, requests_per_second: requestsPerSecond, probe, counts_day: countsDay } = row
      const waitMs = Math.max(0, wait_ms)
      return { kind: 'slot', waitMs, requestsPerSecond, probe, countsDay, postponedMs: row.postponed_ms }
    },
    probeAgain: async (account) => {
      await pool.query(
        `update provider
         set blocked_until = app_now(), updated_at = app_now()
         where account = $1 and blocked_reason = 'down' and blocked_until > app_now()`,
        [account],
      )
    },
    slowDown: async (account, afterMs) => {
      await pool.query(
        `update provider
         set next_slot_at = greatest(next_slot_at, app_now() + make_interval(secs => $2 / 1000.0)), updated_at = app_now()
         where account = $1`,
        [account, afterMs],
      )
    },
    postpone: async (account, lateMs, postponedMs) => {
      await pool.query(
        `update provider
         set next_slot_at = next_slot_at + make_interval(secs => ($2::float8 + $3::float8 - postponed_ms) / 1000.0),
             postponed_ms = $2::float8 + $3::float8, updated_at = app_now()
         where account = $1 and $2::float8 + $3::float8 > postponed_ms`,
        [account, lateMs, postponedMs],
      )
    },
    // A quicker pace counts at once, not only behind the slots that were handed out at the old one.
    learn: async (account, requestsPerSecond) => {
      await pool.query(
        `update provider
         set requests_per_second = $2, updated_at = app_now(),
             next_slot_at = case
               when $2 > requests_per_second then least(next_slot_at, app_now() + make_interval(secs => 1.01 / $2::float8))
               else next_slot_at
             end
         where account = $1`,
        [account, requestsPerSecond],
      )
    },
    // Who cannot ask for the quota learns it by reaching it.
    // "down" changes no block that stands: that is the operator's business, a quota, or the minute until the next probe.
    block: async (account, reason, forMs, detail) => {
      await pool.query(
        `update provider
         set blocked_until = coalesce(app_now() + make_interval(secs => $3 / 1000.0), 'infinity'),
             blocked_reason = $2, blocked_detail = $4, updated_at = app_now(),
             daily_limit = coalesce(daily_limit, case when $2 = 'quota' and $3::float8 is not null then nullif(daily_used, 0) end)
         where account = $1 and ($2 <> 'down' or blocked_until is null or blocked_until <= app_now())`,
        [account, reason, forMs, detail],
      )
    },
    unblock: async (account, reason) => {
      await pool.query(
        `update provider
         set blocked_until = null, blocked_reason = null, blocked_detail = null, updated_at = app_now()
         where account = $1 and blocked_reason is not null and ($2::text is null or blocked_reason = $2)`,
        [account, reason],
      )
    },
    ...createDailyQuotas(pool),
    ...createDomainWaits(pool),
  }
}

// One row lock, held for the statement; whoever waited for it sees what the others took. A provider that is down lets one
// probe through a minute. Turns are a hair further apart than the limit asks for: it counts in windows that open when a
// request arrives, and travelling takes its time.
const TAKE_SLOT = {
  name: 'take_slot',
  text: `
  with known as (
    select * from provider where account = $1 for update
  ), taken as (
    update provider
    set next_slot_at = greatest(known.next_slot_at, app_now()) + make_interval(secs => 1.01 / known.requests_per_second),
        blocked_until = case when known.blocked_reason = 'down' then app_now() + interval '1 minute' end,
        blocked_reason = case when known.blocked_reason = 'down' then 'down' end,
        blocked_detail = case when known.blocked_reason = 'down' then known.blocked_detail end,
        updated_at = app_now()
    from known
    where provider.account = known.account and (known.blocked_until is null or known.blocked_until <= app_now())
      and (known.next_slot_at is null or known.next_slot_at <= app_now() + interval '0.2 s')
    returning known.requests_per_second, known.postponed_ms, provider.blocked_reason is not null as probe,
      known.daily_limit is not null as counts_day,
      extract(epoch from greatest(known.next_slot_at, app_now()) - app_now())::float8 * 1000 as wait_ms
  )
  select taken.*, known.blocked_reason, known.blocked_until > app_now() as is_blocked,
         extract(epoch from known.next_slot_at - app_now() - interval '0.2 s')::float8 * 1000 as later_ms
  from known
  left join taken on true`,
}

function readProvider(row: ProviderRow) {
  return {
    account: row.account,
    name: row.name,
    requestsPerSecond: row.requests_per_second,
    blockedUntil: row.blocked_until,
    blockedReason: row.blocked_reason,
    blockedDetail: row.blocked_detail,
    dailyQuota:
      row.daily_limit !== null && row.quota_resets_at
        ? { limit: row.daily_limit, used: row.daily_used, resetsAt: row.quota_resets_at }
        : null,
  }
}
