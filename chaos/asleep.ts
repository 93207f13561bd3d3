import { setTimeout as sleep } from 'node:timers/promises'
import type { Scenario } from './scenario.ts'
import type { World } from './world.ts'

const HOUR_MS = 3_600_000
const NIGHTS = { short: 2, long: 10 }

/** The machine sleeps for 25 hours in the middle of a send: what was in doubt is held, for the provider has forgotten. */
export const asleep: readonly Scenario[] = [
  {
    name: 'asleep-for-25-hours',
    spec: () => ({
      provider: 'resend',
      queue: 'redis',
      readers: 300,
      batchSize: 10,
      resend: { latencyMs: [0, 1_000] },
      mayBeUncertain: ['too_old'],
    }),
    run: async (world, size) => {
      await world.crew.startMany(3)
      for (let night = 0; night < NIGHTS[size]; night++) await sleepOnce(world)
    },
  },
]

async function sleepOnce(world: World): Promise<void> {
  const { crew, random, resend } = world
  const send = await world.send()
  await resend.ask('addFaults', [
    { kind: 'drop_after_accept', skip: random.between(0, 4) },
    { kind: 'hang_after_accept', skip: random.between(0, 4) },
    { kind: 'hang', skip: random.between(0, 4) },
  ])
  const step = random.pick(['frozen', 'leaving', 'answered'] as const)
  await crew.strike(crew.any(), { step, nth: random.between(2, 5), blow: 'SIGSTOP' })
  await sleep(random.between(0, 100))
  const sleepers = crew.workers
  for (const worker of sleepers) crew.stop(worker)
  await world.jump(25 * HOUR_MS)
  for (const worker of sleepers) crew.resume(worker)
  world.faults(3 - (await resend.ask('pendingFaults')))
  await resend.ask('endFaults')
  await world.done(send)
}
