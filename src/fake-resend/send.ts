import type { Call } from './call.ts'
import { type EmailRequest, readEmail, recipientsOf } from './email.ts'
import { type ApiError, apiErrors } from './errors.ts'
import type { Parts } from './parts.ts'
import { ok, type Reply, refused } from './reply.ts'

type Rejected = { readonly index: number; readonly error: ApiError }

const MAX_BATCH = 100

/** `POST /emails`. */
export async function sendEmail(call: Call, parts: Parts): Promise<Reply> {
  const read = readEmail(call.body, parts.settings, parts.clock.now())
  if (read.kind === 'invalid') return refused(read.error)
  const taken = await take([read.email], call, parts)
  return taken.kind === 'over_quota' ? refused(taken.error) : ok(taken.ids[0])
}

/**
 * `POST /emails/batch`: all or nothing when strict, else whatever is valid. An answer in permissive mode names the
 * refused by their place in the request, and holds ids for the others only.
 */
export async function sendBatch(call: Call, parts: Parts): Promise<Reply> {
  const mode = call.batchValidation ?? 'strict'
  if (mode !== 'strict' && mode !== 'permissive') return refused(apiErrors.batchMode)
  if (!Array.isArray(call.body) || call.body.length === 0 || call.body.length > MAX_BATCH) {
    return refused(apiErrors.batchShape)
  }
  const { valid, rejected } = sortOut(call.body, parts)
  const first = rejected[0]
  if (first && (mode === 'strict' || first.error.statusCode === 403)) return refused(first.error)
  const taken = await take(valid, call, parts)
  if (taken.kind === 'over_quota') return refused(taken.error)
  if (mode === 'strict') return ok({ data: taken.ids })
  return ok({ data: taken.ids, errors: rejected.map(({ index, error }) => ({ index, message: error.message })) })
}

type Taken =
  | { readonly kind: 'taken'; readonly ids: readonly { readonly id: string }[] }
  | { readonly kind: 'over_quota'; readonly error: ApiError }

async function take(emails: readonly EmailRequest[], call: Call, { mailbox, lifecycle }: Parts): Promise<Taken> {
  const error = call.caller.team.quota.take(emails.reduce((sum, email) => sum + recipientsOf(email), 0))
  if (error) return { kind: 'over_quota', error }
  const accepted = mailbox.accept(emails, call.idempotencyKey)
  await lifecycle.begin(accepted)
  return { kind: 'taken', ids: accepted.map(({ id }) => ({ id })) }
}

function sortOut(
  inputs: readonly unknown[],
  { settings, clock }: Parts,
): { readonly valid: EmailRequest[]; readonly rejected: Rejected[] } {
  const valid: EmailRequest[] = []
  const rejected: Rejected[] = []
  const now = clock.now()
  inputs.forEach((input, index) => {
    const read = hasAttachments(input)
      ? { kind: 'invalid' as const, error: apiErrors.batchAttachments }
      : readEmail(input, settings, now)
    if (read.kind === 'valid') valid.push(read.email)
    else rejected.push({ index, error: read.error })
  })
  return { valid, rejected }
}

function hasAttachments(input: unknown): boolean {
  return typeof input === 'object' && input !== null && 'attachments' in input && input.attachments !== undefined
}
