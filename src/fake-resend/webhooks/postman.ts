import { randomUUID } from 'node:crypto'
import type { AdjustableClock } from '../clock.ts'
import type { WebhookEvent } from '../events.ts'
import type { Settings } from '../options.ts'
import { type Answer, poster } from './post.ts'
import { signedHeaders } from './signature.ts'
import { type Attempt, type Message, secretsOf, type Webhook, type Webhooks } from './webhook.ts'

/** Brings events to the endpoints that want them. */
export type Postman = {
  /** Resolves when each of them has been tried once. */
  announce(event: WebhookEvent): Promise<void>
  /** Brings one again now, whatever became of it. */
  replay(webhook: Webhook, message: Message): void
  /** Resolves when no attempt is under way. */
  settled(): Promise<void>
  totals(): WebhookTotals
  /** Forgets all events; attempts under way are cut. */
  clear(): void
}

export type WebhookTotals = { readonly attempts: number; readonly succeeded: number; readonly failed: number }

export type PostmanDeps = { readonly webhooks: Webhooks; readonly clock: AdjustableClock; readonly settings: Settings }

/** From each failure to the next attempt (Svix, as Resend's page about retries has it). */
const LADDER_MS = [5, 5 * 60, 30 * 60, 2 * 3_600, 5 * 3_600, 10 * 3_600, 10 * 3_600].map((seconds) => seconds * 1_000)
const PATIENCE_MS = 15_000
const DISABLED_AFTER_MS = 5 * 24 * 60 * 60_000
const AT_ONCE = 32
/** How many events an endpoint remembers once they are over. */
const KEPT = 10_000

/** What happens first comes last when events are to come out of order. */
const HELD_BACK_MS: Readonly<Record<string, number>> = {
  'email.scheduled': 3_000,
  'email.sent': 2_000,
  'email.delivery_delayed': 1_000,
}

export function postman({ webhooks, clock, settings }: PostmanDeps): Postman {
  const waiting: (() => Promise<void>)[] = []
  const running = new Set<Promise<void>>()
  const underWay = new Set<AbortController>()
  const carrier = poster()
  let round = 0
  let counts = { attempts: 0, succeeded: 0, failed: 0 }

  /** A few at a time, or a big send would open a socket for each of its events. */
  function enqueue(work: () => Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      waiting.push(() => work().finally(resolve))
      startNext()
    })
  }

  function startNext(): void {
    if (running.size >= AT_ONCE) return
    const next = waiting.shift()
    if (!next) return
    const run: Promise<void> = next().finally(() => {
      running.delete(run)
      startNext()
    })
    running.add(run)
  }

  function bring(webhook: Webhook, message: Message): Promise<void> {
    const held = settings.webhooks.reorder ? HELD_BACK_MS[message.type] : undefined
    const first = () => enqueue(() => deliver(webhook, message))
    if (held === undefined) return first()
    clock.after(held, first)
    return Promise.resolve()
  }

  /** One rung of the ladder. */
  async function deliver(webhook: Webhook, message: Message): Promise<void> {
    if (webhook.status === 'disabled' || !webhooks.find(webhook.id)) return settle(message, 'failed')
    const current = round
    const succeeded = await attempt(webhook, message)
    // Everything has been forgotten in the meantime.
    if (current !== round) return
    if (succeeded) {
      settle(message, 'success')
      if (settings.webhooks.duplicate) await attempt(webhook, message)
      return forgetOldest(webhook)
    }
    const delay = LADDER_MS[message.retries]
    if (delay === undefined) return settle(message, 'failed')
    message.retries += 1
    settle(message, 'pending', new Date(clock.now().getTime() + delay))
    clock.after(delay, () => enqueue(() => deliver(webhook, message)))
  }

  async function attempt(webhook: Webhook, message: Message): Promise<boolean> {
    settle(message, 'attempting')
    const sentAt = clock.now()
    const { status, response } = await post(webhook, message, sentAt)
    const id = `atmpt_${randomUUID().replaceAll('-', '')}`
    message.attempts.push({ id, http_status_code: status, response, sent_at: sentAt.toISOString() } satisfies Attempt)
    const succeeded = status >= 200 && status < 300
    counts.attempts += 1
    counts[succeeded ? 'succeeded' : 'failed'] += 1
    noteHealth(webhook, succeeded)
    return succeeded
  }

  async function post(webhook: Webhook, { id, body }: Message, now: Date): Promise<Answer> {
    const headers = {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      'user-agent': 'Svix-Webhooks/1.0 (fake-resend)',
      ...signedHeaders(secretsOf(webhook, now), id, now, body),
    }
    const patience = new AbortController()
    const answered = new AbortController()
    underWay.add(patience)
    // A wait, and no appointment: a call that is under way does not fail because the clock was put forward.
    clock.sleep(PATIENCE_MS, answered.signal).then(() => patience.abort())
    const answer = await carrier.post(webhook.endpoint, headers, body, patience.signal)
    answered.abort()
    underWay.delete(patience)
    return answer
  }

  function noteHealth(webhook: Webhook, succeeded: boolean): void {
    const now = clock.now()
    webhook.failingSince = succeeded ? undefined : (webhook.failingSince ?? now)
    const failingMs = now.getTime() - (webhook.failingSince ?? now).getTime()
    if (failingMs >= DISABLED_AFTER_MS) webhook.status = 'disabled'
  }

  return {
    async announce(event) {
      const interested = webhooks.all().filter((webhook) => wants(webhook, event.type))
      if (interested.length === 0) return
      const body = JSON.stringify(event)
      await Promise.all(interested.map((webhook) => bring(webhook, take(webhook, event, body))))
    },
    replay(webhook, message) {
      enqueue(async () => {
        const { status, nextAttemptAt } = message
        if (await attempt(webhook, message)) settle(message, 'success')
        else settle(message, status, nextAttemptAt)
      })
    },
    async settled() {
      while (running.size > 0) await Promise.all(running)
    },
    totals: () => ({ ...counts }),
    clear() {
      waiting.length = 0
      round += 1
      for (const patience of underWay) patience.abort()
      carrier.close()
      counts = { attempts: 0, succeeded: 0, failed: 0 }
      for (const webhook of webhooks.all()) webhook.messages.clear()
    },
  }
}

function wants({ status, events }: Webhook, type: string): boolean {
  return status === 'enabled' && (events === null || events.includes(type))
}

function take(webhook: Webhook, { type, created_at }: WebhookEvent, body: string): Message {
  const message: Message = {
    id: `msg_${randomUUID().replaceAll('-', '').slice(0, 27)}`,
    type,
    createdAt: new Date(created_at),
    body,
    status: 'pending',
    nextAttemptAt: null,
    retries: 0,
    attempts: [],
  }
  webhook.messages.set(message.id, message)
  return message
}

function settle(message: Message, status: Message['status'], nextAttemptAt: Date | null = null): void {
  message.status = status
  message.nextAttemptAt = nextAttemptAt
}

/** The oldest come first in a Map. One that still waits for its next attempt is kept. */
function forgetOldest({ messages }: Webhook): void {
  const [oldest] = messages.values()
  if (messages.size > KEPT && oldest && oldest.status !== 'pending') messages.delete(oldest.id)
}
