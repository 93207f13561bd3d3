import { notFound } from '../error.ts'
import type { SendId } from '../id.ts'
import type { Provider } from '../provider/provider.ts'
import type { EventStore, Fates } from '../store/events.ts'
import type { PaceStore, SendStore, Store } from '../store/store.ts'
import { type Block, bulkBlockOf } from './block.ts'
import type { Progress, Send } from './send.ts'

/** A send with what has become of it, what was told later of accepted mail, and what holds it if something does. */
export type SendNow = Send & { readonly progress: Progress; readonly fates: Fates; readonly blocked: Block | null }

/** What describing needs to know of the world. */
export type DescribeDeps = {
  readonly store: Pick<Store, 'now'> & {
    readonly sends: Pick<SendStore, 'get' | 'progress'>
    readonly events: Pick<EventStore, 'fates'>
    readonly pace: Pick<PaceStore, 'get'>
  }
  readonly provider: Pick<Provider, 'account'>
}

/** A send as it is now. Counts stand on its batches: a million recipients cost no more than a few. @throws AppError `not_found` */
export async function describeSend({ store, provider }: DescribeDeps, id: SendId): Promise<SendNow> {
  const send = await store.sends.get(id)
  if (!send) throw notFound('send', id)
  const [progress, fates, account, now] = await Promise.all([
    store.sends.progress(id),
    store.events.fates(id),
    store.pace.get(provider.account),
    store.now(),
  ])
  const mayBeHeld = send.state === 'sending' && progress.open > 0
  return { ...send, progress, fates, blocked: mayBeHeld ? bulkBlockOf(account, now) : null }
}
