import { createHash } from 'node:crypto'
import { access, constants, mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Clock, systemClock } from '../../clock.ts'
import type { Provider } from '../provider.ts'
import { assembleOutboxBatch, OUTBOX_WIRE } from './assemble.ts'
import { writeBatch } from './submit.ts'

export type OutboxOptions = {
  /** The folder of the mail files; made when it is needed. */
  readonly dir: string
  readonly clock?: Clock
}

/** Keeps mail on this machine as `.eml` files, one a delivery, which any mail program opens. Nothing is sent. */
export function createOutboxProvider({ dir, clock = systemClock }: OutboxOptions): Provider {
  return {
    name: 'outbox',
    account: createHash('sha256').update(resolve(dir)).digest('hex').slice(0, 16),
    wire: OUTBOX_WIRE,
    flags: { idempotent: true, batch: true, reportsEvents: false, leavesMachine: false },
    limits: { maxRecipients: 100, maxBodyBytes: 4 * 1024 * 1024, requestsPerSecond: 100, deadlineMs: 60_000 },
    assemble: assembleOutboxBatch,
    submit: (body, { signal }) => writeBatch(body.bytes, dir, clock, signal),
    check: () => checkFolder(dir),
  }
}

async function checkFolder(dir: string): Promise<{ ok: boolean; detail: string }> {
  try {
    await mkdir(dir, { recursive: true })
    await access(dir, constants.W_OK)
    return { ok: true, detail: 'The outbox can be written; mail stays on this machine.' }
  } catch {
    return { ok: false, detail: 'The folder of the outbox cannot be made or written.' }
  }
}
