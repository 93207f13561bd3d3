import type { SubscriberId } from '../../id.ts'
import type { ConsentEntry, PersonalData, PersonalDataPart, PersonalDataStore } from '../personal-data.ts'
import { eraseReader } from './erase.ts'
import type { Pool } from './pool.ts'

/** What is known about one person, on PostgreSQL. */
export function createPersonalDataStore(pool: Pool): PersonalDataStore {
  return {
    evidence: async (id) => (await pool.query<EvidenceRow>(EVIDENCE, [id])).rows.map(readEntry),
    collect: (id) => collect(pool, id),
    erase: (addressKey, actor) => eraseReader(pool, addressKey, actor),
  }
}

type EvidenceRow = Omit<ConsentEntry, 'message'> & {
  deliveryId: NonNullable<ConsentEntry['message']>['deliveryId'] | null
  outcome: NonNullable<ConsentEntry['message']>['outcome'] | null
  providerMessageId: string | null
  updatedAt: Date | null
}

// By consent_subscriber, and primary keys.
const EVIDENCE = `
  select consent.newsletter_id as "newsletterId", newsletter.slug as newsletter, consent.action, consent.at,
         consent.source, consent.form, consent.wording, consent.wording_version as "wordingVersion",
         consent.ip_hash as "ipHash", consent.user_agent as "userAgent", consent.detail,
         delivery.id as "deliveryId", delivery.outcome, delivery.provider_message_id as "providerMessageId",
         delivery.updated_at as "updatedAt"
  from consent
  join newsletter on newsletter.id = consent.newsletter_id
  left join delivery on delivery.id = consent.delivery_id
  where consent.subscriber_id = $1
  order by consent.id`

function readEntry({ deliveryId, outcome, providerMessageId, updatedAt, ...entry }: EvidenceRow): ConsentEntry {
  const isKept = deliveryId !== null && outcome !== null && updatedAt !== null
  return { ...entry, message: isKept ? { deliveryId, outcome, providerMessageId, updatedAt } : null }
}

async function collect(pool: Pool, id: SubscriberId): Promise<PersonalData> {
  const rowsOf = async (part: PersonalDataPart) => (await pool.query<Record<string, unknown>>(PARTS[part], [id])).rows
  return {
    subscriber: await rowsOf('subscriber'),
    subscriptions: await rowsOf('subscriptions'),
    consent: await rowsOf('consent'),
    deliveries: await rowsOf('deliveries'),
    providerEvents: await rowsOf('providerEvents'),
    inboundMail: await rowsOf('inboundMail'),
    suppressions: await rowsOf('suppressions'),
    liftedSuppressions: await rowsOf('liftedSuppressions'),
  }
}

const ADDRESS = '(select address_key from subscriber where id = $1)'

// Each by an index on whom it is about, but for events that are of an address alone: all are read through for them.
const PARTS: Readonly<Record<PersonalDataPart, string>> = {
  subscriber: `
    select id, address, first_name as "firstName", attributes, locale, time_zone as "timeZone",
           created_at as "createdAt", updated_at as "updatedAt"
    from subscriber
    where id = $1`,
  subscriptions: `
    select newsletter.slug as newsletter, status, requested_at as "requestedAt", confirmed_at as "confirmedAt",
           unsubscribed_at as "unsubscribedAt", paused_until as "pausedUntil"
    from subscription
    join newsletter on newsletter.id = newsletter_id
    where subscriber_id = $1
    order by requested_at`,
  consent: EVIDENCE,
  deliveries: `
    select delivery.id, newsletter.slug as newsletter, issue.subject, delivery.address, delivery.outcome,
           delivery.reason, delivery.provider_message_id as "providerMessageId", delivery.fate,
           delivery.fate_at as "fateAt", delivery.updated_at as "updatedAt"
    from delivery
    join batch on batch.id = delivery.batch_id
    join newsletter on newsletter.id = batch.newsletter_id
    left join send on send.id = delivery.send_id
    left join issue on issue.id = send.issue_id
    where delivery.subscriber_id = $1
    order by delivery.updated_at`,
  providerEvents: `
    select provider, type, occurred_at as "occurredAt", received_at as "receivedAt", state, verdict,
           encode(raw, 'base64') as "rawBase64"
    from provider_event
    where delivery_id in (select id from delivery where subscriber_id = $1) or address_key = ${ADDRESS}
    order by received_at`,
  inboundMail: `
    select recipient, sender, received_at as "receivedAt", kind, encode(raw, 'base64') as "rawBase64"
    from inbound_mail
    where subscriber_id = $1 or address_key = ${ADDRESS}
    order by received_at`,
  suppressions: `
    select newsletter.slug as newsletter, reason, source, suppression.created_at as "createdAt"
    from suppression
    left join newsletter on newsletter.id = newsletter_id
    where address_key = ${ADDRESS}
    order by suppression.created_at`,
  liftedSuppressions: `
    select newsletter.slug as newsletter, reason, source, suppression_lifted.created_at as "createdAt",
           lifted_at as "liftedAt"
    from suppression_lifted
    left join newsletter on newsletter.id = newsletter_id
    where address_key = ${ADDRESS}
    order by lifted_at`,
}
