import type { App } from '../../src/app.ts'
import { deliverDue } from '../../src/send/deliver.ts'
import { prepareSend } from '../../src/send/prepare.ts'
import { settleFinished } from '../../src/send/settle.ts'
import { createTurns } from '../../src/send/turn.ts'

/** Does by hand what a worker does when the bells ring: prepares what is due, submits until nothing is, settles. */
export async function deliverAll(app: App): Promise<void> {
  const { toPrepare } = await app.store.sends.due(app.provider.account)
  for (const id of toPrepare) await prepareSend(app, id)
  await deliverDue(
    { ...app, worker: 'test', turns: createTurns(app.store.pace, app.provider.account, app.clock) },
    new AbortController().signal,
  )
  await settleFinished(app)
}
