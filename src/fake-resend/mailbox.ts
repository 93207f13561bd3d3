import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { EmailRequest } from './email.ts'

/** One accepted email. Html, text and headers are those of the latest emails only (`keepBodies`), else null. */
export type AcceptedEmail = {
  readonly id: string
  readonly messageId: string
  readonly from: string
  readonly to: readonly string[]
  readonly cc: readonly string[]
  readonly bcc: readonly string[]
  readonly replyTo: readonly string[]
  readonly subject: string
  readonly tags: Readonly<Record<string, string>>
  readonly scheduledAt: string | null
  readonly lastEvent: 'queued' | 'scheduled'
  readonly acceptedAt: Date
  readonly idempotencyKey: string | undefined
  html: string | null
  text: string | null
  headers: Readonly<Record<string, string>> | null
}

/** How often each message was accepted, by its `delivery` tag: what "exactly once" is checked against. */
export type AcceptedCount = {
  /** All accepted emails, tagged or not. */
  readonly emails: number
  /** Emails without a `delivery` tag. */
  readonly untagged: number
  readonly byDelivery: Readonly<Record<string, number>>
  /** The deliveries that were accepted more than once. */
  readonly repeated: readonly string[]
}

/** Everything the double has accepted, oldest first. */
export type Mailbox = {
  accept(emails: readonly EmailRequest[], idempotencyKey: string | undefined): readonly string[]
  find(id: string): AcceptedEmail | undefined
  emails(): readonly AcceptedEmail[]
  count(): AcceptedCount
  clear(): void
}

export function mailbox(clock: Clock, keepBodies: number): Mailbox {
  let accepted: AcceptedEmail[] = []
  let byId = new Map<string, AcceptedEmail>()

  function keep(email: AcceptedEmail): string {
    accepted.push(email)
    byId.set(email.id, email)
    const outdated = accepted[accepted.length - 1 - keepBodies]
    if (outdated) dropBody(outdated)
    return email.id
  }

  return {
    accept: (emails, idempotencyKey) => {
      const acceptedAt = clock.now()
      return emails.map((email) => keep(acceptedEmail(email, acceptedAt, idempotencyKey)))
    },
    find: (id) => byId.get(id),
    emails: () => accepted,
    count: () => countDeliveries(accepted),
    clear: () => {
      accepted = []
      byId = new Map()
    },
  }
}

function acceptedEmail(email: EmailRequest, acceptedAt: Date, idempotencyKey: string | undefined): AcceptedEmail {
  const id = randomUUID()
  return {
    ...email,
    id,
    messageId: `<${id}@fake-resend.invalid>`,
    tags: Object.fromEntries(email.tags.map(({ name, value }) => [name, value])),
    lastEvent: email.scheduledAt === null ? 'queued' : 'scheduled',
    acceptedAt,
    idempotencyKey,
  }
}

function dropBody(email: AcceptedEmail): void {
  email.html = null
  email.text = null
  email.headers = null
}

function countDeliveries(accepted: readonly AcceptedEmail[]): AcceptedCount {
  const counts = new Map<string, number>()
  for (const { tags } of accepted) {
    if (tags.delivery !== undefined) counts.set(tags.delivery, (counts.get(tags.delivery) ?? 0) + 1)
  }
  const tagged = [...counts.values()].reduce((sum, count) => sum + count, 0)
  return {
    emails: accepted.length,
    untagged: accepted.length - tagged,
    byDelivery: Object.fromEntries(counts),
    repeated: [...counts].filter(([, count]) => count > 1).map(([delivery]) => delivery),
  }
}
