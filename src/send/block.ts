import type { ProviderState } from '../store/store.ts'
import { recipientsWithin } from './quota.ts'

/** Why mail waits, when it does. `until` null: until the operator says otherwise. */
export type Block = { readonly reason: string; readonly until: Date | null; readonly detail: string | null }

/**
 * What keeps an account from being used at `now`, or null. A quota ends by itself; a provider that is down is asked
 * once a minute and counts as down until it answers.
 */
export function blockOf(state: ProviderState | null, now: Date): Block | null {
  if (!state?.blockedReason) return null
  const { blockedReason: reason, blockedUntil: until, blockedDetail: detail } = state
  const isOver = reason !== 'down' && until !== null && until <= now
  return isOver ? null : { reason, until, detail }
}

/** The same for bulk mail, which a tenth of the day's quota is kept from (`bulk_room` in the database decides). */
export function bulkBlockOf(state: ProviderState | null, now: Date): Block | null {
  return blockOf(state, now) ?? reserveOf(state, now)
}

function reserveOf(state: ProviderState | null, now: Date): Block | null {
  const quota = state?.dailyQuota
  if (!quota?.limit || quota.resetsAt <= now) return null
  if (quota.used + recipientsWithin(quota) <= Math.floor(quota.limit * 0.9)) return null
  const detail = `${quota.used} of ${quota.limit} mails of the day are used; the rest is kept for single mail`
  return { reason: 'quota', until: quota.resetsAt, detail }
}
