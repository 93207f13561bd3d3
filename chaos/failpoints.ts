import type { DeliverStep } from '../src/send/deliver.ts'
import type { Scenario, Size } from './scenario.ts'
import type { Blow, Failpoint } from './worker.ts'
import { SMTP_DOUBTS, type World, type WorldSpec } from './world.ts'

const STEPS: readonly DeliverStep[] = ['slot_taken', 'frozen', 'leaving', 'answered', 'recorded']
const BLOWS: readonly Blow[] = ['SIGKILL', 'SIGSTOP', 'exception']
const TIMES = { short: 1, long: 5 }

/** Every step × every blow, in any order, while one send after another goes out. */
export const failpoints: readonly Scenario[] = (['resend', 'smtp', 'outbox'] as const).map((provider) => ({
  name: `failpoints-${provider}`,
  spec: (): WorldSpec => ({
    provider,
    queue: 'redis',
    readers: 150,
    batchSize: 10,
    mayBeUncertain: provider === 'smtp' ? SMTP_DOUBTS : [],
  }),
  run: strikeEverywhere,
}))

async function strikeEverywhere(world: World, size: Size): Promise<void> {
  const { crew, random } = world
  const cells = STEPS.flatMap((step) => BLOWS.map((blow) => ({ step, blow })))
  await crew.startMany(3)
  const sending = await world.keepSending()
  const rounds = Array.from({ length: TIMES[size] }, () => cells).flat()
  for (const cell of random.shuffled(rounds)) await strike(world, { ...cell, nth: random.between(1, 3) })
  await sending.stop()
}

async function strike(world: World, failpoint: Failpoint): Promise<void> {
  const { crew } = world
  const victim = crew.any()
  await crew.strike(victim, failpoint)
  switch (failpoint.blow) {
    case 'SIGKILL':
      await crew.replace()
      return world.outliveLeases()
    case 'SIGSTOP':
      await world.outliveLeases()
      await world.takenOver(victim.name)
      return crew.resume(victim)
    case 'exception':
      world.faults(1)
      return world.outliveLeases()
  }
}
