import { randomUUID } from 'node:crypto'
import type { Clock } from '../../clock.ts'
import { newSecret } from './signature.ts'

/** An endpoint that is told what happens. */
export type Webhook = {
  readonly id: string
  readonly createdAt: Date
  endpoint: string
  /** The types it wants to hear of; null: all. */
  events: readonly string[] | null
  status: 'enabled' | 'disabled'
  secret: string
  /** The secret before the last rotation, and when it stops being good. */
  previous: { readonly secret: string; readonly until: Date } | undefined
  /** Since when every attempt has failed. */
  failingSince: Date | undefined
  readonly messages: Map<string, Message>
}

/** One event on its way to one endpoint. */
export type Message = {
  /** The `svix-id`. */
  readonly id: string
  readonly type: string
  readonly createdAt: Date
  /** The bytes that are signed. */
  readonly body: string
  status: 'pending' | 'attempting' | 'success' | 'failed'
  nextAttemptAt: Date | null
  /** How many of its retries have been made. */
  retries: number
  readonly attempts: Attempt[]
}

/** One try; status 0 stands for no answer. */
export type Attempt = {
  readonly id: string
  readonly http_status_code: number
  readonly response: string
  readonly sent_at: string
}

/** A webhook as it is set up. */
export type WebhookInput = {
  readonly endpoint: string
  /** Default: all types. */
  readonly events?: readonly string[] | undefined
  /** `whsec_` and Base64. Default: a random one. */
  readonly secret?: string | undefined
}

/** The webhooks there are, oldest first. */
export type Webhooks = {
  add(input: WebhookInput): Webhook
  find(id: string): Webhook | undefined
  remove(id: string): boolean
  all(): readonly Webhook[]
  /** Gives it a new secret; the one before stays good for 24 hours. */
  rotate(webhook: Webhook): void
}

const PREVIOUS_SECRET_MS = 24 * 60 * 60_000

export function webhooks(clock: Clock): Webhooks {
  const byId = new Map<string, Webhook>()
  return {
    add({ endpoint, events, secret = newSecret() }) {
      const webhook: Webhook = {
        id: randomUUID(),
        createdAt: clock.now(),
        endpoint,
        events: events ?? null,
        status: 'enabled',
        secret,
        previous: undefined,
        failingSince: undefined,
        messages: new Map(),
      }
      byId.set(webhook.id, webhook)
      return webhook
    },
    find: (id) => byId.get(id),
    remove: (id) => byId.delete(id),
    all: () => [...byId.values()],
    rotate(webhook) {
      webhook.previous = { secret: webhook.secret, until: new Date(clock.now().getTime() + PREVIOUS_SECRET_MS) }
      webhook.secret = newSecret()
    },
  }
}

/** What an attempt is signed with now. */
export function secretsOf({ secret, previous }: Webhook, now: Date): readonly string[] {
  return previous && now < previous.until ? [secret, previous.secret] : [secret]
}
