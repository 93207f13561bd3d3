import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createPostgresQueue } from '../../src/queue/postgres.ts'
import type { Bell, Job } from '../../src/queue/queue.ts'
import { createRedisQueue } from '../../src/queue/redis.ts'
import { type TestDatabase, testLog } from '../support/database.ts'
import { freePort } from '../support/servers.ts'
import { openStartingUp } from '../support/starting-up.ts'
import { forEachDatabase, forEachTier } from '../support/tiers.ts'
import { describeQueue, describeUnreachableQueue } from './queue-contract.ts'

forEachTier((tier) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await tier.createDatabase()
  })
  afterAll(() => database.drop())

  describeQueue(() => tier.createQueue(database))
})

describe('where nobody listens', () => {
  describe('on Redis', () => {
    describeUnreachableQueue(async () =>
      createRedisQueue({ url: `redis://127.0.0.1:${await freePort()}`, log: testLog }),
    )
  })
  describe('on PostgreSQL', () => {
    describeUnreachableQueue(async () =>
      createPostgresQueue({ url: `postgresql://127.0.0.1:${await freePort()}/pressroom`, log: testLog }),
    )
  })

  test.each([
    ['Redis', 'redis:', ''],
    ['PostgreSQL', 'postgresql:', '/pressroom'],
  ])('a process on %s that is asked to end does so, and soon', async (_, protocol, path) => {
    const program = join(import.meta.dirname, 'queue-process.ts')
    const url = `${protocol}//127.0.0.1:${await freePort()}${path}`
    const child = spawn(process.execPath, ['--import', 'tsx', program, url], { timeout: 20_000, killSignal: 'SIGKILL' })
    const said: string[] = []
    child.stdout.on('data', (part) => said.push(String(part)))
    const [code] = await once(child, 'close')
    expect({ code, said: said.join('') }).toEqual({ code: 0, said: 'closed\n' })
  })
})

describe('where PostgreSQL is still starting up', () => {
  forEachDatabase((tier) => {
    test('a consumer and a bell of that time work once it is up, and the process goes on meanwhile', async () => {
      const database = await tier.createDatabase()
      const gate = await openStartingUp(database.url)
      const queue = createPostgresQueue({ url: gate.url, log: testLog })
      try {
        const jobs: Job[] = []
        const consumer = await queue.consume(async (job) => void jobs.push(job), { concurrency: 2 })
        const bell: Bell = { job: { kind: 'events' }, key: 'events' }
        expect(await queue.enqueue(bell)).toBe(false)
        await vi.waitFor(() => expect(gate.turnedAway).toBeGreaterThan(2), 5_000)
        gate.up()
        await vi.waitFor(async () => {
          await queue.enqueue(bell)
          expect(jobs).not.toEqual([])
        }, 5_000)
        await consumer.stop(1_000)
        expect(jobs[0]).toEqual({ kind: 'events' })
      } finally {
        await queue.close()
        await gate.close()
        await database.drop()
      }
    })
  })
})

describe('where somebody takes the call and says nothing', () => {
  const sockets = new Set<Socket>()
  let silence: Server
  let port: number
  beforeAll(async () => {
    silence = createServer((socket) => sockets.add(socket.on('error', () => undefined)))
    await new Promise<void>((resolve) => silence.listen(0, '127.0.0.1', resolve))
    const address = silence.address()
    port = typeof address === 'object' && address ? address.port : 0
  })
  afterAll(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => silence.close(resolve))
  })

  describe('on Redis', () => {
    describeUnreachableQueue(async () => createRedisQueue({ url: `redis://127.0.0.1:${port}`, log: testLog }))
  })
  describe('on PostgreSQL', () => {
    describeUnreachableQueue(async () =>
      createPostgresQueue({ url: `postgresql://127.0.0.1:${port}/pressroom`, log: testLog }),
    )
  })
})
