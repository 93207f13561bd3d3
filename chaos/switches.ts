import type { Undocumented } from '../src/fake-resend/options.ts'
import { injectFaults, killNowAndThen } from './faults.ts'
import type { Scenario } from './scenario.ts'

const KILLS = { short: 1, long: 8 }
const FAULTS = { short: 10, long: 80 }

const DOCUMENTED_NOWHERE: readonly Partial<Undocumented>[] = [
  { cacheErrors: '4xx', keySpace: 'shared', rateLimitedBindsKey: true },
  { cacheErrors: 'all', keyScope: 'key', addressErrorName: 'invalid_parameter' },
  { cacheErrors: 'none', fingerprint: 'bytes', validationInFingerprint: true },
  { fingerprint: 'unordered', permissiveReplay: 'ids_only', rateLimitedBindsKey: false },
]

/** What Resend does not document, whichever way it is, with faults and kills. It stays as it is during a send. */
export const switches: Scenario = {
  name: 'switches',
  spec: () => ({ provider: 'resend', queue: 'redis', readers: 200, batchSize: 10 }),
  run: async (world, size) => {
    await world.crew.startMany(3)
    for (const undocumented of DOCUMENTED_NOWHERE) {
      await world.resend.ask('change', { undocumented })
      const sending = await world.keepSending()
      await Promise.all([injectFaults(world, FAULTS[size]), killNowAndThen(world, KILLS[size])])
      await sending.stop()
    }
  },
}
