import type { Clock } from '../clock.ts'
import type { SendId } from '../id.ts'
import { pruneInbound } from '../inbound/apply.ts'
import { INBOUND_BELL } from '../inbound/receive.ts'
import type { Logger } from '../log.ts'
import { EVENTS_BELL, pruneEvents } from '../outcome/apply.ts'
import type { Provider } from '../provider/provider.ts'
import type { Bell, Queue } from '../queue/queue.ts'
import type { Store } from '../store/store.ts'
import { deliverBells, singleBell } from './bells.ts'
import { MAX_DOUBT_MS } from './call.ts'
import { settleFinished } from './settle.ts'

/** What sweeping needs to know of the world. */
export type SweepDeps = {
  readonly store: Store
  readonly queue: Queue
  readonly provider: Pick<Provider, 'account'>
  readonly clock: Clock
  readonly log: Logger
}

/** How often every worker looks for what the rows say is due. */
export const SWEEP_EVERY_MS = 3_000
const CLOCK_TOLERANCE_MS = 30_000
/** Of a cancelled send's rows, as much is done in one sweep as leaves the others their turn within seconds. */
const CANCELLED_PARTS = 10

/**
 * Puts right whatever nobody is at: leases that ran out, doubts that got too old, cancelled sends that still have rows
 * open, sends with nothing left to do. Then rings for all that is due. One process does it at a time; losing every job
 * of the queue costs no more than one interval.
 */
export async function sweep(deps: SweepDeps): Promise<void> {
  const { store, provider, log } = deps
  await store.alone('sweep', async () => {
    const { expired, held } = await store.batches.takeOver(MAX_DOUBT_MS)
    if (expired > 0) log.warn({ event: 'leases_expired', batches: expired })
    const foreign = await store.batches.holdForeign(provider.account)
    if (held + foreign > 0) log.error({ event: 'batches_held', too_old: held, account_changed: foreign })
    for (let part = 0; part < CANCELLED_PARTS; part++) if ((await store.sends.finishCancelled()) === 0) break
    await settleFinished(deps)
    await pruneEvents(store)
    await pruneInbound(store)
    await ringForDueWork(deps)
  })
}

/** Warns when this machine's clock is off: it waits and shows times, though it decides nothing. */
export async function checkClock({ store, clock, log }: Pick<SweepDeps, 'store' | 'clock' | 'log'>): Promise<void> {
  const offByMs = clock.now().getTime() - (await store.now()).getTime()
  if (Math.abs(offByMs) > CLOCK_TOLERANCE_MS) log.warn({ event: 'clock_differs_from_database', offByMs })
}

async function ringForDueWork({ store, queue, provider }: SweepDeps): Promise<void> {
  const { toPrepare, toDeliver, singles } = await store.sends.due(provider.account)
  const bells: Bell[] = [...toPrepare.map(preparationBell), ...toDeliver.flatMap(deliverBells)]
  if (singles) bells.push(singleBell('sweep'))
  if (await store.events.due()) bells.push(EVENTS_BELL)
  if (await store.inbound.due()) bells.push(INBOUND_BELL)
  if (bells.length > 0) await queue.enqueueMany(bells)
}

function preparationBell(sendId: SendId): Bell {
  return { job: { kind: 'prepare', sendId }, key: `prepare.${sendId}.sweep` }
}
