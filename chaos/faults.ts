import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultInput } from '../src/fake-resend/faults.ts'
import type { Process } from './process.ts'
import type { Random } from './random.ts'
import type { Scenario } from './scenario.ts'
import type { SinkAnswers } from './sink.ts'
import type { World } from './world.ts'

const FAULTS = { short: 24, long: 400 }
/** Faults that wait at a time. */
const FEW = 3
const TICKS_A_FAULT = 15
const KILLS = { short: 3, long: 40 }

/** The provider fails in every way it has, its limits are reached, it goes away; workers are killed meanwhile. */
export const resendFaults: readonly Scenario[] = [
  {
    name: 'faults-resend',
    spec: () => ({
      provider: 'resend',
      queue: 'redis',
      readers: 400,
      batchSize: 10,
      resend: { latencyMs: [0, 1_000] },
    }),
    run: async (world, size) => {
      await world.crew.startMany(3)
      const sending = await world.keepSending()
      await Promise.all([injectFaults(world, FAULTS[size]), killNowAndThen(world, KILLS[size])])
      await sending.stop()
    },
  },
  {
    // So many calls at once that most of them are turned away: a 429 costs time and nothing else.
    name: 'rate-limit',
    spec: () => ({ provider: 'resend', queue: 'redis', readers: 400, batchSize: 5, resend: { requestsPerSecond: 2 } }),
    run: async (world, size) => {
      await world.crew.startMany(4)
      const sending = await world.keepSending()
      // Workers believe in a pace that the account has not.
      const tooFast = () => world.app.store.pace.learn(world.app.provider.account, 50)
      for (let time = 0; time < FAULTS[size] / 4; time++) await Promise.all([sleep(150), tooFast()])
      await sending.stop()
      const statuses = await world.resend.ask('statuses')
      world.faults(statuses['429'] ?? 0)
    },
  },
  {
    name: 'daily-quota',
    spec: () => ({
      provider: 'resend',
      queue: 'redis',
      readers: 300,
      batchSize: 10,
      resend: { dailyQuota: 130 },
      // A doubt that the quota keeps from being resolved until its key is forgotten.
      mayBeUncertain: ['too_old'],
    }),
    run: async (world, size) => {
      await world.crew.startMany(3)
      const sending = await world.keepSending()
      await killNowAndThen(world, KILLS[size])
      await sending.stop()
      world.faults((await world.resend.ask('statuses'))['429'] ?? 0)
    },
  },
  {
    name: 'provider-down',
    spec: () => ({
      provider: 'resend',
      queue: 'redis',
      readers: 400,
      batchSize: 10,
      resend: { latencyMs: [0, 1_000] },
    }),
    run: async (world, size) => {
      await world.crew.startMany(3)
      const sending = await world.keepSending()
      for (let time = 0; time < KILLS[size]; time++) {
        await sleep(world.random.between(100, 800))
        await world.resend.ask('down')
        world.faults(1)
        await sleep(world.random.between(100, 1_500))
        await world.resend.ask('up')
      }
      await sending.stop()
    },
  },
]

/** Has so many faults befall calls, a few at a time, and cuts that spare nobody; then no more. */
export async function injectFaults(
  world: World,
  count: number,
  sink: Process<SinkAnswers> = world.resend,
  randomOne: (random: Random) => unknown = randomFault,
): Promise<void> {
  const { random } = world
  let added = 0
  let cuts = 0
  const befallen = async () => added - (await sink.ask('pendingFaults'))
  // Some wait for what does not come again: a connection, say, where all are kept.
  for (let tick = 0; (await befallen()) < count && tick < count * TICKS_A_FAULT; tick++) {
    await sleep(random.between(10, 120))
    if (random.chance(0.1)) cuts += await sink.ask('cut')
    else if (added - (await befallen()) < FEW || random.chance(0.1)) {
      await sink.ask('addFaults', [randomOne(random)])
      added += 1
    }
  }
  world.faults((await befallen()) + cuts)
  await sink.ask('endFaults')
}

/** Kills random workers at random moments, each replaced at once. */
export async function killNowAndThen({ crew, random, outliveLeases }: World, kills: number): Promise<void> {
  for (let kill = 0; kill < kills; kill++) {
    await sleep(random.between(100, 800))
    await crew.kill(crew.any())
    await crew.replace()
    await outliveLeases()
  }
}

function randomFault(random: Random): FaultInput {
  const fault = random.pick<FaultInput>([
    { kind: 'error' },
    { kind: 'error', status: 503, name: 'service_unavailable' },
    { kind: 'error', status: 409, name: 'concurrent_idempotent_requests', retryAfter: '1' },
    // Refused whole for one bad message, as it seems: cut in two.
    { kind: 'error', status: 422, name: 'validation_error' },
    { kind: 'error_after_accept' },
    { kind: 'error_after_accept', status: 503, name: 'service_unavailable' },
    { kind: 'drop' },
    { kind: 'drop_after_accept' },
    { kind: 'hang' },
    { kind: 'hang_after_accept' },
    { kind: 'local_rate_limited' },
    { kind: 'bad_gateway' },
    { kind: 'truncated_json' },
    { kind: 'cut_answer' },
    { kind: 'slow_answer', delayMs: 400 },
    { kind: 'duplicate_answer' },
    { kind: 'hold' },
  ])
  // Good calls between them, or nothing but trouble would get anywhere.
  return { ...fault, skip: random.between(0, 4) }
}
