import type { Undocumented } from '../src/fake-resend/options.ts'
import { injectFaults, killNowAndThen } from './faults.ts'
import type { Scenario } from './scenario.ts'

const KILLS = { short: 1, long: 6 }
const FAULTS = { short: 12, long: 60 }

const SWITCHES: Readonly<Record<string, Partial<Undocumented>>> = {
  'remembers-4xx': { cacheErrors: '4xx', keySpace: 'shared', rateLimitedBindsKey: true },
  'remembers-all-errors': { cacheErrors: 'all', keyScope: 'key', addressErrorName: 'invalid_parameter' },
  'compares-bytes': { fingerprint: 'bytes', validationInFingerprint: true, rateLimitedBindsKey: true },
  'compares-unordered': { fingerprint: 'unordered' },
}

/** What Resend does not document, each way it may be, with faults and kills. */
export const switches: readonly Scenario[] = Object.entries(SWITCHES).map(([name, undocumented]) => ({
  name: `switch-${name}`,
  spec: () => ({ provider: 'resend', queue: 'redis', readers: 200, batchSize: 10, resend: { undocumented } }),
  run: async (world, size) => {
    await world.crew.startMany(3)
    const sending = world.keepSending()
    await Promise.all([injectFaults(world, FAULTS[size]), killNowAndThen(world, KILLS[size])])
    await sending.stop()
  },
}))
