import type { OperatorStore } from '../operator.ts'
import { markUncertain } from './mark.ts'
import { countMissing, listMissing } from './missing.ts'
import { listActions } from './operator-log.ts'
import type { Pool } from './pool.ts'
import { resendDeliveries } from './resend.ts'

/** The operator's questions and answers on PostgreSQL. */
export function createOperatorStore(pool: Pool): OperatorStore {
  return {
    missing: (page) => listMissing(pool, page),
    countMissing: (of) => countMissing(pool, of),
    mark: (answer) => markUncertain(pool, answer),
    resend: (request) => resendDeliveries(pool, request),
    log: (page) => listActions(pool, page),
    unblock: async (account, actor) => {
      const { rowCount } = await pool.query(UNBLOCK, [account, actor])
      return rowCount === 1
    },
  }
}

const UNBLOCK = `
  with blocked as (
    select account, name, blocked_reason
    from provider
    where account = $1 and blocked_reason is not null
    for update
  ), ended as (
    update provider
    set blocked_until = null, blocked_reason = null, blocked_detail = null, updated_at = app_now()
    from blocked
    where provider.account = blocked.account
  )
  insert into operator_log (action, detail, actor)
  select 'unblock', jsonb_build_object('provider', name, 'reason', blocked_reason), $2 from blocked`
