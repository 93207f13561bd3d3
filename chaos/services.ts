import { setTimeout as sleep } from 'node:timers/promises'
import type { Scenario, Size } from './scenario.ts'
import type { Site } from './site.ts'
import { SMTP_DOUBTS, type World } from './world.ts'

const TIMES = { short: 3, long: 15 }

/** The servers behind it are killed, emptied and restarted in the middle of sends. */
export const services: readonly Scenario[] = [
  {
    name: 'redis-killed',
    needs: 'redis',
    spec: () => ({ provider: 'resend', queue: 'redis', readers: 500, batchSize: 10 }),
    run: (world, size, site) => breakAServer(world, size, () => breakRedis(world, site)),
  },
  {
    name: 'postgres-crashed',
    spec: () => ({ provider: 'resend', queue: 'redis', readers: 500, batchSize: 10 }),
    run: (world, size, site) => breakAServer(world, size, () => site.postgres.crash()),
  },
  {
    name: 'postgres-crashed-smtp',
    spec: () => ({ provider: 'smtp', queue: 'redis', readers: 300, batchSize: 1, mayBeUncertain: SMTP_DOUBTS }),
    run: (world, size, site) => breakAServer(world, size, () => site.postgres.crash()),
  },
  {
    name: 'postgres-crashed-with-queue',
    spec: () => ({ provider: 'resend', queue: 'postgres', readers: 500, batchSize: 10 }),
    run: (world, size, site) => breakAServer(world, size, () => site.postgres.crash()),
  },
]

async function breakAServer(world: World, size: Size, breakIt: () => Promise<void>): Promise<void> {
  const { crew, random } = world
  await crew.startMany(3)
  const sending = await world.keepSending()
  for (let time = 0; time < TIMES[size]; time++) {
    await sleep(random.between(200, 1_500))
    await breakIt()
    world.faults(1)
    if (random.chance(0.5)) {
      await crew.kill(crew.any())
      await crew.replace()
    }
    await world.outliveLeases()
  }
  await sending.stop()
}

async function breakRedis({ random }: World, { redis }: Site): Promise<void> {
  if (!redis) return
  if (random.chance(0.5)) return redis.flushAll()
  await redis.kill()
  await sleep(random.between(0, 1_000))
  await redis.start()
}
