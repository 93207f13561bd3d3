import type { Store } from '../store.ts'
import { createBatchStore } from './batches.ts'
import { createDeliveryStore } from './deliveries.ts'
import { createEventStore } from './events.ts'
import { createExportStore } from './export.ts'
import { createImportStore } from './import.ts'
import { createInboundStore } from './inbound.ts'
import { createArticleStore, createEditionStore, createIssueStore } from './issues.ts'
import { createKeyStore } from './keys.ts'
import { LOCKS } from './locks.ts'
import { createNewsletterStore } from './newsletters.ts'
import { createOperatorStore } from './operator.ts'
import { createPaceStore } from './pace.ts'
import { createPersonalDataStore } from './personal-data.ts'
import { type Pool, transaction } from './pool.ts'
import { createSendStore } from './sends.ts'
import { createSubscriberStore } from './subscribers.ts'
import { createSuppressionStore } from './suppressions.ts'

/** Everything that lasts, on PostgreSQL 14 or newer. The database must have been migrated. Closing it ends the pool. */
export function createPostgresStore(pool: Pool): Store {
  return {
    newsletters: createNewsletterStore(pool),
    articles: createArticleStore(pool),
    issues: createIssueStore(pool),
    editions: createEditionStore(pool),
    sends: createSendStore(pool),
    batches: createBatchStore(pool),
    deliveries: createDeliveryStore(pool),
    pace: createPaceStore(pool),
    subscribers: createSubscriberStore(pool),
    personalData: createPersonalDataStore(pool),
    imports: createImportStore(pool),
    exports: createExportStore(pool),
    suppressions: createSuppressionStore(pool),
    events: createEventStore(pool),
    inbound: createInboundStore(pool),
    keys: createKeyStore(pool),
    operator: createOperatorStore(pool),
    alone: (name, work) =>
      transaction(pool, async (tx) => {
        const { rows } = await tx.query<{ ours: boolean }>('select pg_try_advisory_xact_lock($1) as ours', [
          LOCKS[name],
        ])
        if (!rows[0]?.ours) return false
        await work()
        return true
      }),
    now: async () => {
      const { rows } = await pool.query<{ now: Date }>('select app_now() as now')
      return rows[0]?.now ?? new Date(Number.NaN)
    },
    describe: async () => {
      const { rows } = await pool.query<{ described: string }>(
        `select 'PostgreSQL ' || current_setting('server_version') || ', database ' || current_database() as described`,
      )
      return rows[0]?.described ?? 'PostgreSQL'
    },
    close: () => pool.end(),
  }
}
