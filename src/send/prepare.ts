import type { Edition } from '../edition/edition.ts'
import type { ReadEdition } from '../edition/keep.ts'
import { longMessages } from '../edition/long-values.ts'
import type { SendId } from '../id.ts'
import type { Logger } from '../log.ts'
import type { Provider } from '../provider/provider.ts'
import type { Queue } from '../queue/queue.ts'
import type { Store } from '../store/store.ts'
import { deliverBells } from './bells.ts'
import { recipientsWithin } from './quota.ts'
import { findSend } from './schedule.ts'

/** What preparing needs to know of the world. */
export type PrepareDeps = {
  readonly store: Store
  readonly queue: Queue
  readonly provider: Pick<Provider, 'account' | 'limits' | 'flags'>
  readonly readEdition: ReadEdition
  readonly log: Logger
}

/** What a message takes in a body besides its edition: addresses, tags, names of fields. */
const ENVELOPE_BYTES = 2_000
/** Where messages go one by one: enough for a claim to cost little, few enough that a pause is heeded by the next one. */
const MESSAGES_A_CLAIM = 50

/**
 * Freezes the audience of a send that is due and cuts its batches; a send found too late becomes missed. Harmless when
 * it is not due, or somebody else is at it.
 */
export async function prepareSend(deps: PrepareDeps, id: SendId): Promise<void> {
  const { store, queue, log } = deps
  const state = await store.sends.begin(id)
  if (state === 'missed') log.error({ event: 'send_missed', send: id })
  if (state !== 'preparing') return
  const prepared = await store.sends.prepare(id, await batchSizes(deps, id))
  if (prepared.kind === 'not_ours') return
  const { recipients, batches } = prepared
  log.info({ event: recipients === 0 ? 'send_without_readers' : 'send_prepared', send: id, recipients, batches })
  if (batches > 0) await queue.enqueueMany(deliverBells(id))
}

/** Recipients a batch for each variant of a send: as many as the provider takes, and no more than fit into a body. */
export async function batchSizes(
  deps: Pick<PrepareDeps, 'store' | 'provider' | 'readEdition'>,
  id: SendId,
): Promise<Record<string, number>> {
  const { readEdition, provider, store } = deps
  const { editions } = await findSend(deps, id)
  if (!provider.flags.batch) return Object.fromEntries(editions.map(({ variant }) => [variant, MESSAGES_A_CLAIM]))
  const account = await store.pace.get(provider.account)
  const most = Math.min(provider.limits.maxRecipients, recipientsWithin(account?.dailyQuota ?? null))
  const sizes = await Promise.all(
    editions.map(async ({ variant, editionHash }) => {
      const edition = await readEdition(editionHash)
      const fit = Math.floor(provider.limits.maxBodyBytes / messageBytes(edition))
      return [variant, Math.min(most, Math.max(1, fit))]
    }),
  )
  return Object.fromEntries(sizes)
}

function messageBytes(edition: Edition): number {
  const bytes = longMessages(edition).map((message) => Buffer.byteLength(JSON.stringify(message)))
  return Math.max(...bytes) + ENVELOPE_BYTES
}
