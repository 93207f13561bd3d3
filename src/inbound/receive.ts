import type { Clock } from '../clock.ts'
import type { Bell, Queue } from '../queue/queue.ts'
import type { InboundStore, NewInbound } from '../store/inbound.ts'

export type KeepDeps = {
  readonly store: { readonly inbound: Pick<InboundStore, 'receive'> }
  readonly queue: Pick<Queue, 'enqueue'>
  readonly clock: Clock
}

/** Rings for mail to be read. */
export const INBOUND_BELL: Bell = { job: { kind: 'inbound' }, key: 'inbound' }

/** Within a burst the bell is rung once in so long; the sweep sees to what came after. */
const RING_EVERY_MS = 1_000

/** Gives what keeps a mail that comes in: on disk when it resolves, and nothing else; true when it is new. */
export function createInbox({ store, queue, clock }: KeepDeps): (mail: NewInbound) => Promise<boolean> {
  let rungAtMs = Number.NEGATIVE_INFINITY
  return async (mail) => {
    const isNew = await store.inbound.receive(mail)
    const nowMs = clock.now().getTime()
    if (isNew && nowMs - rungAtMs >= RING_EVERY_MS) {
      rungAtMs = nowMs
      // Not waited for: the mail is safe, and a queue that is away takes its time to say so.
      void queue.enqueue(INBOUND_BELL)
    }
    return isNew
  }
}
