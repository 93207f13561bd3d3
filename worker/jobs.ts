import type { Job } from '../src/queue/queue.ts'
import { deliver } from './deliver.ts'
import { prepare } from './prepare.ts'

type JobDeps = Parameters<typeof prepare>[0] & Parameters<typeof deliver>[0]

/** Runs one job. */
export function runJob(deps: JobDeps, job: Job, signal: AbortSignal): Promise<void> {
  switch (job.kind) {
    case 'prepare':
      return prepare(deps, job)
    case 'deliver':
      return deliver(deps, signal)
  }
}
