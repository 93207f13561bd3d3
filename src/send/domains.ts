import type { FrozenRecipient, Provider } from '../provider/provider.ts'
import type { ClaimedBatch } from '../store/batches.ts'
import type { Store } from '../store/store.ts'

type DomainDeps = { readonly store: Pick<Store, 'pace'>; readonly provider: Pick<Provider, 'account'> }

/** What is known, in this batch, about the receiving domains that asked for less. */
export type Domains = {
  waitMs(recipient: FrozenRecipient): number
  /** The domain takes mail again. */
  clear(recipient: FrozenRecipient): Promise<void>
  defer(recipient: FrozenRecipient, forMs: number): Promise<void>
}

/** Asks which of the domains of a batch want to be left alone, for all workers of the account. */
export async function enterDomains({ store, provider }: DomainDeps, batch: ClaimedBatch): Promise<Domains> {
  const { account } = provider
  const names = [...new Set(batch.frozen.batch.recipients.map(domainOf))]
  const waits = await store.pace.enterDomains(account, names)
  const known = new Map(waits.map(({ domain, waitMs }) => [domain, waitMs ?? 0]))
  return {
    waitMs: (recipient) => known.get(domainOf(recipient)) ?? 0,
    async clear(recipient) {
      if (known.delete(domainOf(recipient))) await store.pace.clearDomain(account, domainOf(recipient))
    },
    async defer(recipient, forMs) {
      known.set(domainOf(recipient), forMs)
      await store.pace.deferDomain(account, domainOf(recipient), forMs)
    },
  }
}

function domainOf({ address }: Pick<FrozenRecipient, 'address'>): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase()
}
