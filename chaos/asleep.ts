import { setTimeout as sleep } from 'node:timers/promises'
import type { Scenario } from './scenario.ts'
import type { World } from './world.ts'

const HOUR_MS = 3_600_000
const ARRIVES_WITHIN_MS = 100
const FAULTS_A_NIGHT = 6
const NIGHTS = { short: 4, long: 20 }

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
      const sending = await world.keepSending()
      for (let night = 0; night < NIGHTS[size]; night++) await sleepOnce(world)
      await sending.stop()
    },
  },
]

async function sleepOnce(world: World): Promise<void> {
  const { crew, random, resend } = world
  await resend.ask('addFaults', [
    // Many, so that what is asked a second time is among what sleeps.
    { kind: 'drop_after_accept', skip: random.between(0, 4), times: 4 },
    { kind: 'hang_after_accept', skip: random.between(0, 4) },
    { kind: 'hang', skip: random.between(0, 4) },
  ])
  const step = random.pick(['frozen', 'leaving', 'answered'] as const)
  await crew.strike(crew.any(), { step, nth: random.between(2, 5), blow: 'SIGSTOP' })
  await sleep(random.between(0, 100))
  const sleepers = crew.workers
  for (const worker of sleepers) crew.stop(worker)
  // Only this machine sleeps: what has left arrives, and whoever waits for more hangs up long before a day is over.
  await sleep(ARRIVES_WITHIN_MS)
  await resend.ask('cut')
  await world.jump(25 * HOUR_MS)
  for (const worker of sleepers) crew.resume(worker)
  world.faults(FAULTS_A_NIGHT - (await resend.ask('pendingFaults')))
  await resend.ask('endFaults')
}
