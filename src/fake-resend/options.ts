import type { Clock } from '../clock.ts'
import type { WebhookInput } from './webhooks/webhook.ts'

/** A key the double knows. Keys of one team share its rate limit, its quota and (by default) its idempotency keys. */
export type ApiKey = {
  readonly key: string
  /** Default `default`. */
  readonly team?: string
  /** `sending` may use `POST /emails` and `POST /emails/batch` only. Default `full`. */
  readonly permission?: 'full' | 'sending'
  readonly suspended?: boolean
}

/** What Resend does not document. A client has to be right whichever way each of these is set. */
export type Undocumented = {
  /** Which errors are remembered under an idempotency key and replayed. Default `none`. */
  readonly cacheErrors: 'none' | '4xx' | 'all'
  /** Whether `/emails` and `/emails/batch` share their idempotency keys. Default `endpoint`: they do not. */
  readonly keySpace: 'endpoint' | 'shared'
  /** Whether keys belong to the team (default) or to the API key. */
  readonly keyScope: 'team' | 'key'
  /** Whether `x-batch-validation` is part of what has to be the same. Default false. */
  readonly validationInFingerprint: boolean
  /** What makes two payloads the same: equal JSON in order (default), in any order of keys, or equal bytes (fastest). */
  readonly fingerprint: 'ordered' | 'unordered' | 'bytes'
  /** Whether a request that was over the rate binds its idempotency key to its payload. Default false. */
  readonly rateLimitedBindsKey: boolean
  /** Whether the repeat of a permissive batch names the refused again. Default `same`; else it holds the ids only. */
  readonly permissiveReplay: 'same' | 'ids_only'
  /** The `name` of the error about an address that is none. Default `validation_error`. */
  readonly addressErrorName: 'validation_error' | 'invalid_parameter'
  /** The status for attachments beyond 40 MB. Default 422. */
  readonly tooLargeStatus: 413 | 422
  /** Whether a bounce or a complaint suppresses `bounced@resend.dev` and its like too. Default false. */
  readonly suppressTestAddresses: boolean
}

/** How webhooks are delivered, besides at least once and signed. All default to false. */
export type WebhookSwitches = {
  /** Everything that was delivered is delivered once more. */
  readonly duplicate: boolean
  /** What happens to an email first is delivered last: `email.sent` comes seconds after `email.delivered`. */
  readonly reorder: boolean
  /** `email.sent` is delivered before the call that sends the email is answered. */
  readonly beforeAnswer: boolean
}

/** How likely it is, from 0 to 1, that an email does not simply arrive. Special recipients do as their name says. */
export type Shares = {
  readonly bounced?: number | undefined
  readonly complained?: number | undefined
  readonly delayed?: number | undefined
  readonly failed?: number | undefined
}

/** What can be set at the start, and changed while the double runs. */
export type Behaviour = {
  /** Requests a team may make in a window of one second. Default 10, the limit of a Resend team; Infinity: no limit. */
  readonly requestsPerSecond?: number | undefined
  /** Recipients a UTC day. Default: no limit. */
  readonly dailyQuota?: number | undefined
  /** Recipients a UTC month. Default: no limit. */
  readonly monthlyQuota?: number | undefined
  /** How long a call is worked on before anything is accepted, in milliseconds: fixed, or between two bounds. Default 0. */
  readonly latencyMs?: number | readonly [number, number] | undefined
  /** The verified sending domains. Default (and `null`): all. */
  readonly domains?: readonly string[] | null | undefined
  /** Puts the team into test mode: this is the only address, besides `*@resend.dev`, that it may write to. */
  readonly testAddress?: string | null | undefined
  /** `none` leaves accepted emails `queued`. Default `auto`: they are sent, and arrive, within a second. */
  readonly lifecycle?: 'auto' | 'none' | undefined
  readonly shares?: Shares | undefined
  readonly webhooks?: Partial<WebhookSwitches> | undefined
  readonly undocumented?: Partial<Undocumented> | undefined
}

export type FakeResendOptions = Behaviour & {
  /** Default 0: any free port. */
  readonly port?: number
  /** Default `127.0.0.1`. */
  readonly host?: string
  readonly clock?: Clock
  /** Default: every key that starts with `re_` belongs to one team and may do everything. */
  readonly apiKeys?: readonly ApiKey[]
  /** Endpoints that are told what happens, as if added with `POST /webhooks`. */
  readonly endpoints?: readonly WebhookInput[]
  /** How many of the latest emails keep their html, text and headers. Default 1,000; the rest keeps what can be counted. */
  readonly keepBodies?: number
  /** Default 64 MB. Resend documents none. */
  readonly maxBodyBytes?: number
}

/** The options with everything decided; read when they are needed, because they change. */
export type Settings = {
  readonly apiKeys: readonly ApiKey[] | undefined
  readonly keepBodies: number
  readonly maxBodyBytes: number
  requestsPerSecond: number
  dailyQuota: number
  monthlyQuota: number
  latencyMs: readonly [number, number]
  domains: readonly string[] | undefined
  testAddress: string | undefined
  lifecycle: 'auto' | 'none'
  shares: Shares
  webhooks: WebhookSwitches
  undocumented: Undocumented
}

/** Fills in the defaults. */
export function settle(options: FakeResendOptions): Settings {
  const settings: Settings = {
    apiKeys: options.apiKeys,
    keepBodies: options.keepBodies ?? 1_000,
    maxBodyBytes: options.maxBodyBytes ?? 64 * 1024 * 1024,
    requestsPerSecond: 10,
    dailyQuota: Number.POSITIVE_INFINITY,
    monthlyQuota: Number.POSITIVE_INFINITY,
    latencyMs: [0, 0],
    domains: undefined,
    testAddress: undefined,
    lifecycle: 'auto',
    shares: {},
    webhooks: { duplicate: false, reorder: false, beforeAnswer: false },
    undocumented: {
      cacheErrors: 'none',
      keySpace: 'endpoint',
      keyScope: 'team',
      validationInFingerprint: false,
      fingerprint: 'ordered',
      rateLimitedBindsKey: false,
      permissiveReplay: 'same',
      addressErrorName: 'validation_error',
      tooLargeStatus: 422,
      suppressTestAddresses: false,
    },
  }
  change(settings, options)
  return settings
}

/** Changes what `behaviour` names; switches and shares that it does not name stay as they are. */
export function change(settings: Settings, behaviour: Behaviour): void {
  const { latencyMs = settings.latencyMs, domains, testAddress } = behaviour
  settings.requestsPerSecond = behaviour.requestsPerSecond ?? settings.requestsPerSecond
  settings.dailyQuota = behaviour.dailyQuota ?? settings.dailyQuota
  settings.monthlyQuota = behaviour.monthlyQuota ?? settings.monthlyQuota
  settings.latencyMs = typeof latencyMs === 'number' ? [latencyMs, latencyMs] : latencyMs
  settings.lifecycle = behaviour.lifecycle ?? settings.lifecycle
  if (domains !== undefined) settings.domains = domains?.map((domain) => domain.toLowerCase())
  if (testAddress !== undefined) settings.testAddress = testAddress?.toLowerCase()
  settings.shares = { ...settings.shares, ...behaviour.shares }
  settings.webhooks = { ...settings.webhooks, ...behaviour.webhooks }
  settings.undocumented = { ...settings.undocumented, ...behaviour.undocumented }
}
