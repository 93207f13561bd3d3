import { setTimeout as sleep } from 'node:timers/promises'
import { cancelSend, pauseSend, resumeSend } from '../src/send/steer.ts'
import { killNowAndThen } from './faults.ts'
import type { Scenario } from './scenario.ts'
import type { World } from './world.ts'

const TIMES = { short: 4, long: 30 }
const ACTOR = 'chaos'

/** An operator pauses, resumes and cancels, and workers come and go, while others are killed. */
export const steering: readonly Scenario[] = [
  {
    name: 'paused-and-resumed',
    spec: () => ({
      provider: 'resend',
      queue: 'redis',
      readers: 800,
      batchSize: 10,
      resend: { latencyMs: [0, 1_000] },
    }),
    run: async (world, size) => {
      await world.crew.startMany(3)
      for (let time = 0; time < TIMES[size]; time += 2) {
        const send = await world.send()
        await Promise.all([killNowAndThen(world, 1), pauseAndResume(world, send.id), pauseAndResume(world, send.id)])
        await world.done(send)
      }
    },
  },
  {
    name: 'cancelled-and-sent-again',
    spec: () => ({
      provider: 'resend',
      queue: 'redis',
      readers: 400,
      batchSize: 10,
      resend: { latencyMs: [0, 1_000] },
      mayBeUncertain: ['cancelled'],
    }),
    run: async (world, size) => {
      await world.crew.startMany(3)
      for (let time = 0; time < TIMES[size]; time++) await cancelAndSendAgain(world)
    },
  },
  {
    name: 'workers-come-and-go',
    spec: () => ({
      provider: 'resend',
      queue: 'redis',
      readers: 800,
      batchSize: 10,
      resend: { latencyMs: [0, 1_000] },
    }),
    run: async (world, size) => {
      const { crew, random } = world
      await crew.startMany(2)
      const sending = await world.keepSending()
      for (let time = 0; time < TIMES[size]; time++) {
        await sleep(random.between(0, 500))
        await crew.start()
        await crew.dismiss(crew.any())
      }
      await sending.stop()
    },
  },
]

async function pauseAndResume({ app, random }: World, id: Parameters<typeof pauseSend>[1]): Promise<void> {
  await sleep(random.between(50, 600))
  // Not sending yet or not any more is an answer like any other.
  await pauseSend(app, id, ACTOR).catch(() => {})
  await sleep(random.between(50, 600))
  await resumeSend(app, id, ACTOR).catch(() => {})
}

async function cancelAndSendAgain(world: World): Promise<void> {
  const { app, random } = world
  const first = await world.send()
  await world.resend.ask('addFaults', [
    { kind: random.pick(['drop_after_accept', 'hang_after_accept', 'drop']), times: 2 },
  ])
  const kills = killNowAndThen(world, 1)
  await sleep(random.between(100, 900))
  await cancelSend(app, first.id, ACTOR).catch(() => {})
  const second = await world.send(first.issue)
  await kills
  world.faults(2 - (await world.resend.ask('pendingFaults')))
  await world.resend.ask('endFaults')
  await Promise.all([world.done(first), world.done(second)])
}
