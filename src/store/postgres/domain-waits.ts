import type { DomainWait, PaceStore } from '../store.ts'
import type { Pool } from './pool.ts'

/** Receiving domains that asked for less, one row each, shared by all workers. */
export function createDomainWaits(pool: Pool): Pick<PaceStore, 'enterDomains' | 'deferDomain' | 'clearDomain'> {
  return {
    // Whoever comes first after a wait gets to try one message; the others wait another minute for what becomes of it.
    enterDomains: async (account, domains) => {
      const { rows } = await pool.query<{ domain: string; wait_ms: number | null }>(
        `with probe as (
           update provider_domain
           set until = app_now() + interval '1 minute'
           where account = $1 and domain = any($2) and until <= app_now()
           returning domain
         )
         select domain, null::float8 as wait_ms from probe
         union all
         select domain, extract(epoch from until - app_now())::float8 * 1000
         from provider_domain
         where account = $1 and domain = any($2) and until > app_now()`,
        [account, domains],
      )
      return rows.map(({ domain, wait_ms }): DomainWait => ({ domain, waitMs: wait_ms }))
    },
    deferDomain: async (account, domain, forMs) => {
      await pool.query(
        `insert into provider_domain (account, domain, until)
         values ($1, $2, app_now() + make_interval(secs => $3 / 1000.0))
         on conflict (account, domain) do update
         set strikes = least(provider_domain.strikes + 1, 30),
             until = app_now() + least(
               interval '4 hours',
               make_interval(secs => $3 / 1000.0) * power(2, least(provider_domain.strikes, 10))
             )`,
        [account, domain, forMs],
      )
    },
    clearDomain: async (account, domain) => {
      await pool.query('delete from provider_domain where account = $1 and domain = $2', [account, domain])
    },
  }
}
