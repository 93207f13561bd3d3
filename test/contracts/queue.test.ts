import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPostgresQueue } from '../../src/queue/postgres.ts'
import { createRedisQueue } from '../../src/queue/redis.ts'
import { type TestDatabase, testLog } from '../support/database.ts'
import { freePort } from '../support/servers.ts'
import { forEachTier } from '../support/tiers.ts'
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
