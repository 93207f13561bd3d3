import type { ProviderState } from '../store/store.ts'

/** Why mail waits, when it does. */
export type Block = Pick<ProviderState, 'blockedReason' | 'blockedUntil' | 'blockedDetail'>

/**
 * What keeps an account from being used at `now`, or null. A quota ends by itself; a provider that is down is asked
 * once a minute and counts as down until it answers.
 */
export function blockOf(
  state: Block | null,
  now: Date,
): { reason: string; until: Date | null; detail: string | null } | null {
  if (!state?.blockedReason) return null
  const { blockedReason: reason, blockedUntil: until, blockedDetail: detail } = state
  const isOver = reason !== 'down' && until !== null && until <= now
  return isOver ? null : { reason, until, detail }
}
