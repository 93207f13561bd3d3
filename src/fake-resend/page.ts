import { type ApiError, apiErrors } from './errors.ts'
import { ok, type Reply, refused } from './reply.ts'

/** A page of a list, newest first: `after` goes on behind an id, `before` ends in front of one; 20 rows unless told. */
export function listPage<Row extends { readonly id: string }>(
  query: URLSearchParams,
  newestFirst: readonly Row[],
  present: (row: Row) => unknown,
  unknownCursor: ApiError,
): Reply {
  const limit = Number(query.get('limit') ?? '20')
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) return refused(apiErrors.listLimit)
  const [after, before] = [query.get('after'), query.get('before')]
  if (after !== null && before !== null) return refused(apiErrors.listCursor)
  const cursor = after ?? before
  const at = cursor === null ? -1 : newestFirst.findIndex(({ id }) => id === cursor)
  if (cursor !== null && at < 0) return refused(unknownCursor)
  const [start, end] = before === null ? [at + 1, newestFirst.length] : [0, at]
  const page = before === null ? newestFirst.slice(start, start + limit) : newestFirst.slice(start, end).slice(-limit)
  return ok({ object: 'list', has_more: end - start > limit, data: page.map(present) })
}
