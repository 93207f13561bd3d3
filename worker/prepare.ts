import type { SendId } from '../src/id.ts'
import { type PrepareDeps, prepareSend } from '../src/send/prepare.ts'

/** A send is due: freeze its audience. */
export function prepare(deps: PrepareDeps, job: { readonly sendId: SendId }): Promise<void> {
  return prepareSend(deps, job.sendId)
}
