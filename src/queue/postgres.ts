import { createPostgresBackend, withBackend } from 'bullmq'
import { systemClock } from '../clock.ts'
import type { Logger } from '../log.ts'
import { createPool, type Pool, requireSupportedServer } from '../store/postgres/pool.ts'
import { type Backend, complainer, createBullQueue, QUEUE_NAME } from './bullmq.ts'
import type { Queue } from './queue.ts'

export type PostgresQueueOptions = {
  /** A direct connection: BullMQ listens for notifications, which a transaction pooler does not pass on. */
  readonly url: string
  /** Connections at most; each consumer keeps one for listening. Default 12. */
  readonly maxConnections?: number
  readonly log: Logger
}

const START_AGAIN_MS = 1_000

/** BullMQ on PostgreSQL, in the schema `bullmq` that `migrate` makes, with a pool of its own. */
export function createPostgresQueue({ url, maxConnections = 12, log }: PostgresQueueOptions): Queue {
  const { Queue, Worker } = withBackend(createPostgresBackend)
  const { complain } = complainer(log)
  const searchPath = 'bullmq,public'
  const pool = createPool({ url, max: maxConnections, applicationName: 'pressroom queue', searchPath, log })
  // Every BullMQ object listens for the pool's errors.
  pool.setMaxListeners(50)
  const open = () => new Queue(QUEUE_NAME, { connection: pool }).on('error', complain)
  let queue = open()
  // Whatever keeps BullMQ from its tables at its first attempt (a server that is still starting up, say) it remembers for
  // good: each call fails at once from then on, and a worker tries again without end or pause, so that its process does
  // nothing else. So only objects that have been ready are used; others are replaced.
  const readyQueue = async () => {
    if (!(await isReady(queue))) {
      await queue.close().catch(complain)
      queue = open()
      await queue.waitUntilReady()
    }
    return queue
  }

  const backend: Backend = {
    name: 'postgres',
    queue: {
      addBulk: async (jobs) => (await readyQueue()).addBulk(jobs),
      getJobCounts: async (...types) => (await readyQueue()).getJobCounts(...types),
      close: () => queue.close(),
    },
    work: (processor, settings) => {
      const stopping = new AbortController()
      let worker: ReturnType<Backend['work']> | undefined
      const start = async () => {
        await pool.query('select 1')
        const candidate = new Worker(QUEUE_NAME, processor, { ...settings, autorun: false, connection: pool })
        worker = candidate.on('error', complain)
        if (await isReady(candidate)) return candidate
        await candidate.close(true)
        return null
      }
      const startOnce = async () => {
        while (!stopping.signal.aborted) {
          const started = await start().catch(complain)
          if (started && !stopping.signal.aborted) return void started.run().catch(complain)
          await systemClock.sleep(START_AGAIN_MS, stopping.signal)
        }
      }
      void startOnce()
      return {
        close: async (force) => {
          stopping.abort()
          await worker?.close(force)
        },
        disconnect: async () => worker?.disconnect(),
      }
    },
    // A pool that cannot connect says so at once.
    reachable: async () => true,
    check: () => checkPostgres(pool, backend.queue),
    disconnect: () => pool.end(),
  }
  return createBullQueue(backend, log)
}

function isReady(one: { waitUntilReady(): Promise<unknown> }): Promise<boolean> {
  return one.waitUntilReady().then(
    () => true,
    () => false,
  )
}

async function checkPostgres(pool: Pool, queue: Backend['queue']): ReturnType<Backend['check']> {
  const { version } = await requireSupportedServer(pool)
  try {
    await queue.getJobCounts('waiting')
    return { ok: true, detail: `PostgreSQL ${version}` }
  } catch {
    return { ok: false, detail: `PostgreSQL ${version}, but the queue's tables are missing: run "pressroom migrate".` }
  }
}
