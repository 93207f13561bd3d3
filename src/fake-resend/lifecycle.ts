import { randomInt } from 'node:crypto'
import { bareAddress, domainOf } from './address.ts'
import type { AdjustableClock } from './clock.ts'
import { emailEvent, type WebhookEvent } from './events.ts'
import type { AcceptedEmail } from './mailbox.ts'
import type { Settings } from './options.ts'
import type { Suppressions } from './suppressions.ts'

/** What becomes of an email after it was accepted. */
export type Lifecycle = {
  /** Sets out with emails that have just been accepted; resolves when the API may answer. */
  begin(emails: readonly AcceptedEmail[]): Promise<void>
  /** Sends a scheduled email at another time; false when it is not scheduled any more. */
  reschedule(email: AcceptedEmail, at: Date): boolean
  /** Keeps a scheduled email from going out; false when it is not scheduled any more. */
  cancel(email: AcceptedEmail): boolean
  /** Lets something happen to an email now, whatever has happened before. */
  happen(email: AcceptedEmail, type: string, details?: WebhookEvent['data'], recipient?: string): Promise<void>
  clear(): void
}

export type LifecycleDeps = {
  readonly settings: Settings
  readonly clock: AdjustableClock
  readonly suppressions: Suppressions
  /** Resolves when everyone who wants to know has been tried once. */
  readonly announce: (event: WebhookEvent) => Promise<void>
}

type Outgoing = { readonly email: AcceptedEmail; readonly recipients: readonly string[] }
type Outcome = 'delivered' | 'bounced' | 'complained' | 'suppressed' | 'delayed' | 'failed'

const SENT_AFTER_MS = 200
const ARRIVES_AFTER_MS = 800
const COMPLAINT_AFTER_MS = 5_000
const DELAY_MS = 60_000

export function lifecycle({ settings, clock, suppressions, announce }: LifecycleDeps): Lifecycle {
  const timers = new Map<string, () => void>()

  async function leave(emails: readonly AcceptedEmail[]): Promise<void> {
    const leaving = emails.map((email) => ({ email, recipients: recipientsOf(email) }))
    const told = leaving.flatMap(({ email, recipients }) =>
      recipients.filter(isSuppressed).map((recipient) => happen(email, 'email.suppressed', {}, recipient)),
    )
    const outgoing = leaving
      .map(({ email, recipients }) => ({ email, recipients: recipients.filter((one) => !isSuppressed(one)) }))
      .filter(({ recipients }) => recipients.length > 0)
    told.push(...outgoing.map(({ email }) => happen(email, 'email.sent')))
    clock.after(ARRIVES_AFTER_MS, () => arrive(outgoing))
    await Promise.all(told)
  }

  function arrive(outgoing: readonly Outgoing[]): void {
    for (const { email, recipients } of outgoing) {
      for (const recipient of recipients) meet(email, recipient, outcomeFor(recipient, settings.shares))
    }
  }

  function meet(email: AcceptedEmail, recipient: string, outcome: Outcome): void {
    const happens = (type: string) => happen(email, type, {}, recipient)
    switch (outcome) {
      case 'bounced':
        happens('email.bounced')
        break
      case 'failed':
        happens('email.failed')
        break
      case 'delayed':
        happens('email.delivery_delayed')
        clock.after(DELAY_MS, () => happens('email.delivered'))
        break
      case 'complained':
        happens('email.delivered')
        clock.after(COMPLAINT_AFTER_MS, () => happens('email.complained'))
        break
      default:
        happens('email.delivered')
    }
  }

  function happen(
    email: AcceptedEmail,
    type: string,
    details: WebhookEvent['data'] = {},
    recipient: string | undefined = recipientsOf(email)[0],
  ): Promise<void> {
    email.lastEvent = type.slice('email.'.length)
    const event = emailEvent(email, type, clock.now(), details)
    const told = announce(event)
    const origin = suppressedBy(event)
    if (origin && recipient && (settings.undocumented.suppressTestAddresses || !isTestAddress(recipient))) {
      suppressions.add(recipient, origin, email.id)
    }
    return told
  }

  const isSuppressed = (recipient: string) =>
    suppressions.has(recipient) || (isTestAddress(recipient) && nameOf(recipient) === 'suppressed')

  function setTimer(email: AcceptedEmail, at: Date): void {
    const start = () => {
      timers.delete(email.id)
      leave([email])
    }
    timers.set(email.id, clock.after(Math.max(at.getTime() - clock.now().getTime(), 0), start))
  }

  function stopTimer({ id }: AcceptedEmail): boolean {
    timers.get(id)?.()
    return timers.delete(id)
  }

  return {
    async begin(emails) {
      const scheduled = emails.filter(({ scheduledAt }) => scheduledAt !== null)
      for (const email of scheduled) {
        happen(email, 'email.scheduled')
        setTimer(email, email.scheduledAt ?? clock.now())
      }
      const leaving = scheduled.length === 0 ? emails : emails.filter(({ scheduledAt }) => scheduledAt === null)
      if (settings.lifecycle === 'none' || leaving.length === 0) return
      if (settings.webhooks.beforeAnswer) return leave(leaving)
      clock.after(SENT_AFTER_MS, () => leave(leaving))
    },
    reschedule(email, at) {
      if (!stopTimer(email)) return false
      email.scheduledAt = at
      setTimer(email, at)
      return true
    },
    cancel(email) {
      if (!stopTimer(email)) return false
      email.lastEvent = 'canceled'
      return true
    },
    happen,
    clear: () => timers.clear(),
  }
}

function recipientsOf({ to, cc, bcc }: AcceptedEmail): readonly string[] {
  return [...to, ...cc, ...bcc].map((mailbox) => bareAddress(mailbox) ?? mailbox)
}

function isTestAddress(address: string): boolean {
  return domainOf(address) === 'resend.dev'
}

/** The part before the label: `bounced` of `bounced+user1@resend.dev`. */
function nameOf(address: string): string {
  return (/^[^@+]*/.exec(address)?.[0] ?? '').toLowerCase()
}

/** What the recipient's address says it wants; everybody else gets their mail, but for the shares that are set. */
function outcomeFor(recipient: string, shares: Settings['shares']): Outcome {
  const name = isTestAddress(recipient) ? nameOf(recipient) : ''
  if (name === 'bounced' || name === 'complained') return name
  let drawn = randomInt(1_000_000) / 1_000_000
  for (const outcome of ['bounced', 'complained', 'delayed', 'failed'] as const) {
    drawn -= shares[outcome] ?? 0
    if (drawn < 0) return outcome
  }
  return 'delivered'
}

function suppressedBy({ type, data }: WebhookEvent): 'bounce' | 'complaint' | undefined {
  if (type === 'email.complained') return 'complaint'
  const { bounce } = data
  const isPermanent = typeof bounce === 'object' && bounce !== null && 'type' in bounce && bounce.type === 'Permanent'
  return type === 'email.bounced' && isPermanent ? 'bounce' : undefined
}
