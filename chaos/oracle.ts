import type { Scenario } from './scenario.ts'
import type { WorldSpec } from './world.ts'

const SMALL: WorldSpec = { provider: 'resend', queue: 'redis', readers: 60, batchSize: 10 }

/** Workers that break the promises: a suite that does not find them proves nothing. */
export const oracle: readonly Scenario[] = [
  {
    name: 'broken-new-keys',
    mustFind: 'duplicated',
    spec: () => SMALL,
    run: async (world) => {
      await world.resend.ask('addFaults', [{ kind: 'drop_after_accept', times: 2 }])
      await world.crew.startMany(2, { broken: 'asks_under_new_keys' })
      await world.done(await world.send())
    },
  },
  {
    name: 'broken-asks-again',
    mustFind: 'duplicated',
    spec: () => ({ ...SMALL, provider: 'smtp' }),
    run: async (world) => {
      await world.sink.ask('addFaults', [{ phase: 'dot', fault: { kind: 'close', accepts: true } }])
      await world.crew.startMany(2, { broken: 'asks_again_by_smtp' })
      await world.done(await world.send())
    },
  },
  {
    name: 'broken-sends-nothing',
    mustFind: 'lost',
    spec: () => SMALL,
    run: async (world) => {
      await world.crew.startMany(1, { broken: 'sends_nothing' })
      await world.done(await world.send())
    },
  },
]
