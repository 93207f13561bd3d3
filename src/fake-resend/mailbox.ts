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
  /** Null when it was to go out at once. */
  scheduledAt: Date | null
  /** `queued`, `scheduled`, `canceled`, or what is behind `email.` in the type of its latest event. */
  lastEvent: string
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

/** The same in numbers only, counted along the way. */
export type AcceptedTotals = {
  readonly emails: number
  readonly untagged: number
  /** How many different deliveries. */
  readonly deliveries: number
  /** How many of them were accepted more than once. */
  readonly repeated: number
}

/** Everything the double has accepted, oldest first. */
export type Mailbox = {
  accept(emails: readonly EmailRequest[], idempotencyKey: string | undefined): readonly AcceptedEmail[]
  find(id: string): AcceptedEmail | undefined
  /** Those accepted with this `delivery` tag, oldest first. */
  findDelivery(tag: string): readonly AcceptedEmail[]
  emails(): readonly AcceptedEmail[]
  count(): AcceptedCount
  totals(): AcceptedTotals
  clear(): void
}

export function mailbox(clock: Clock, keepBodies: number): Mailbox {
  let accepted: AcceptedEmail[] = []
  let byId = new Map<string, AcceptedEmail>()
  let times = new Map<string, number>()
  let [tagged, repeated] = [0, 0]

  function keep(email: AcceptedEmail): AcceptedEmail {
    accepted.push(email)
    byId.set(email.id, email)
    if (email.tags.delivery !== undefined) countDelivery(email.tags.delivery)
    const outdated = accepted[accepted.length - 1 - keepBodies]
    if (outdated) dropBody(outdated)
    return email
  }

  function countDelivery(tag: string): void {
    const count = (times.get(tag) ?? 0) + 1
    times.set(tag, count)
    tagged += 1
    if (count === 2) repeated += 1
  }

  return {
    accept: (emails, idempotencyKey) => {
      const acceptedAt = clock.now()
      return emails.map((email) => keep(acceptedEmail(email, acceptedAt, idempotencyKey)))
    },
    find: (id) => byId.get(id),
    findDelivery: (tag) => (times.has(tag) ? accepted.filter(({ tags }) => tags.delivery === tag) : []),
    emails: () => accepted,
    count: () => ({
      emails: accepted.length,
      untagged: accepted.length - tagged,
      byDelivery: Object.fromEntries(times),
      repeated: [...times].filter(([, count]) => count > 1).map(([delivery]) => delivery),
    }),
    totals: () => ({ emails: accepted.length, untagged: accepted.length - tagged, deliveries: times.size, repeated }),
    clear: () => {
      accepted = []
      byId = new Map()
      times = new Map()
      tagged = 0
      repeated = 0
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
