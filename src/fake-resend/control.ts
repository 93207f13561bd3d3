import { z } from 'zod'
import { emailEvent, strangersEmail } from './events.ts'
import type { Fault, FaultInput, FaultScript } from './faults.ts'
import type { InboundEmail, InboundInput } from './inbox.ts'
import type { AcceptedCount, AcceptedEmail, AcceptedTotals } from './mailbox.ts'
import { type Behaviour, change, type Settings } from './options.ts'
import type { Parts } from './parts.ts'
import { receivedEvent } from './receiving.ts'
import type { LoggedRequest, RequestLog, RequestTotals } from './request-log.ts'
import type { Gate } from './team.ts'
import type { WebhookTotals } from './webhooks/postman.ts'

/** Everything in numbers; cheap enough to be asked all the time. */
export type FakeResendTotals = RequestTotals & { readonly accepted: AcceptedTotals; readonly webhooks: WebhookTotals }

/**
 * An event to fire: about an email of ours, by its id or its `delivery` tag, or else about somebody else's. `data` wins
 * over what is usual for the type, field by field. Unknown types are fired as they are.
 */
export const eventSchema = z.strictObject({
  type: z.string().regex(/^[a-z_]+(\.[a-z_]+)+$/),
  email: z.string().optional(),
  delivery: z.string().optional(),
  data: z.record(z.string(), z.unknown()).optional(),
})
export type EventInput = z.input<typeof eventSchema>

/** What a test steers the double with; `/_fake/*` offers the same over HTTP. */
export type FakeResendControl = {
  /** How often each delivery was accepted: the oracle for "exactly once". */
  accepted(): AcceptedCount
  /** Every accepted email, oldest first. */
  emails(): readonly AcceptedEmail[]
  /** The latest 10,000 calls, oldest first. */
  requests(): readonly LoggedRequest[]
  totals(): FakeResendTotals
  /** @throws ZodError when a fault is none */
  addFaults(...faults: readonly FaultInput[]): void
  pendingFaults(): readonly Fault[]
  clearFaults(): void
  /** Lets every call that a `hold` keeps waiting go on. */
  release(): void
  settings(): Readonly<Settings>
  /** Changes limits, shares and switches from now on. */
  change(behaviour: Behaviour): void
  /**
   * Fires an event now. About an email of ours it counts as what happened last, and a permanent bounce or a complaint
   * suppresses the recipient. False when there is no such email.
   * @throws ZodError when it is no event
   */
  fire(event: EventInput): boolean
  /** Lets an email come in, and says so to the webhooks. @throws ZodError when it is none */
  receive(email: InboundInput): Promise<InboundEmail>
  /** Puts the double's clock forward; what falls due on the way happens. */
  advance(ms: number): void
  /** Resolves when no webhook is being called. */
  settled(): Promise<void>
  /**
   * Forgets emails, keys, quotas, rate windows, faults, suppressions, events and the log. Webhooks and settings stay.
   * Held calls go on.
   */
  reset(): void
}

export type ControlDeps = Parts & {
  readonly log: RequestLog
  readonly faults: FaultScript
  readonly gate: Gate
  readonly release: () => void
}

export function fakeResendControl(deps: ControlDeps): FakeResendControl {
  const { mailbox, log, faults, gate, clock, postman, inbox, release, settings } = deps
  return {
    accepted: mailbox.count,
    emails: mailbox.emails,
    requests: log.latest,
    totals: () => ({ ...log.totals(), accepted: mailbox.totals(), webhooks: postman.totals() }),
    addFaults: (...inputs) => {
      for (const input of inputs) faults.add(input)
    },
    pendingFaults: faults.pending,
    clearFaults: faults.clear,
    release,
    settings: () => ({ ...settings }),
    change: (behaviour) => change(settings, behaviour),
    fire: (event) => fire(event, deps),
    receive: async (input) => {
      const email = await inbox.receive(input)
      gate.defaultTeam().quota.receive()
      postman.announce(receivedEvent(email, clock.now()))
      return email
    },
    advance: clock.advance,
    settled: postman.settled,
    reset: () => {
      release()
      clock.clear()
      for (const part of [faults, mailbox, log, gate, deps.lifecycle, deps.suppressions, postman, inbox]) part.clear()
    },
  }
}

function fire(input: EventInput, { mailbox, lifecycle, postman, clock }: ControlDeps): boolean {
  const { type, email: id, delivery, data } = eventSchema.parse(input)
  if (id === undefined && delivery === undefined) {
    const now = clock.now()
    const isAboutEmail = type.startsWith('email.') && type !== 'email.received'
    const own = { type, created_at: now.toISOString(), data: data ?? {} }
    postman.announce(isAboutEmail ? emailEvent(strangersEmail(now), type, now, data) : own)
    return true
  }
  const email = id === undefined ? mailbox.findDelivery(delivery ?? '').at(-1) : mailbox.find(id)
  if (email) lifecycle.happen(email, type, data)
  return email !== undefined
}
