import type { Edition } from '../../edition/edition.ts'
import { jsonBody } from '../json-body.ts'
import type { Body, FrozenBatch } from '../provider.ts'

/** Raise it with every change to the bytes that `assembleOutboxBatch` makes; see `RESEND_WIRE`. */
export const OUTBOX_WIRE = 'outbox-1'

/** A batch as the outbox takes it: the body that Resend would get, so that what is tried here is what goes out there. */
export function assembleOutboxBatch(edition: Edition, batch: FrozenBatch): Body {
  return jsonBody(edition, batch)
}
