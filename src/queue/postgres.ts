import { createPostgresBackend, withBackend } from 'bullmq'
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

/** BullMQ on PostgreSQL, in the schema `bullmq` that `migrate` makes, with a pool of its own. */
export function createPostgresQueue({ url, maxConnections = 12, log }: PostgresQueueOptions): Queue {
  const { Queue, Worker } = withBackend(createPostgresBackend)
  const { complain } = complainer(log)
  const searchPath = 'bullmq,public'
  const pool = createPool({ url, max: maxConnections, applicationName: 'pressroom queue', searchPath, log })
  // Every BullMQ object listens for the pool's errors.
  pool.setMaxListeners(50)
  const queue = new Queue(QUEUE_NAME, { connection: pool })
  queue.on('error', complain)

  const backend: Backend = {
    name: 'postgres',
    queue,
    work: (processor, settings) => {
      const worker = new Worker(QUEUE_NAME, processor, { ...settings, connection: pool })
      return worker.on('error', complain)
    },
    // A pool that cannot connect says so at once.
    reachable: async () => true,
    check: () => checkPostgres(pool, queue),
    disconnect: () => pool.end(),
  }
  return createBullQueue(backend, log)
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
