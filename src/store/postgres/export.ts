import type { NewsletterId, SubscriberId } from '../../id.ts'
import type { SubscriptionStatus } from '../../subscriber/subscriber.ts'
import type { SuppressionReason } from '../../suppression/suppression.ts'
import type { ExportRow, ExportStore } from '../imports.ts'
import type { Pool } from './pool.ts'

const ROWS_A_PAGE = 5_000

/** Exports on PostgreSQL. */
export function createExportStore(pool: Pool): ExportStore {
  return { subscriptions: (which) => pages(pool, which) }
}

type Row = {
  newsletter_id: NewsletterId
  subscriber_id: SubscriberId
  slug: string
  address: string
  first_name: string
  status: SubscriptionStatus
  suppressed: SuppressionReason | null
  locale: string | null
  time_zone: string | null
  requested_at: Date
  confirmed_at: Date | null
  unsubscribed_at: Date | null
  attributes: Record<string, string>
}

// Page by page, so that a slow reader of the file keeps no transaction open.
async function* pages(
  pool: Pool,
  { newsletterId, status }: Parameters<ExportStore['subscriptions']>[0],
): AsyncGenerator<readonly ExportRow[]> {
  let last: Row | undefined
  do {
    const { rows }: { rows: Row[] } = await pool.query<Row>(PAGE, [
      newsletterId,
      status,
      last?.newsletter_id,
      last?.subscriber_id,
      ROWS_A_PAGE,
    ])
    if (rows.length > 0) yield rows.map(readRow)
    last = rows.length < ROWS_A_PAGE ? undefined : rows.at(-1)
  } while (last !== undefined)
}

// In the order of the primary key of subscription; each reader is looked up (`offset 0` and `limit 1` keep it so).
const PAGE = `
  select newsletter_id, subscriber_id, newsletter.slug, reader.*, subscription.status, suppressed.reason as suppressed,
         requested_at, confirmed_at, unsubscribed_at
  from subscription
  join newsletter on newsletter.id = newsletter_id
  cross join lateral (
    select address, address_key, first_name, locale, time_zone, attributes
    from subscriber
    where subscriber.id = subscriber_id
    offset 0
  ) as reader
  left join lateral (
    select reason
    from suppression
    where suppression.address_key = reader.address_key
      and (suppression.newsletter_id is null or suppression.newsletter_id = subscription.newsletter_id)
    order by suppression.newsletter_id nulls first
    limit 1
  ) as suppressed on true
  where ($1::uuid is null or subscription.newsletter_id = $1)
    and ($2::text is null or subscription.status = $2)
    and ($3::uuid is null or (subscription.newsletter_id, subscription.subscriber_id) > ($3, $4::uuid))
  order by subscription.newsletter_id, subscription.subscriber_id
  limit $5`

function readRow(row: Row): ExportRow {
  return {
    newsletter: row.slug,
    address: row.address,
    firstName: row.first_name,
    status: row.status,
    suppressed: row.suppressed,
    locale: row.locale,
    timeZone: row.time_zone,
    requestedAt: row.requested_at,
    confirmedAt: row.confirmed_at,
    unsubscribedAt: row.unsubscribed_at,
    attributes: row.attributes,
  }
}
