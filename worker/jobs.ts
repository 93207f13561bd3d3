import type { JobHandler } from '../src/queue/queue.ts'
import { deliver } from './deliver.ts'
import { prepare } from './prepare.ts'

type JobDeps = Parameters<typeof prepare>[0] & Parameters<typeof deliver>[0]

/**
 * Gives what runs a job: any number at a time, but at most `deliverers` of those that deliver. Each of them goes on for
 * as long as anything is due, of whichever send, so one more would find nothing to do, and would keep its place from a
 * send that wants to be prepared.
 */
export function createJobHandler(deps: JobDeps, deliverers: number): JobHandler {
  let delivering = 0
  return async (job, signal) => {
    if (job.kind === 'prepare') return prepare(deps, job)
    if (delivering >= deliverers) return
    delivering += 1
    try {
      await deliver(deps, signal)
    } finally {
      delivering -= 1
    }
  }
}
