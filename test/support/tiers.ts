import { describe, expect, inject, test } from 'vitest'
import type { Logger } from '../../src/log.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { createQueueInDatabase, createQueueInRedis, type TestQueue } from './queue.ts'

/** One way to run Pressroom, as a test sees it. */
export type Tier = {
  readonly name: 'embedded' | 'postgres' | 'redis'
  /** A fresh migrated database of this tier. */
  createDatabase(): Promise<TestDatabase>
  /** A queue of this tier with nothing in it; on Redis it has a database number of its own. */
  createQueue(database: TestDatabase, log?: Logger): Promise<TestQueue>
}

/**
 * Describes the same tests once for each tier that this machine can offer. A tier it cannot offer is a skipped test
 * that says what is not installed; with PRESSROOM_TEST_ALL=1, as in CI, it is a failing one.
 */
export function forEachTier(define: (tier: Tier) => void): void {
  forEachDatabase(define)
  describeRedis(define)
}

/** The same for what the database alone decides, whatever the queue. */
export function forEachDatabase(define: (tier: Tier) => void): void {
  const { embedded, postgres } = inject('servers')
  describe('on the embedded tier', () => {
    define({ name: 'embedded', createDatabase: onServer(embedded), createQueue: createQueueInDatabase })
  })
  describe('on the PostgreSQL tier', () => {
    if ('missing' in postgres) return reportMissing(postgres.missing)
    define({ name: 'postgres', createDatabase: onServer(postgres.url), createQueue: createQueueInDatabase })
  })
}

function describeRedis(define: (tier: Tier) => void): void {
  const { embedded, postgres, redis } = inject('servers')
  describe('on the Redis tier', () => {
    if ('missing' in redis) return reportMissing(redis.missing)
    const createQueue = (_: TestDatabase, log?: Logger) => createQueueInRedis(redis.url, log)
    define({ name: 'redis', createDatabase: onServer('url' in postgres ? postgres.url : embedded), createQueue })
  })
}

function onServer(url: string): () => Promise<TestDatabase> {
  return () => createTestDatabase(url)
}

function reportMissing(why: string): void {
  if (process.env.PRESSROOM_TEST_ALL === '1') {
    test(`can be tested: ${why}`, () => expect.fail(why))
  } else {
    test.skip(`skipped: ${why}`, () => undefined)
  }
}
