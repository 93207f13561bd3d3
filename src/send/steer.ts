import { AppError } from '../error.ts'
import type { SendId } from '../id.ts'
import type { Queue } from '../queue/queue.ts'
import type { Store } from '../store/store.ts'
import { deliverBells } from './bells.ts'
import { findSend } from './schedule.ts'
import type { Send, SendState } from './send.ts'

export type SteerDeps = { readonly store: Pick<Store, 'sends'>; readonly queue: Pick<Queue, 'enqueueMany'> }

/**
 * Stops a send before its next batch; calls under way finish. Harmless when it is paused already.
 * @param actor who does it, for the record
 * @throws AppError `not_found`, or `conflict` with the state it is in
 */
export async function pauseSend({ store }: SteerDeps, id: SendId, actor: string): Promise<Send> {
  return move(store, id, 'paused', 'paused only while it is sending', () => store.sends.pause(id, 'operator', actor))
}

/** Goes on with a paused send. @throws AppError `not_found`, or `conflict` with the state it is in */
export async function resumeSend({ store, queue }: SteerDeps, id: SendId, actor: string): Promise<Send> {
  const resume = () => store.sends.resume(id, actor)
  const send = await move(store, id, 'sending', 'resumed only while it is paused', resume)
  await queue.enqueueMany(deliverBells(id))
  return send
}

/**
 * Ends a send for good: what no worker has in hand is not sent. Returns as soon as that holds; the rows of its
 * recipients follow. @throws AppError `not_found`, or `conflict` with the state it is in
 */
export async function cancelSend({ store }: SteerDeps, id: SendId, actor: string): Promise<Send> {
  return move(store, id, 'cancelled', 'cancelled only until it is done', () => store.sends.cancel(id, actor))
}

async function move(
  store: SteerDeps['store'],
  id: SendId,
  wanted: SendState,
  rule: string,
  attempt: () => Promise<boolean>,
): Promise<Send> {
  const moved = await attempt()
  const send = await findSend({ store }, id)
  if (moved || send.state === wanted) return send
  throw new AppError('conflict', `Send ${id} is ${send.state}; it can be ${rule}.`)
}
