import type { Clock } from '../clock.ts'

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
  /** The `name` of the error about an address that is none. Default `validation_error`. */
  readonly addressErrorName: 'validation_error' | 'invalid_parameter'
}

export type FakeResendOptions = {
  /** Default 0: any free port. */
  readonly port?: number
  /** Default `127.0.0.1`. */
  readonly host?: string
  readonly clock?: Clock
  /** Default: every key that starts with `re_` belongs to one team and may do everything. */
  readonly apiKeys?: readonly ApiKey[]
  /** The verified sending domains. Default: all. */
  readonly domains?: readonly string[]
  /** Puts the team into test mode: this is the only address, besides `*@resend.dev`, that it may write to. */
  readonly testAddress?: string
  /** Requests a team may make in a window of one second. Default 10, the limit of a Resend team; Infinity: no limit. */
  readonly requestsPerSecond?: number
  /** Recipients a UTC day. Default: no limit. */
  readonly dailyQuota?: number
  /** Recipients a UTC month. Default: no limit. */
  readonly monthlyQuota?: number
  /** How long a call is worked on before anything is accepted, in milliseconds: fixed, or between two bounds. Default 0. */
  readonly latencyMs?: number | readonly [number, number]
  /** How many of the latest emails keep their html, text and headers. Default 1,000; the rest keeps what can be counted. */
  readonly keepBodies?: number
  /** Default 64 MB. Resend documents none. */
  readonly maxBodyBytes?: number
  readonly undocumented?: Partial<Undocumented>
}

/** The options with everything decided. */
export type Settings = {
  readonly apiKeys: readonly ApiKey[] | undefined
  readonly domains: readonly string[] | undefined
  readonly testAddress: string | undefined
  readonly requestsPerSecond: number
  readonly dailyQuota: number
  readonly monthlyQuota: number
  readonly latencyMs: readonly [number, number]
  readonly keepBodies: number
  readonly maxBodyBytes: number
  readonly undocumented: Undocumented
}

const UNDOCUMENTED: Undocumented = {
  cacheErrors: 'none',
  keySpace: 'endpoint',
  keyScope: 'team',
  validationInFingerprint: false,
  fingerprint: 'ordered',
  addressErrorName: 'validation_error',
}

/** Fills in the defaults. */
export function settle(options: FakeResendOptions): Settings {
  const { latencyMs = 0 } = options
  return {
    apiKeys: options.apiKeys,
    domains: options.domains?.map((domain) => domain.toLowerCase()),
    testAddress: options.testAddress?.toLowerCase(),
    requestsPerSecond: options.requestsPerSecond ?? 10,
    dailyQuota: options.dailyQuota ?? Number.POSITIVE_INFINITY,
    monthlyQuota: options.monthlyQuota ?? Number.POSITIVE_INFINITY,
    latencyMs: typeof latencyMs === 'number' ? [latencyMs, latencyMs] : latencyMs,
    keepBodies: options.keepBodies ?? 1_000,
    maxBodyBytes: options.maxBodyBytes ?? 64 * 1024 * 1024,
    undocumented: { ...UNDOCUMENTED, ...options.undocumented },
  }
}
