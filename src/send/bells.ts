import type { SendId } from '../id.ts'
import type { Bell } from '../queue/queue.ts'
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
