import type { BatchId, DeliveryId } from '../../id.ts'
import type { OperatorStore, Scope } from '../operator.ts'
import { batchesOf } from './missing.ts'
import { logAction } from './operator-log.ts'
import { type Pool, transaction } from './pool.ts'
import { changeCounts } from './recount.ts'

type Marked = { readonly batch_id: BatchId; readonly deliveries: number; readonly ids: readonly DeliveryId[] | null }

/**
 * See `OperatorStore.mark`. Batches are locked before their deliveries, as everywhere, so that evidence which arrives
 * meanwhile comes before all of it or after: before, it leaves nothing to mark; after, acceptance beats the mark.
 */
export function markUncertain(
  pool: Pool,
  { of, as, chosen, actor }: Parameters<OperatorStore['mark']>[0],
): Promise<number> {
  const ids = chosen === 'all' ? null : chosen
  return transaction(pool, async (tx) => {
    const locked = await tx.query<{ id: BatchId }>(lockUnclear(of), [of, ids])
    const { rows: marked } = await tx.query<Marked>(MARK, [locked.rows.map(({ id }) => id), ids, as])
    const deliveries = marked.reduce((sum, row) => sum + row.deliveries, 0)
    if (deliveries === 0) return 0
    const none = { accepted: 0, refused: 0, skipped: 0 }
    await changeCounts(
      tx,
      marked.map(({ batch_id, deliveries }) => ({ ...none, batch_id, [as]: deliveries, uncertain: -deliveries })),
    )
    const detail = { deliveries, ...(ids === null ? { all: true } : { ids: marked.flatMap((row) => row.ids ?? []) }) }
    await logAction(tx, { sendId: of, action: `mark_${as}`, detail, actor })
    return deliveries
  })
}

function lockUnclear(of: Scope): string {
  return `
    select id
    from batch
    where ${batchesOf(of)} and uncertain > 0
      and ($2::uuid[] is null or id in (select batch_id from delivery where delivery.id = any($2)))
    order by id
    for update`
}

// The reason tells a mark from what a provider said.
const MARK = `
  with marked as (
    update delivery
    set outcome = $3, reason = 'operator', doubtful = false, updated_at = app_now()
    where batch_id = any($1) and outcome = 'uncertain' and ($2::uuid[] is null or id = any($2))
    returning id, batch_id
  )
  select batch_id, count(*) as deliveries, case when $2 is not null then array_agg(id) end as ids
  from marked
  group by batch_id`
