import type { PaceStore } from '../store.ts'
import type { Pool } from './pool.ts'

/** What is known of accounts' quotas of the day. Claims count what they freeze; reports put that right. */
export function createDailyQuotas(pool: Pool): Pick<PaceStore, 'shouldAskQuota' | 'learnQuota' | 'noteUsed'> {
  return {
    shouldAskQuota: async (account) => {
      const { rowCount } = await pool.query(
        `update provider
         set quota_asked_at = app_now()
         where account = $1 and coalesce(quota_asked_at < app_now() - interval '5 minutes', true)
           and exists (select from send where state in ('scheduled', 'preparing', 'sending'))`,
        [account],
      )
      return rowCount === 1
    },
    learnQuota: async (account, { limit, used, resetsAt }) => {
      await pool.query(
        `update provider set daily_limit = $2, daily_used = $3, quota_resets_at = $4, updated_at = app_now() where account = $1`,
        [account, limit, used, resetsAt],
      )
    },
    // What other workers have in hand is counted already, so the higher figure is the better one, until a new day.
    noteUsed: async (account, { used, resetsAt }) => {
      await pool.query(
        `update provider
         set daily_used = case when quota_resets_at > app_now() then greatest(daily_used, $2) else $2 end,
             quota_resets_at = $3, updated_at = app_now()
         where account = $1`,
        [account, used, resetsAt],
      )
    },
  }
}
