import type { Queue as BullQueue, Worker as BullWorker, JobsOptions, WorkerOptions } from 'bullmq'
import { systemClock } from '../clock.ts'
import { isId } from '../id.ts'
import type { Logger } from '../log.ts'
import type { Bell, Consumer, Job, JobHandler, Queue } from './queue.ts'

/** What BullMQ hands to a processor, as far as we look at it. */
export type BullJob = { readonly data: unknown; removeDeduplicationKey(): Promise<boolean> }

/** What a backend brings: BullMQ's classes bound to it, and what they cannot tell. */
export type Backend = {
  readonly name: Queue['backend']
  readonly queue: Pick<BullQueue, 'addBulk' | 'getJobCounts' | 'close'>
  /** Starts a worker that reports trouble to `complain`. */
  work(processor: (job: BullJob) => Promise<void>, options: WorkerSettings): Pick<BullWorker, 'close' | 'disconnect'>
  /** Whether a call makes sense now; where it does not, BullMQ would keep it in memory until it does. */
  reachable(): Promise<boolean>
  check(): Promise<{ readonly ok: boolean; readonly detail: string }>
  /** Ends the connections, whatever state they are in. */
  disconnect(): Promise<void>
}

export type WorkerSettings = Omit<WorkerOptions, 'connection'>

/** The name of the one queue, in Redis below the prefix, in PostgreSQL in the schema `bullmq`. */
export const QUEUE_NAME = 'pressroom'

const ANSWER_WITHIN_MS = 3_000
const DRAIN_POLL_MS = 10

/** How long a key holds back its like when its job is lost without a trace; the sweep rings on. */
const FORGET_KEY_AFTER_MS = 60_000

/** A crashed worker's jobs start again after 30 to 40 s. Rows own retries and pace, so jobs have neither. */
const WORKER_SETTINGS: WorkerSettings = {
  lockDuration: 30_000,
  stalledInterval: 10_000,
  maxStalledCount: 10,
  runRetryDelay: 1_000,
  removeOnComplete: { count: 0 },
  removeOnFail: { count: 0 },
}

/**
 * The doorbell on BullMQ, whatever its backend. A key holds back its like only while its job *waits*: it is given free
 * when the job starts, before the handler reads any row. So a bell rung while a job of its key runs is one more job,
 * none is ever lost to one that has already looked, and the stuck job of a killed worker holds nothing back. A delayed
 * bell holds back only bells for the same second.
 */
export function createBullQueue(backend: Backend, log: Logger): Queue {
  const consumers = new Set<Consumer>()
  const ring = (bells: readonly Bell[]) => ringAll(backend, bells, log)
  return {
    backend: backend.name,
    enqueue: (bell) => ring([bell]),
    enqueueMany: (bells) => (bells.length === 0 ? Promise.resolve(true) : ring(bells)),
    consume: async (handler, { concurrency }) => {
      const consumer = startConsumer(backend, handler, concurrency, log)
      consumers.add(consumer)
      return consumer
    },
    drain: () => drain(backend),
    check: async () => {
      const answer = await within(ANSWER_WITHIN_MS, backend.check()).catch(() => null)
      return answer ?? { ok: false, detail: `The queue (${backend.name}) does not answer.` }
    },
    close: async () => {
      await Promise.all([...consumers].map((consumer) => consumer.stop(ANSWER_WITHIN_MS)))
      await within(ANSWER_WITHIN_MS, backend.queue.close()).catch(() => null)
      // An abandoned job may hold a connection for as long as it runs.
      await within(1_000, backend.disconnect())
    },
  }
}

/** Logs trouble once until it changes or `settled` is called: a backend that is away repeats itself every second. */
export function complainer(log: Logger): { complain(error: Error): void; settled(): void } {
  let last: string | null = null
  return {
    complain: (error) => {
      if (error.message === last) return
      last = error.message
      log.warn({ event: 'queue_trouble', err: error })
    },
    settled: () => {
      last = null
    },
  }
}

async function ringAll(backend: Backend, bells: readonly Bell[], log: Logger): Promise<boolean> {
  const attempt = async () =>
    (await backend.reachable()) && (await backend.queue.addBulk(bells.map(toBullJob))) !== null
  let cause: unknown
  const rung = await within(ANSWER_WITHIN_MS, attempt()).catch((error) => {
    cause = error
    return false
  })
  if (!rung) log.warn({ event: 'bell_lost', bells: bells.length, err: cause }, 'the sweep will ring again')
  return rung === true
}

function toBullJob({ job, key, runAt }: Bell): { name: string; data: Job; opts: JobsOptions } {
  const delay = runAt ? Math.max(0, runAt.getTime() - systemClock.now().getTime()) : 0
  const id = runAt && delay > 0 ? `${key}@${Math.ceil(runAt.getTime() / 1_000)}` : key
  const deduplication = { id, ttl: delay + FORGET_KEY_AFTER_MS }
  const opts = { delay, deduplication, attempts: 1, removeOnComplete: true, removeOnFail: true }
  return { name: job.kind, data: job, opts }
}

function startConsumer(backend: Backend, handler: JobHandler, concurrency: number, log: Logger): Consumer {
  const stopping = new AbortController()
  const running = new Set<Promise<void>>()
  const work = async (bullJob: BullJob) => {
    const job = toJob(bullJob.data)
    if (!job) return log.warn({ event: 'job_unknown' })
    try {
      await bullJob.removeDeduplicationKey()
      await handler(job, stopping.signal)
    } catch (err) {
      log.error({ event: 'job_failed', job, err }, 'the sweep will ring again')
    }
  }
  const worker = backend.work(
    (bullJob) => {
      const done = work(bullJob).finally(() => running.delete(done))
      running.add(done)
      return done
    },
    { ...WORKER_SETTINGS, concurrency },
  )
  let stopped: Promise<void> | undefined
  const stop = async (deadlineMs: number) => {
    stopping.abort()
    // While the backend is away, a worker waits for it, without end and for nothing when it is idle.
    const isForced = running.size === 0 && !(await backend.reachable())
    const closed = worker.close(isForced).then(() => true)
    if ((await within(deadlineMs, closed)) === true) return
    log.warn({ event: 'consumer_abandoned', deadlineMs }, 'jobs were still running; they start again elsewhere')
    void worker.disconnect().catch(() => undefined)
  }
  return {
    stop: (deadlineMs) => {
      stopped ??= stop(deadlineMs)
      return stopped
    },
  }
}

/** What came out of the backend, if it is what we put in: others may write there too. */
function toJob(data: unknown): Job | null {
  if (typeof data !== 'object' || data === null || !('kind' in data)) return null
  const { kind } = data
  if (kind === 'events' || kind === 'inbound') return { kind }
  const sendId = 'sendId' in data ? data.sendId : undefined
  const isSend = typeof sendId === 'string' && isId<'send'>(sendId)
  if (kind === 'prepare' && isSend) return { kind, sendId }
  if (kind === 'deliver' && (isSend || sendId === null)) return { kind, sendId }
  return null
}

async function drain(backend: Backend): Promise<void> {
  for (;;) {
    const counts = await backend.queue.getJobCounts('waiting', 'prioritized', 'active')
    if (Object.values(counts).every((count) => count === 0)) return
    await systemClock.sleep(DRAIN_POLL_MS)
  }
}

/** The promise's value, or null when it takes longer; it goes on unwatched then. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | null> {
  const answered = new AbortController()
  const late = systemClock.sleep(ms, answered.signal).then(() => null)
  try {
    return await Promise.race([promise, late])
  } finally {
    answered.abort()
    promise.catch(() => undefined)
  }
}
