import { type DeliverDeps, deliverDue } from '../src/send/deliver.ts'
import { type SettleDeps, settleFinished } from '../src/send/settle.ts'

/** Something is due: submit until nothing is, then see whether a send is done. */
export async function deliver(deps: DeliverDeps & SettleDeps, signal: AbortSignal): Promise<void> {
  await deliverDue(deps, signal)
  await settleFinished(deps)
}
