import type { Scenario } from './scenario.ts'
import type { WorkerOrders } from './worker.ts'
import { API_KEY, SECRET, type World, type WorldSpec } from './world.ts'

const SPEC: WorldSpec = { provider: 'resend', queue: 'redis', readers: 600, batchSize: 10 }
const ANOTHER_KEY = 're_another_account'

/** All workers are killed with batches in their hands, and others take over, of which something has changed. */
export const deploys: readonly Scenario[] = [
  {
    name: 'deploy-new-wire',
    spec: () => ({ ...SPEC, mayBeUncertain: ['bytes_changed'] }),
    run: (world) => replaceAll(world, { deploy: 'wire' }, 'held'),
  },
  {
    name: 'deploy-other-bytes',
    spec: () => ({ ...SPEC, mayBeUncertain: ['bytes_changed'] }),
    run: (world) => replaceAll(world, { deploy: 'bytes' }, 'held'),
  },
  {
    name: 'new-secret',
    spec: () => SPEC,
    run: (world) => {
      const config = world.configure({ APP_SECRET: `the-next-secret-of-the-chaos-suite-and-of-nobody,${SECRET}` })
      return replaceAll(world, { config }, 'resolved')
    },
  },
  {
    name: 'other-account',
    spec: () => ({
      ...SPEC,
      resend: {
        apiKeys: [
          { key: API_KEY, team: 'one' },
          { key: ANOTHER_KEY, team: 'another' },
        ],
      },
      mayBeUncertain: ['account_changed'],
    }),
    run: async (world) => {
      const config = world.configure({ RESEND_API_KEY: ANOTHER_KEY })
      await replaceAll(world, { config }, 'held')
    },
  },
]

/** Doubts of the workers before are `held` for the operator by those after, or `resolved`. */
async function replaceAll(world: World, change: Partial<WorkerOrders>, doubts: 'held' | 'resolved'): Promise<void> {
  const { crew, random } = world
  await crew.startMany(3)
  const send = await world.send()
  const strikes = crew.workers.map((worker) => {
    const step = random.pick(['leaving', 'answered'] as const)
    return crew.strike(worker, { step, nth: random.between(2, 4), blow: 'SIGKILL' })
  })
  await Promise.all(strikes)
  await crew.startMany(3, change)
  await world.outliveLeases()
  // Doubts of an account that nobody uses any more are held after ten minutes.
  await world.jump(11 * 60_000)
  await world.done(send)
  const { uncertain } = await world.app.store.sends.progress(send.id)
  if (doubts === 'held' && uncertain === 0) world.complain('Nothing was in doubt, so nothing was proven.')
}
