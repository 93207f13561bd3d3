import { AppError } from '../../error.ts'
import type { SendId } from '../../id.ts'
import type { LogEntry } from '../operator.ts'
import type { Page, PageRequest } from '../store.ts'
import type { Pool, Tx } from './pool.ts'

type LogRow = {
  id: number
  send_id: SendId | null
  action: string
  detail: Record<string, unknown>
  actor: string
  at: Date
}

/** Adds what an operator does to the log, in the transaction that does it. */
export async function logAction(tx: Tx, entry: Omit<LogEntry, 'id' | 'at'>): Promise<void> {
  const { sendId, action, detail, actor } = entry
  await tx.query('insert into operator_log (send_id, action, detail, actor) values ($1, $2, $3, $4)', [
    sendId,
    action,
    JSON.stringify(detail),
    actor,
  ])
}

/** See `OperatorStore.log`. */
export async function listActions(
  pool: Pool,
  { limit, after, sendId }: PageRequest & { readonly sendId?: SendId | undefined },
): Promise<Page<LogEntry>> {
  const { rows } = await pool.query<LogRow>(
    `select id, send_id, action, detail, actor, at
     from operator_log
     where ($1::uuid is null or send_id = $1) and ($2::bigint is null or id < $2)
     order by id desc
     limit $3`,
    [sendId, readCursor(after), limit + 1],
  )
  const entries = rows.map(({ send_id, ...entry }) => ({ ...entry, sendId: send_id }))
  const shown = entries.slice(0, limit)
  return { rows: shown, next: entries.length > limit ? String(shown.at(-1)?.id) : null }
}

function readCursor(after: string | undefined): number | null {
  if (after === undefined) return null
  if (/^\d{1,15}$/.test(after)) return Number(after)
  throw new AppError('invalid_input', 'The cursor is not one that a list gave out.', {
    problems: [{ where: 'after', message: 'expected the "next" of an earlier page' }],
  })
}
