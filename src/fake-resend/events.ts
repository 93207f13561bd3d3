import { randomUUID } from 'node:crypto'
import type { AcceptedEmail } from './mailbox.ts'

/** What a webhook is told; its JSON is the body that is signed. */
export type WebhookEvent = {
  readonly type: string
  /** When it happened; the same over all attempts. */
  readonly created_at: string
  readonly data: Readonly<Record<string, unknown>>
}

/** What an event says about an email. */
type EmailFacts = Pick<
  AcceptedEmail,
  'id' | 'messageId' | 'from' | 'to' | 'subject' | 'tags' | 'headers' | 'acceptedAt'
>

/** The event about an email. `details` wins over what is usual for its type, field by field. */
export function emailEvent(
  email: EmailFacts,
  type: string,
  now: Date,
  details: WebhookEvent['data'] = {},
): WebhookEvent {
  const headers = Object.entries(email.headers ?? {}).map(([name, value]) => ({ name, value }))
  const data = {
    created_at: email.acceptedAt.toISOString().replace('Z', '000+00:00'),
    email_id: email.id,
    message_id: email.messageId,
    from: email.from,
    to: email.to,
    subject: email.subject,
    ...(headers.length > 0 ? { headers } : {}),
    ...(Object.keys(email.tags).length > 0 ? { tags: email.tags } : {}),
  }
  return { type, created_at: now.toISOString(), data: { ...data, ...usual(type, now), ...details } }
}

/** An email of the same team that the double has never seen: another program's, or one sent by hand. */
export function strangersEmail(now: Date): EmailFacts {
  const id = randomUUID()
  return {
    id,
    messageId: `<${id}@fake-resend.invalid>`,
    from: 'Somebody else <else@example.com>',
    to: ['stranger@example.org'],
    subject: 'Not one of ours',
    tags: {},
    headers: null,
    acceptedAt: now,
  }
}

function usual(type: string, now: Date): Record<string, unknown> {
  switch (type) {
    case 'email.bounced':
      return { bounce: BOUNCE }
    case 'email.suppressed':
      return { suppressed: SUPPRESSED }
    case 'email.failed':
      return { failed: { reason: 'internal_error' } }
    case 'email.clicked': {
      const click = { ipAddress: '203.0.113.7', link: 'https://example.com/', timestamp: now.toISOString() }
      return { click: { ...click, userAgent: 'Mozilla/5.0' } }
    }
    default:
      return {}
  }
}

const BOUNCE = {
  type: 'Permanent',
  subType: 'General',
  message: "The recipient's mail server permanently rejected the email.",
  diagnosticCode: ['smtp; 550 5.1.1 user unknown'],
}

const SUPPRESSED = {
  type: 'OnAccountSuppressionList',
  message: 'The address is on the suppression list of the account; nothing was sent to it.',
}
