import type { Edition } from '../../edition/edition.ts'
import type { BodyMemory } from '../body-memory.ts'
import { jsonBody } from '../json-body.ts'
import type { Body, FrozenBatch } from '../provider.ts'

/**
 * Raise it with every change to the bytes that `assembleResendBatch` makes, however small: a frozen batch of another
 * version is held, not submitted. A golden hash in the tests fails when it was forgotten.
 */
export const RESEND_WIRE = 'resend-1'

/** A batch as `POST /emails/batch` takes it. Pure but for `memory`, which the bytes are put into. */
export function assembleResendBatch(edition: Edition, batch: FrozenBatch, memory?: BodyMemory): Body {
  return jsonBody(edition, batch, memory)
}
