import type { Tx } from './pool.ts'

/**
 * Runs a query that takes the next few rows in an order that an index has. While statistics are behind, as they are
 * when much comes in at once, the planner would sort the whole backlog for each of its parts.
 */
export async function inIndexOrder<Row extends object>(tx: Tx, sql: string, values: unknown[]): Promise<Row[]> {
  await tx.query('set local enable_sort = off')
  const { rows } = await tx.query<Row>(sql, values)
  await tx.query('set local enable_sort to default')
  return rows
}
