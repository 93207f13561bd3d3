import type { Fence } from '../batches.ts'
import type { Tx } from './pool.ts'

/** Locks the batch if it still is this attempt's. */
export async function lockFenced(tx: Tx, fence: Fence): Promise<boolean> {
  const { rowCount } = await tx.query(
    `select from batch where id = $1 and attempt = $2 and state = 'submitting' for update`,
    [fence.id, fence.attempt],
  )
  return rowCount === 1
}
