import type { JobHandler } from '../src/queue/queue.ts'
import { deliver } from './deliver.ts'
import { events } from './events.ts'
import { inbound } from './inbound.ts'
import { prepare } from './prepare.ts'

type JobDeps = Parameters<typeof prepare>[0] &
  Parameters<typeof deliver>[0] &
  Parameters<typeof events>[0] &
  Parameters<typeof inbound>[0]

/**
 * Gives what runs a job: any number at a time, but at most `deliverers` of those that deliver, and one that applies
 * events, and one that reads mail. Each of them goes on for as long as anything is due, of whichever send, so one more would find nothing to do,
 * and would keep its place from a send that wants to be prepared.
 */
export function createJobHandler(deps: JobDeps, deliverers: number): JobHandler {
  const delivering = atMost(deliverers, (signal) => deliver(deps, signal))
  const applying = atMost(1, (signal) => events(deps, signal))
  const reading = atMost(1, (signal) => inbound(deps, signal))
  return async (job, signal) => {
    switch (job.kind) {
      case 'prepare':
        return prepare(deps, job)
      case 'deliver':
        return delivering(signal)
      case 'events':
        return applying(signal)
      case 'inbound':
        return reading(signal)
    }
  }
}

/** `work`, unless so many are at it. */
function atMost(limit: number, work: (signal: AbortSignal) => Promise<void>): (signal: AbortSignal) => Promise<void> {
  let running = 0
  return async (signal) => {
    if (running >= limit) return
    running += 1
    try {
      await work(signal)
    } finally {
      running -= 1
    }
  }
}
