import type { Call } from './call.ts'
import { type EmailRequest, readEmail, recipientsOf } from './email.ts'
import { type ApiError, apiErrors } from './errors.ts'
import type { Mailbox } from './mailbox.ts'
import type { Settings } from './options.ts'
import { ok, type Reply, refused } from './reply.ts'

export type SendDeps = { readonly settings: Settings; readonly mailbox: Mailbox }

type Rejected = { readonly index: number; readonly error: ApiError }

const MAX_BATCH = 100

/** `POST /emails`. */
export function sendEmail(call: Call, { settings, mailbox }: SendDeps): Reply {
  const read = readEmail(call.body, settings)
  if (read.kind === 'invalid') return refused(read.error)
  const overQuota = call.caller.team.quota.take(recipientsOf(read.email))
  if (overQuota) return refused(overQuota)
  const [id] = mailbox.accept([read.email], call.idempotencyKey)
  return ok({ id })
}

/**
 * `POST /emails/batch`: all or nothing when strict, else whatever is valid. An answer in permissive mode names the
 * refused by their place in the request, and holds ids for the others only.
 */
export function sendBatch(call: Call, { settings, mailbox }: SendDeps): Reply {
  const mode = call.batchValidation ?? 'strict'
  if (mode !== 'strict' && mode !== 'permissive') return refused(apiErrors.batchMode)
  if (!Array.isArray(call.body) || call.body.length === 0 || call.body.length > MAX_BATCH) {
    return refused(apiErrors.batchShape)
  }
  const { valid, rejected } = sortOut(call.body, settings)
  const first = rejected[0]
  if (first && (mode === 'strict' || first.error.statusCode === 403)) return refused(first.error)
  const overQuota = call.caller.team.quota.take(valid.reduce((sum, email) => sum + recipientsOf(email), 0))
  if (overQuota) return refused(overQuota)
  const data = mailbox.accept(valid, call.idempotencyKey).map((id) => ({ id }))
  if (mode === 'strict') return ok({ data })
  return ok({ data, errors: rejected.map(({ index, error }) => ({ index, message: error.message })) })
}

function sortOut(inputs: readonly unknown[], settings: Settings): { valid: EmailRequest[]; rejected: Rejected[] } {
  const valid: EmailRequest[] = []
  const rejected: Rejected[] = []
  inputs.forEach((input, index) => {
    const read = hasAttachments(input)
      ? { kind: 'invalid' as const, error: apiErrors.batchAttachments }
      : readEmail(input, settings)
    if (read.kind === 'valid') valid.push(read.email)
    else rejected.push({ index, error: read.error })
  })
  return { valid, rejected }
}

function hasAttachments(input: unknown): boolean {
  return typeof input === 'object' && input !== null && 'attachments' in input && input.attachments !== undefined
}
