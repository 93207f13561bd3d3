import { setTimeout as sleep } from 'node:timers/promises'
import type { SinkPhase } from '../test/support/smtp-sink.ts'
import { injectFaults, killNowAndThen } from './faults.ts'
import { killAtRandom } from './kills.ts'
import type { Random } from './random.ts'
import type { Scenario, Size } from './scenario.ts'
import type { SmtpFault } from './smtp.ts'
import { SMTP_DOUBTS, type World, type WorldSpec } from './world.ts'

const KILLS = { short: 8, long: 100 }
const FAULTS = { short: 30, long: 300 }

const spec = (): WorldSpec => ({
  provider: 'smtp',
  queue: 'redis',
  readers: 300,
  batchSize: 1,
  mayBeUncertain: SMTP_DOUBTS,
})

/** What befalls mail by SMTP: a message whose answer is lost is nobody's to repeat. */
export const smtpFaults: readonly Scenario[] = [
  { name: 'kills-smtp', spec, run: (world, size) => killAtRandom(world, KILLS[size]) },
  { name: 'faults-smtp', spec, run: breakConversations },
  {
    name: 'smtp-down',
    spec,
    run: async (world, size) => {
      await world.crew.startMany(3)
      const sending = await world.keepSending()
      for (let time = 0; time < FAULTS[size] / 10; time++) {
        await sleep(world.random.between(100, 800))
        await world.sink.ask('down')
        world.faults(1)
        await sleep(world.random.between(100, 1_500))
        await world.sink.ask('up')
      }
      await sending.stop()
    },
  },
]

async function breakConversations(world: World, size: Size): Promise<void> {
  const { crew, sink } = world
  await crew.startMany(3)
  const sending = await world.keepSending()
  await Promise.all([injectFaults(world, FAULTS[size], sink, randomFault), killNowAndThen(world, KILLS[size] / 4)])
  await sending.stop()
}

const PHASES: readonly SinkPhase[] = ['connect', 'ehlo', 'mail', 'rcpt', 'data', 'body', 'dot']
const REPLIES = [
  '421 4.3.2 closing down',
  '421 4.7.0 too many connections',
  '450 4.2.0 mailbox busy',
  '451 4.3.0 try later',
  '451 4.7.1 slow down',
  '452 4.3.1 disk full',
  '454 4.7.0 not now',
  '550 5.1.1 nobody here',
  '552 5.3.4 too big',
  '554 5.7.1 not wanted',
  'nonsense',
]

/** At the end of the message some are taken although nobody hears of it. */
function randomFault(random: Random): SmtpFault {
  const phase = random.pick(PHASES)
  const kind = random.pick(['reply', 'reply', 'close', 'reset', 'hang'] as const)
  if (kind === 'reply') return { phase, fault: { kind, reply: random.pick(REPLIES) } }
  return { phase, fault: { kind, accepts: phase === 'dot' && random.chance(0.5) } }
}
