import { AppError } from '../../error.ts'
import type { Page } from '../store.ts'

/** A place in a list ordered by time and id, newest first. */
export type Cursor = { readonly at: string; readonly id: string }

/** Reads what `pageOf` gave out; undefined starts at the beginning. */
export function readCursor(after: string | undefined): Cursor | null {
  if (after === undefined) return null
  const [at, id, rest] = Buffer.from(after, 'base64url').toString('utf8').split(' ')
  if (!at || !id || rest !== undefined || Number.isNaN(Date.parse(at)) || !/^[0-9a-f-]{36}$/.test(id)) {
    throw new AppError('invalid_input', 'The cursor is not one that a list gave out.', {
      problems: [{ where: 'after', message: 'expected the "next" of an earlier page' }],
    })
  }
  return { at, id }
}

/**
 * Makes a page of rows of which one more than `limit` was asked for. `cursor_at` is the ordering time as text, because a
 * JavaScript date drops the microseconds and would skip rows.
 */
export function pageOf<Row extends { readonly id: string; readonly cursor_at: string }, Out>(
  rows: readonly Row[],
  limit: number,
  read: (row: Row) => Out,
): Page<Out> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const more = rows.length > limit && last
  return {
    rows: shown.map(read),
    next: more ? Buffer.from(`${last.cursor_at} ${last.id}`, 'utf8').toString('base64url') : null,
  }
}
