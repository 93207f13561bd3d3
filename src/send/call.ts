import type { Clock } from '../clock.ts'
import type { Provider, Submission } from '../provider/provider.ts'
import type { Fence } from '../store/batches.ts'
import type { Store } from '../store/store.ts'

/** A batch belongs to whoever claimed it for this long, unless they say that they are still at it. */
export const LEASE_MS = 90_000
export const RENEW_EVERY_MS = 20_000

/** Providers remember keys for 24 h; an hour is left for clocks and queues. */
export const MAX_DOUBT_MS = 23 * 3_600_000

/** What a worker keeps to while it has a batch. */
export const LEASE = { leaseMs: LEASE_MS, maxDoubtMs: MAX_DOUBT_MS }

/** A process that was stopped for so long between its last look at the rows and the first byte must look again. */
const STALE_MS = LEASE_MS / 3

type CallDeps = { readonly store: Pick<Store, 'batches'>; readonly provider: Provider; readonly clock: Clock }

/**
 * One call, kept from lasting longer than its deadline, with the batch's lease kept from running out meanwhile. Null when
 * this process slept since `permittedAt`, when it last knew that the call was its own to make: nothing has left.
 */
export async function callInTime(
  { store, provider, clock }: CallDeps,
  fence: Fence,
  permittedAt: Date,
  submit: (signal: AbortSignal) => Promise<Submission>,
): Promise<Submission | null> {
  if (clock.now().getTime() - permittedAt.getTime() > STALE_MS) return null
  const call = new AbortController()
  const over = new AbortController()
  const keepLease = async () => {
    for (;;) {
      await clock.sleep(RENEW_EVERY_MS, over.signal)
      if (over.signal.aborted) return
      const ours = await store.batches.renew(fence, LEASE).catch(() => true)
      if (!ours) return call.abort()
    }
  }
  const endInTime = async () => {
    await clock.sleep(provider.limits.deadlineMs, over.signal)
    if (!over.signal.aborted) call.abort()
  }
  const watching = Promise.all([keepLease(), endInTime()])
  try {
    return await submit(call.signal)
  } finally {
    over.abort()
    await watching
  }
}
