import { z } from 'zod'
import { bareAddress } from './address.ts'
import type { Call } from './call.ts'
import { apiErrors, invalidAddress, missingField, notFoundNamed } from './errors.ts'
import { listPage } from './page.ts'
import type { Parts } from './parts.ts'
import { ok, type Reply, refused } from './reply.ts'
import type { Suppression } from './suppressions.ts'

const several = z.array(z.string()).min(1).max(100)
const addBody = z.object({ email: z.string() })
const batchAddBody = z.object({ emails: several })
const batchRemoveBody = z.union([z.strictObject({ emails: several }), z.strictObject({ ids: several })])

/** `POST /suppressions`; an address that is there already is answered with the suppression it has. */
export function addSuppression({ body }: Call, parts: Parts): Reply {
  const input = addBody.safeParse(body)
  if (!input.success) return refused(missingField('email'))
  if (!isAddress(input.data.email)) return refused(invalidAddress('email', 'validation_error'))
  return ok(shortForm(parts.suppressions.add(input.data.email, 'manual', null)))
}

/** `GET /suppressions`. */
export function listSuppressions({ query }: Call, { suppressions }: Parts): Reply {
  const origin = query.get('origin')
  const chosen = suppressions.all().filter((one) => origin === null || one.origin === origin)
  return listPage(query, chosen.toReversed(), present, notFoundNamed('Suppression'))
}

/** `GET /suppressions/:id`, by id or address. */
export function readSuppression({ params }: Call, { suppressions }: Parts): Reply {
  const found = suppressions.find(params.id ?? '')
  return found ? ok(present(found)) : refused(notFoundNamed('Suppression'))
}

/** `DELETE /suppressions/:id`, by id or address. */
export function removeSuppression({ params }: Call, { suppressions }: Parts): Reply {
  const removed = suppressions.remove(params.id ?? '')
  return removed ? ok({ ...shortForm(removed), deleted: true }) : refused(notFoundNamed('Suppression'))
}

/** `POST /suppressions/batch/add`: all of 1 to 100 addresses or, when one of them is none, nothing. */
export function addSuppressions({ body }: Call, { suppressions }: Parts): Reply {
  const input = batchAddBody.safeParse(body)
  if (!input.success) return refused(apiErrors.suppressionBatch)
  if (!input.data.emails.every(isAddress)) return refused(invalidAddress('emails', 'validation_error'))
  return ok({ data: input.data.emails.map((email) => shortForm(suppressions.add(email, 'manual', null))) })
}

/** `POST /suppressions/batch/remove`, by `emails` or by `ids`; what is not there is left out of the answer. */
export function removeSuppressions({ body }: Call, { suppressions }: Parts): Reply {
  const input = batchRemoveBody.safeParse(body)
  if (!input.success) return refused(apiErrors.suppressionBatch)
  const wanted = 'emails' in input.data ? input.data.emails : input.data.ids
  const removed = wanted.flatMap((idOrEmail) => suppressions.remove(idOrEmail) ?? [])
  return ok({ data: removed.map((one) => ({ ...shortForm(one), deleted: true })) })
}

function isAddress(text: string): boolean {
  return bareAddress(text.trim()) === text.trim()
}

function present(suppression: Suppression): Record<string, unknown> {
  return { object: 'suppression', ...suppression }
}

function shortForm({ id }: Suppression): Record<string, unknown> {
  return { object: 'suppression', id }
}
