import { systemClock } from '../clock.ts'
import type { SendId } from '../id.ts'
import type { Bell, Queue } from '../queue/queue.ts'
import type { Send } from './send.ts'

/** How many workers are called to one send at a time; each of them goes on until nothing is due. */
const DELIVERERS = 8

/** Rings for a send's preparation when it is due. */
export function prepareBell(send: Pick<Send, 'id' | 'scheduledAt'>): Bell {
  // The time is part of the key, so that a rescheduled send rings at its new time whatever waits under the old one.
  const key = `prepare.${send.id}.${send.scheduledAt.getTime()}`
  return { job: { kind: 'prepare', sendId: send.id }, key, runAt: send.scheduledAt }
}

/** Rings for a send that has batches due. */
export function deliverBells(sendId: SendId): readonly Bell[] {
  return Array.from({ length: DELIVERERS }, (_, place) => ({
    job: { kind: 'deliver', sendId },
    key: `deliver.${sendId}.${place}`,
  }))
}

/** Rings for single mail; `occasion` tells one mail's ring from another's. */
export function singleBell(occasion: string): Bell {
  return { job: { kind: 'deliver', sendId: null }, key: `single.${occasion}` }
}

type Ringing = { readonly now: Promise<unknown>; next: Promise<unknown> | null }

const ringing = new WeakMap<Pick<Queue, 'enqueue'>, Ringing>()

/** In a rush, ringing must not cost more than what it is rung for. */
const REST_MS = 50

/**
 * Rings for single mail that was just written. Whoever comes while a ring is on its way, or was a moment ago, shares the
 * one after it. Not to be waited for: the mail is safe, and the sweep rings too.
 */
export function ringForSingles(queue: Pick<Queue, 'enqueue'>): Promise<unknown> {
  const current = ringing.get(queue)
  if (current) {
    current.next ??= current.now.then(() => ringForSingles(queue))
    return current.next
  }
  const rung = queue.enqueue(singleBell('written'))
  const rested = rung.then(() => systemClock.sleep(REST_MS)).finally(() => ringing.delete(queue))
  ringing.set(queue, { now: rested, next: null })
  return rung
}
