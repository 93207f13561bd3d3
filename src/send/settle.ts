import type { Logger } from '../log.ts'
import type { Store } from '../store/store.ts'

/** What settling needs to know of the world. */
export type SettleDeps = { readonly store: Pick<Store, 'sends'>; readonly log: Logger }

/** Marks the sends as sent that have nothing open any more, and says what became of their recipients. */
export async function settleFinished({ store, log }: SettleDeps): Promise<void> {
  for (const send of await store.sends.settle()) {
    log.info({ event: 'send_sent', send, ...(await store.sends.progress(send)) })
  }
}
