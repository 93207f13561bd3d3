import type { IncomingHttpHeaders } from 'node:http'
import type { CallAnswer, MessageAnswer, PaceReport, Submission } from '../provider.ts'
import type { Exchange } from './submit.ts'

const DEFAULT_RETRY_MS = 1_000
const DAY_MS = 24 * 60 * 60 * 1_000

/** The operator's business, whatever the name says: the key, the domain, the account, or the address of the API. */
const UNAUTHORISED = new Set([401, 402, 403, 404, 405, 451])
/** A proxy gave up waiting; what stands behind it may have gone on. */
const UNDECIDED = new Set([408, 425])

/**
 * What an exchange means for a batch of `messages` messages. Decides by status, and by `name` where the status leaves
 * two things open (429, 409): the list of names differs between generations of Resend's documentation.
 */
export function submissionOf(exchange: Exchange, messages: number, now: Date): Submission {
  switch (exchange.kind) {
    case 'unreachable':
    case 'lost':
      return { answer: exchange }
    case 'answer':
      return { answer: callAnswer(exchange, messages, now), pace: paceOf(exchange.headers, now) }
  }
}

/** The same as one line for people, without addresses and keys. */
export function describeAnswer({ status, text }: Answer): string {
  const { name, message } = errorOf(text)
  const words = [String(status), name, message === undefined ? undefined : withoutSecrets(message)]
  return words.filter((word) => word !== undefined).join(' ')
}

/** The `name` of an error of the API. */
export function errorName(text: string): string | undefined {
  return errorOf(text).name
}

type Answer = Extract<Exchange, { kind: 'answer' }>

function callAnswer(answer: Answer, messages: number, now: Date): CallAnswer {
  const { status } = answer
  const detail = () => describeAnswer(answer)
  if (status >= 200 && status < 300) return acceptedAnswer(answer.text, messages)
  if (status === 429) return limitAnswer(answer, now)
  if (status === 409) return conflictAnswer(answer, now)
  if (UNDECIDED.has(status)) return { kind: 'lost', detail: detail() }
  if (UNAUTHORISED.has(status) || (status >= 300 && status < 400)) return { kind: 'unauthorised', detail: detail() }
  if (status >= 400 && status < 500) return { kind: 'invalid', detail: detail() }
  return { kind: 'lost', detail: detail() }
}

function acceptedAnswer(text: string, messages: number): CallAnswer {
  const data = fieldsOf(text).data
  if (!Array.isArray(data)) return { kind: 'lost', detail: 'answer without ids' }
  const answers = data.flatMap(messageAnswer)
  if (answers.length === messages && data.length === messages) return { kind: 'answered', messages: answers }
  return { kind: 'lost', detail: `answer with ${answers.length} ids for ${messages} messages` }
}

function messageAnswer(entry: unknown): MessageAnswer[] {
  const id = typeof entry === 'object' && entry !== null && 'id' in entry ? entry.id : undefined
  return typeof id === 'string' && id !== '' ? [{ kind: 'accepted', providerMessageId: id }] : []
}

/** Any 429 is a limit, also one in plain text from a proxy; the name alone says whether waiting a second helps. */
function limitAnswer(answer: Answer, now: Date): CallAnswer {
  switch (errorName(answer.text)) {
    case 'daily_quota_exceeded':
      return { kind: 'quota', retryAfterMs: restOfDayMs(now), detail: describeAnswer(answer) }
    case 'monthly_quota_exceeded':
      return { kind: 'quota', retryAfterMs: undefined, detail: describeAnswer(answer) }
    default:
      return { kind: 'slow_down', retryAfterMs: retryAfterMs(answer.headers, now) }
  }
}

function conflictAnswer(answer: Answer, now: Date): CallAnswer {
  switch (errorName(answer.text)) {
    case 'concurrent_idempotent_requests':
    case 'resource_locked':
      return { kind: 'in_flight', retryAfterMs: retryAfterMs(answer.headers, now) }
    case 'invalid_idempotent_request':
      return { kind: 'key_mismatch', detail: describeAnswer(answer) }
    default:
      return { kind: 'lost', detail: describeAnswer(answer) }
  }
}

/** `retry-after` in seconds or as a date (RFC 9110 section 10.2.3), else the end of the rate window; a day at most. */
function retryAfterMs(headers: IncomingHttpHeaders, now: Date): number {
  const wait = headers['retry-after'] ?? headerText(headers['ratelimit-reset'])
  if (wait === undefined) return DEFAULT_RETRY_MS
  const ms = /^\d+(\.\d+)?$/.test(wait) ? Number(wait) * 1_000 : Date.parse(wait) - now.getTime()
  return Number.isNaN(ms) ? DEFAULT_RETRY_MS : Math.min(Math.max(Math.ceil(ms), 0), DAY_MS)
}

/** `ratelimit-limit: 10` in a window that `ratelimit-policy: 10;w=1` tells, of one second when it does not. */
function paceOf(headers: IncomingHttpHeaders, now: Date): PaceReport | undefined {
  const limit = Number(headerText(headers['ratelimit-limit']))
  const windowSeconds = Number(/;\s*w=(\d+)/.exec(headerText(headers['ratelimit-policy']) ?? '')?.[1] ?? 1)
  const requestsPerSecond = limit / windowSeconds
  const remaining = Number(headerText(headers['ratelimit-remaining']) ?? Number.NaN)
  const used = Number(headerText(headers['x-resend-daily-quota']) ?? Number.NaN)
  const pace = {
    ...(Number.isFinite(requestsPerSecond) && requestsPerSecond > 0
      ? { requestsPerSecond, ...(remaining < limit ? { placeInWindow: limit - remaining } : {}) }
      : {}),
    // Days are those of UTC (https://resend.com/docs/dashboard/settings/billing, read 2026-10).
    ...(Number.isInteger(used) && used >= 0
      ? { day: { used, resetsAt: new Date(now.getTime() + restOfDayMs(now)) } }
      : {}),
  }
  return Object.keys(pace).length > 0 ? pace : undefined
}

function restOfDayMs(now: Date): number {
  return DAY_MS - (now.getTime() % DAY_MS)
}

function errorOf(text: string): { readonly name: string | undefined; readonly message: string | undefined } {
  const { name, message } = fieldsOf(text)
  return {
    name: typeof name === 'string' && /^[a-z_]{1,64}$/.test(name) ? name : undefined,
    message: typeof message === 'string' && message !== '' ? message : undefined,
  }
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {}
  } catch {
    return {}
  }
}

/** The API repeats what it was given: whatever holds an @ or looks like a key is cut out, the rest kept short. */
function withoutSecrets(message: string): string {
  const words = message.replace(/[\p{Cc}\s]+/gu, ' ').split(' ')
  const clean = words.map((word) => (word.includes('@') || /re_\w/.test(word) ? '[…]' : word)).join(' ')
  return clean.length > 200 ? `${clean.slice(0, 199)}…` : clean
}

function headerText(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0]
}
