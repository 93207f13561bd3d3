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
  | { wait_ms: number; requests_per_second: number; probe: boolean; counts_day: boolean }
  | { wait_ms: null; requests_per_second: null; probe: null; counts_day: null }
) & { blocked_reason: BlockReason | null }

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
      if (!row || row.wait_ms === null) return { kind: 'blocked', reason: row?.blocked_reason ?? 'auth' }
      const { wait_ms, requests_per_second: requestsPerSecond, probe, counts_day: countsDay } = row
      return { kind: 'slot', waitMs: Math.max(0, wait_ms), requestsPerSecond, probe, countsDay }
    },
    slowDown: async (account, afterMs) => {
      await pool.query(
        `update provider
         set next_slot_at = greatest(next_slot_at, app_now() + make_interval(secs => $2 / 1000.0)), updated_at = app_now()
         where account = $1`,
        [account, afterMs],
      )
    },
    // A quicker pace counts at once, not only behind the slots that were handed out at the old one.
    learn: async (account, requestsPerSecond) => {
      await pool.query(
        `update provider
         set requests_per_second = $2, updated_at = app_now(),
             next_slot_at = case
               when $2 > requests_per_second then least(next_slot_at, app_now() + make_interval(secs => 1.015 / $2::float8))
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

// One row lock, held for the statement. A provider that is down lets one probe through a minute. Turns are a hair further
// apart than the limit asks for: it counts in windows that open when a request arrives, and travelling takes its time.
const TAKE_SLOT = {
  name: 'take_slot',
  text: `
  with taken as (
    update provider
    set next_slot_at = greatest(next_slot_at, app_now()) + make_interval(secs => 1.015 / requests_per_second),
        blocked_until = case when blocked_reason = 'down' then app_now() + interval '1 minute' end,
        blocked_reason = case when blocked_reason = 'down' then 'down' end,
        blocked_detail = case when blocked_reason = 'down' then blocked_detail end,
        updated_at = app_now()
    where account = $1 and (blocked_until is null or blocked_until <= app_now())
    returning requests_per_second, blocked_reason is not null as probe, daily_limit is not null as counts_day, extract(epoch from
      next_slot_at - make_interval(secs => 1.015 / requests_per_second) - app_now())::float8 * 1000 as wait_ms
  )
  select taken.*, provider.blocked_reason
  from provider
  left join taken on true
  where account = $1`,
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
