// A process whose queue is away: node --import tsx queue-process.ts <address of the backend>. It starts a consumer,
// lets go of everything as a worker that is asked to end does, and ends by itself when nothing holds it.
import { createLogger } from '../../src/log.ts'
import { createPostgresQueue } from '../../src/queue/postgres.ts'
import { createRedisQueue } from '../../src/queue/redis.ts'

const url = process.argv[2] ?? ''
const log = createLogger('silent')
const queue = url.startsWith('redis:') ? createRedisQueue({ url, log }) : createPostgresQueue({ url, log })
const consumer = await queue.consume(async () => undefined, { concurrency: 1 })
await queue.check()
await consumer.stop(30_000)
await queue.close()
console.log('closed')
