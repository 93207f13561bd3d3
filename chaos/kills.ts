import { setTimeout as sleep } from 'node:timers/promises'
import type { Scenario, Size } from './scenario.ts'
import type { World } from './world.ts'

const SIZES = {
  redis: { short: { kills: 10, readers: 1_000 }, long: { kills: 300, readers: 50_000 } },
  postgres: { short: { kills: 10, readers: 1_000 }, long: { kills: 100, readers: 20_000 } },
}

/** Random workers are killed at random moments of a send, and others started at once. */
export const randomKills: readonly Scenario[] = (['redis', 'postgres'] as const).map((queue) => ({
  name: `kills-queue-on-${queue}`,
  spec: (size: Size) => ({
    provider: 'resend' as const,
    queue,
    readers: SIZES[queue][size].readers,
    batchSize: 25,
    resend: { requestsPerSecond: 1, latencyMs: [100, 3_000] },
  }),
  run: (world: World, size: Size) => killAtRandom(world, SIZES[queue][size].kills),
}))

/** Kills workers, and stops some past their leases, while one send after another goes out. */
export async function killAtRandom(world: World, kills: number): Promise<void> {
  const { crew, random } = world
  await crew.startMany(4)
  const sending = await world.keepSending()
  while (crew.kills < kills) {
    await sleep(random.between(20, 500))
    const victim = crew.any()
    if (random.chance(0.15)) await stopForAWhile(world, victim)
    else {
      await crew.kill(victim)
      await crew.replace()
      // Half of the time others are killed while the lease still stands.
      if (random.chance(0.5)) await world.outliveLeases()
    }
  }
  await world.outliveLeases()
  await sending.stop()
}

async function stopForAWhile(world: World, victim: ReturnType<World['crew']['any']>): Promise<void> {
  world.crew.stop(victim)
  await world.outliveLeases()
  await world.takenOver(victim.name)
  world.crew.resume(victim)
}
