import { Redis } from 'ioredis'
import type { Logger } from '../../src/log.ts'
import { createPostgresQueue } from '../../src/queue/postgres.ts'
import type { Queue } from '../../src/queue/queue.ts'
import { createRedisQueue } from '../../src/queue/redis.ts'
import { type TestDatabase, testLog } from './database.ts'

/** A queue that only this test uses. */
export type TestQueue = {
  readonly queue: Queue
  /** Loses every job and all else the queue remembers, as FLUSHALL does. */
  loseEverything(): Promise<void>
  /** Where it is; null: in the test's database. */
  readonly redisUrl: string | null
}

/** The queue in a test's database, emptied. Close it before the database is dropped. */
export async function createQueueInDatabase({ url, pool }: TestDatabase, log: Logger = testLog): Promise<TestQueue> {
  const loseEverything = async () => {
    await pool.query('truncate bullmq.job, bullmq.dedup, bullmq.meta, bullmq.event cascade')
  }
  await loseEverything()
  return { queue: createPostgresQueue({ url, log }), loseEverything, redisUrl: null }
}

/** A queue in a Redis database that nobody else has been given. */
export async function createQueueInRedis(url: string, log: Logger = testLog): Promise<TestQueue> {
  const own = `${url}/${await withRedis(url, (redis) => redis.incr('databases-given'))}`
  const loseEverything = async () => void (await withRedis(own, (redis) => redis.flushdb()))
  return { queue: createRedisQueue({ url: own, log }), loseEverything, redisUrl: own }
}

async function withRedis<T>(url: string, use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url)
  try {
    return await use(redis)
  } finally {
    redis.disconnect()
  }
}
