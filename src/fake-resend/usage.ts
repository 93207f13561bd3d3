import type { Call } from './call.ts'
import type { Parts } from './parts.ts'
import type { QuotaUse } from './quota.ts'
import { ok, type Reply } from './reply.ts'

const UNUSED = { used: 0, limit: null }

/** `GET /usage`. What the double does not have counts as unused and without a limit. */
export function readUsage({ caller }: Call, { settings }: Parts): Reply {
  const { daily, monthly } = caller.team.quota.used()
  const nextDay = new Date(daily.since.getTime() + 24 * 60 * 60_000)
  const nextMonth = new Date(Date.UTC(monthly.since.getUTCFullYear(), monthly.since.getUTCMonth() + 1))
  return ok({
    object: 'usage',
    emails: {
      daily: used(daily, settings.dailyQuota, nextDay),
      monthly: used(monthly, settings.monthlyQuota, nextMonth),
    },
    contacts: UNUSED,
    segments: UNUSED,
    broadcasts: UNUSED,
    ai_credits: { ...UNUSED, next_increase_at: null },
    automation_runs: { ...UNUSED, resets_at: nextMonth.toISOString() },
    domains: { used: settings.domains?.length ?? 0, limit: null },
    rate_limit: { limit: finite(settings.requestsPerSecond), duration: '1s' },
  })
}

function used({ sent, received }: QuotaUse, limit: number, resetsAt: Date): Record<string, unknown> {
  return { used: sent + received, limit: finite(limit), sent, received, resets_at: resetsAt.toISOString() }
}

function finite(limit: number): number | null {
  return Number.isFinite(limit) ? limit : null
}
