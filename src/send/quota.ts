import type { Clock } from '../clock.ts'
import type { Logger } from '../log.ts'
import type { Provider } from '../provider/provider.ts'
import type { ProviderState, Store } from '../store/store.ts'
import type { Turns } from './turn.ts'

type QuotaDeps = {
  readonly store: Pick<Store, 'pace'>
  readonly provider: Pick<Provider, 'account' | 'dailyQuota'>
  readonly turns: Turns
  readonly clock: Clock
  readonly log: Logger
}

const DEADLINE_MS = 10_000

/** Asks the provider for the quota of the day when bulk mail is to come, once in five minutes, whoever asks. */
export async function refreshQuota(
  { store, provider, turns, clock, log }: QuotaDeps,
  signal: AbortSignal,
): Promise<void> {
  const { account } = provider
  if (!provider.dailyQuota || !(await store.pace.shouldAskQuota(account))) return
  const turn = await turns.take(signal)
  if (!turn) return
  await clock.sleep(Math.max(0, turn.at - clock.now().getTime()), signal)
  if (signal.aborted) return
  const over = new AbortController()
  const call = AbortSignal.any([signal, over.signal])
  clock.sleep(DEADLINE_MS, over.signal).then(() => over.abort())
  const quota = await provider.dailyQuota(call).finally(() => over.abort())
  if (!quota) return
  await store.pace.learnQuota(account, quota)
  log.debug({ event: 'quota_read', limit: quota.limit, used: quota.used })
}

/** The most recipients that one batch may have, so that a tenth of the day's quota can be kept for single mail. */
export function recipientsWithin(quota: ProviderState['dailyQuota']): number {
  return quota?.limit ? Math.max(1, Math.floor(quota.limit / 10)) : Number.POSITIVE_INFINITY
}
