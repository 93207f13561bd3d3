import type { Clock } from '../clock.ts'
import type { BatchId } from '../id.ts'
import type { Logger } from '../log.ts'
import type { Evidence } from '../outcome/outcome.ts'
import type { Store } from '../store/store.ts'

type RecordDeps = { readonly store: Pick<Store, 'batches'>; readonly clock: Clock; readonly log: Logger }

/** A database that restarts is back by then; longer than all of it, a lease would not last. */
const RETRY_AFTER_MS = [500, 1_000, 2_000, 4_000, 8_000, 16_000] as const

/**
 * Writes down what was learned, and does not let go of it because the database is away for a moment: what cannot be asked
 * for again would be uncertain for ever. Tries for half a minute.
 * @throws what the store does in the end
 */
export async function recordEvidence(deps: RecordDeps, batchId: BatchId, evidence: readonly Evidence[]): Promise<void> {
  const { store, clock, log } = deps
  for (const afterMs of RETRY_AFTER_MS) {
    try {
      return await store.batches.record(batchId, evidence)
    } catch (err) {
      log.warn({ event: 'evidence_not_recorded', batch: batchId, retryAfterMs: afterMs, err })
      await clock.sleep(afterMs)
    }
  }
  await store.batches.record(batchId, evidence)
}
