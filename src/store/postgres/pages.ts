import { AppError } from '../../error.ts'
import type { Page } from '../store.ts'

/** A place in a list ordered by time and id, newest first. */
export type Cursor = { readonly at: string; readonly id: string }

// A time as PostgreSQL writes it, and an id.
const CURSOR =
  /^(?<at>(?<day>\d{4}-\d{2}-\d{2}) (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?[+-](?:0\d|1[0-5])(?::[0-5]\d)?) (?<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/

/** Reads what `pageOf` gave out; undefined starts at the beginning. */
export function readCursor(after: string | undefined): Cursor | null {
  if (after === undefined) return null
  const { at, day, id } = CURSOR.exec(Buffer.from(after, 'base64url').toString('utf8'))?.groups ?? {}
  if (at === undefined || id === undefined || !isDay(day)) {
    throw new AppError('invalid_input', 'The cursor is not one that a list gave out.', {
      problems: [{ where: 'after', message: 'expected the "next" of an earlier page' }],
    })
  }
  return { at, id }
}

function isDay(text = ''): boolean {
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
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
