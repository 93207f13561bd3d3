import { createHash } from 'node:crypto'
import { type Clock, systemClock } from '../../clock.ts'
import { AppError } from '../../error.ts'
import { createBodyMemory } from '../body-memory.ts'
import { countMessages } from '../json-body.ts'
import type { Body, Provider } from '../provider.ts'
import { describeAnswer, errorName, submissionOf } from './answers.ts'
import { assembleResendBatch, RESEND_WIRE } from './assemble.ts'
import { askQuota } from './quota.ts'
import { type Exchange, type Line, openLine } from './submit.ts'

export type ResendOptions = {
  readonly apiKey: string
  /** Default `https://api.resend.com`. */
  readonly baseUrl?: string
  /** Resend turns away who does not say what it is. Default `pressroom`. */
  readonly userAgent?: string
  readonly clock?: Clock
  /** How long making a connection may take. Default 10 s. */
  readonly connectTimeoutMs?: number
}

/**
 * Resend. Every call is `POST /emails/batch` in strict mode, for one message too, so that there is one kind of answer
 * and one space of idempotency keys: a call is taken whole or not at all.
 * @throws AppError `config_invalid` when the key or the base URL cannot be one
 */
export function createResendProvider(options: ResendOptions): Provider {
  const { apiKey, userAgent = 'pressroom', clock = systemClock, connectTimeoutMs = 10_000 } = options
  const baseUrl = requireUrl(options.baseUrl ?? 'https://api.resend.com')
  requireHeaderText('The Resend API key', apiKey)
  requireHeaderText('The user agent', userAgent)
  const headers = { authorization: `Bearer ${apiKey}`, 'user-agent': userAgent, accept: 'application/json' }
  const memory = createBodyMemory()
  const spent = new WeakSet<Body>()
  const line = openLine({ baseUrl, headers, clock, connectTimeoutMs })
  return {
    name: 'resend',
    account: accountOf(baseUrl, apiKey),
    wire: RESEND_WIRE,
    flags: { idempotent: true, batch: true, reportsEvents: true, leavesMachine: true },
    // A team starts at 2 to 10 requests a second, depending on its age; every answer tells. Bodies: our own cap.
    limits: { maxRecipients: 100, maxBodyBytes: 4 * 1024 * 1024, requestsPerSecond: 2, deadlineMs: 60_000 },
    assemble: (edition, batch) => assembleResendBatch(edition, batch, memory),
    async submit(body, { idempotencyKey, signal }) {
      if (spent.has(body)) throw new AppError('internal', 'A body is submitted once; assemble it anew.')
      spent.add(body)
      const messages = countMessages(body.bytes)
      let sent = false
      const exchange = await line.exchange({
        method: 'POST',
        path: '/emails/batch',
        headers: {
          'content-type': 'application/json',
          'idempotency-key': idempotencyKey,
          'x-batch-validation': 'strict',
        },
        bytes: body.bytes,
        sent: () => {
          sent = true
        },
        signal,
      })
      if (exchange.kind === 'answer' && sent) memory.giveBack(body.bytes)
      return submissionOf(exchange, messages, clock.now())
    },
    dailyQuota: (signal) => askQuota(line, signal),
    check: (signal) => checkAccount(line, signal),
  }
}

/** Lists the domains, which sends nothing; a key that may only send says so, and thereby that it is known. */
async function checkAccount(line: Line, signal: AbortSignal): Promise<{ ok: boolean; detail: string }> {
  const exchange = await line.exchange({ method: 'GET', path: '/domains', headers: {}, signal })
  if (exchange.kind !== 'answer') return { ok: false, detail: `Resend does not answer: ${exchange.detail}.` }
  return accountState(exchange)
}

function accountState(answer: Extract<Exchange, { kind: 'answer' }>): { ok: boolean; detail: string } {
  const { status, text } = answer
  if (status === 200) return { ok: true, detail: 'The key is valid and may do everything.' }
  if (status === 401 && errorName(text) === 'restricted_api_key') {
    return { ok: true, detail: 'The key is valid and may send.' }
  }
  if (status === 429)
    return { ok: false, detail: 'Resend answers that a limit is reached just now; try again in a moment.' }
  return { ok: false, detail: `Resend says no: ${describeAnswer(answer).replace(/\.$/, '')}.` }
}

/** Keys and idempotency belong to one team at one endpoint; which it is can be told, the key cannot be read from it. */
function accountOf(baseUrl: URL, apiKey: string): string {
  return createHash('sha256').update(`${baseUrl.origin}\n${apiKey}`).digest('hex').slice(0, 16)
}

function requireUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url
  throw new AppError(
    'config_invalid',
    'The base URL of Resend is no http or https URL; set RESEND_BASE_URL or leave it out.',
  )
}

function requireHeaderText(what: string, text: string): void {
  if (/^[\x21-\x7e][\x20-\x7e]*$/.test(text)) return
  throw new AppError('config_invalid', `${what} is empty or holds characters that cannot be sent.`)
}
