import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { App } from '../src/app.ts'
import type { DeliverDeps } from '../src/send/deliver.ts'
import { refreshQuota } from '../src/send/quota.ts'
import { checkClock, SWEEP_EVERY_MS, sweep } from '../src/send/sweep.ts'
import { createTurns } from '../src/send/turn.ts'
import { createJobHandler } from './jobs.ts'

/** A worker at work. */
export type RunningWorker = {
  /** Its name in the rows and in the log. */
  readonly name: string
  /** Lets calls under way finish, up to `deadlineMs` (default 30 s), and takes no new work. */
  stop(deadlineMs?: number): Promise<void>
}

/**
 * Starts a worker on an opened installation: it answers the queue's bells and sweeps every 3 s. Any number of workers
 * may run, in one process or many; each can die at any time.
 */
export async function startWorker(
  app: App,
  options: { readonly reach?: DeliverDeps['reach'] } = {},
): Promise<RunningWorker> {
  const worker = `${hostname()}.${process.pid}.${randomBytes(3).toString('hex')}`
  const { clock, log, queue, config } = app
  const stopping = new AbortController()
  const turns = createTurns(app.store.pace, app.provider.account, clock)
  const deps = { ...app, worker, turns, reach: options.reach }
  // More places than there are deliverers: they may go on for hours, and other sends, events and mail come due meanwhile.
  const places = config.concurrency + 3
  const consumer = await queue.consume(createJobHandler(deps, config.concurrency), { concurrency: places })
  const sweeping = sweepUntil(deps, stopping.signal)
  await checkClock(app)
  log.info({ event: 'worker_started', worker, concurrency: config.concurrency, queue: queue.backend })
  return {
    name: worker,
    async stop(deadlineMs = 30_000) {
      stopping.abort()
      await Promise.all([consumer.stop(deadlineMs), sweeping])
      log.info({ event: 'worker_stopped', worker })
    },
  }

  async function sweepUntil(
    using: Parameters<typeof sweep>[0] & Parameters<typeof refreshQuota>[0],
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted) {
      await sweep(using).catch((err: unknown) => log.error({ event: 'sweep_failed', err }))
      await refreshQuota(using, signal).catch((err: unknown) => log.error({ event: 'quota_not_read', err }))
      await clock.sleep(SWEEP_EVERY_MS, signal)
    }
  }
}
