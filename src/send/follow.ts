import type { Clock } from '../clock.ts'
import type { SendId } from '../id.ts'
import { type DescribeDeps, describeSend, type SendNow } from './describe.ts'

/** Follows sends for any number of watchers. */
export type Follower = {
  /** The send as it was within the last second. @throws AppError `not_found` */
  look(id: SendId): Promise<SendNow>
  /**
   * The send at once, and again whenever it has changed; null when it has been as it was for a while. Ends with the
   * send, or when `signal` aborts.
   */
  follow(id: SendId, signal: AbortSignal): AsyncIterable<SendNow | null>
}

export const LOOK_EVERY_MS = 1_000
/** Proxies close connections on which nothing is said for half a minute or so. */
const SILENT_LOOKS = 15

/** However many watch a send, the database is asked about it once a second. `closing` ends the waiting in between. */
export function createFollower(deps: DescribeDeps & { readonly clock: Clock }, closing: AbortSignal): Follower {
  const { clock } = deps
  const looks = new Map<SendId, Promise<SendNow>>()

  const look = (id: SendId): Promise<SendNow> => {
    const known = looks.get(id)
    if (known) return known
    const looking = describeSend(deps, id)
    looks.set(id, looking)
    void forgetLater(id, looking)
    return looking
  }

  const forgetLater = async (id: SendId, looking: Promise<SendNow>): Promise<void> => {
    try {
      await looking
      await clock.sleep(LOOK_EVERY_MS, closing)
    } catch {}
    looks.delete(id)
  }

  async function* follow(id: SendId, signal: AbortSignal): AsyncGenerator<SendNow | null> {
    let said = ''
    let silentLooks = 0
    while (!signal.aborted) {
      const send = await look(id)
      const words = JSON.stringify(send)
      if (words !== said) {
        yield send
        said = words
        silentLooks = 0
      } else if (++silentLooks === SILENT_LOOKS) {
        yield null
        silentLooks = 0
      }
      if (isOver(send)) return
      await clock.sleep(LOOK_EVERY_MS, signal)
    }
  }

  return { look, follow }
}

/** A cancelled send is over when its rows have followed. */
function isOver({ state, progress }: SendNow): boolean {
  return state === 'sent' || state === 'missed' || (state === 'cancelled' && progress.open === 0)
}
