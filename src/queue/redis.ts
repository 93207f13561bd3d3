import { once } from 'node:events'
import { createRedisBackend, withBackend } from 'bullmq'
import { Redis, type RedisOptions } from 'ioredis'
import type { Logger } from '../log.ts'
import { type Backend, complainer, createBullQueue, QUEUE_NAME } from './bullmq.ts'
import type { Queue } from './queue.ts'

export type RedisQueueOptions = {
  /** `redis://` or `rediss://`. */
  readonly url: string
  /** Before every key, so that several installations can share a Redis; default `pressroom`. */
  readonly prefix?: string
  readonly log: Logger
}

/** BullMQ on Redis 6.2 or newer. Nothing here throws when Redis is away, at start or later: see `check`. */
export function createRedisQueue({ url, prefix = 'pressroom', log }: RedisQueueOptions): Queue {
  const { Queue, Worker } = withBackend(createRedisBackend)
  const { complain, settled } = complainer(log)
  const connect = (options: RedisOptions) => {
    const connection = new Redis(url, { retryStrategy: (times) => Math.min(200 * times, 2_000), ...options })
    follow(connection, connections)
    return connection.on('error', complain).on('ready', settled)
  }
  const connections = new Set<Redis>()
  // A producer answers at once, a worker waits for as long as it takes.
  const producer = connect({ enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 3_000 })
  const queue = new Queue(QUEUE_NAME, { connection: producer, prefix })
  queue.on('error', complain)
  const firstContact = once(producer, 'ready', { signal: AbortSignal.timeout(2_500) }).catch(() => undefined)

  const backend: Backend = {
    name: 'redis',
    queue,
    work: (processor, settings) => {
      const connection = connect({ maxRetriesPerRequest: null })
      const worker = new Worker(QUEUE_NAME, processor, { ...settings, connection, prefix })
      return worker.on('error', complain)
    },
    reachable: async () => {
      await firstContact
      return producer.status === 'ready'
    },
    check: () => checkRedis(producer, firstContact),
    disconnect: async () => {
      for (const connection of connections) connection.disconnect()
    },
  }
  return createBullQueue(backend, log)
}

/**
 * Keeps a connection and all that are made after its pattern: BullMQ makes one for each worker, and does not end it
 * while Redis is away.
 */
function follow(connection: Redis, connections: Set<Redis>): Redis {
  const duplicate = connection.duplicate.bind(connection)
  connection.duplicate = (override) => follow(duplicate(override), connections)
  connections.add(connection)
  return connection
}

async function checkRedis(redis: Redis, firstContact: Promise<unknown>): ReturnType<Backend['check']> {
  await firstContact
  const info = `${await redis.info('server')}\n${await redis.info('memory')}`
  const field = (name: string) => info.match(new RegExp(`^${name}:(.*?)\\r?$`, 'm'))?.[1] ?? 'unknown'
  const version = field('redis_version')
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < 6 || (major === 6 && minor < 2)) {
    return { ok: false, detail: `Redis ${version} is too old: 6.2 or newer is needed.` }
  }
  const policy = field('maxmemory_policy')
  const warning = `; its eviction policy is ${policy} and may drop jobs: set maxmemory-policy noeviction`
  return { ok: true, detail: `Redis ${version}${policy === 'noeviction' ? '' : warning}` }
}
