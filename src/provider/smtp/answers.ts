import type { CallAnswer, MessageAnswer } from '../provider.ts'
import { ABORTED, type SmtpFailure } from './session.ts'
import type { SmtpExchange } from './submit.ts'

const MINUTE_MS = 60_000
/** What the server itself asks us to wait for: its own limits, its restarts. */
const SERVER_WAIT_MS = MINUTE_MS
/** What a mailbox asks for; graylisting lets one in after some minutes. */
const MAILBOX_WAIT_MS = 5 * MINUTE_MS
/** What a domain asks for in 4.7.x. Gmail wants at least ten minutes of silence after a 4.7.28. */
const DOMAIN_WAIT_MS = 10 * MINUTE_MS
const QUOTA_WAIT_MS = 60 * MINUTE_MS

/** Signing in is missing, wrong or not enough (RFC 4954 section 6). */
const SIGN_IN = new Set([530, 534, 535, 538])
/** The same as enhanced codes, and those in which Exchange says that it does not relay, or not for this sender. */
const NOT_ALLOWED = new Set(['5.7.8', '5.7.9', '5.7.11', '5.7.54', '5.7.57', '5.7.60'])
/** As a 5xx this is Google's: more than the account may send in a day. */
const DAILY_LIMIT = '5.4.5'
/** About this one message, when it is said to its sender: too big, or of a form that is not taken (RFC 3463). */
const ABOUT_MESSAGE = /^5\.(?:2\.3|3\.4|6\.\d+)$/
/** What Node says of a certificate that it does not trust. */
const CERTIFICATE = /CERT|CRL|^UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH/

/**
 * What an exchange means for its one message. Decides by phase and code, never by the words of a reply. `address` is
 * what must not be repeated of them.
 */
export function answerTo(exchange: SmtpExchange, address: string): CallAnswer {
  switch (exchange.kind) {
    case 'taken':
      return answered({ kind: 'accepted', providerMessageId: exchange.messageId })
    case 'not_asked':
      return answered({ kind: 'refused', reason: exchange.reason })
    case 'broken':
      return brokenAnswer(exchange)
    case 'reply':
      return replyAnswer(exchange, address)
  }
}

/** A failure in a sentence without its full stop. */
export function describeFailure(failure: SmtpFailure): string {
  switch (failure.kind) {
    case 'not_asked':
      return failure.reason
    case 'broken':
      if (CERTIFICATE.test(failure.detail)) return `The certificate of the server is not trusted: ${failure.detail}`
      return `The server cannot be reached (${failure.phase}): ${failure.detail}`
    case 'reply':
      return `The server says no: ${describeReply(failure, '')}`
  }
}

type Broken = Extract<SmtpFailure, { kind: 'broken' }>
type Replied = Extract<SmtpFailure, { kind: 'reply' }>

function brokenAnswer(failure: Broken): CallAnswer {
  const { phase, detail } = failure
  if (phase === 'message' || detail === ABORTED) return { kind: 'lost', detail: `no answer to the message: ${detail}` }
  // The server was there, so the others may go on; if it has gone, the next one finds out.
  if (phase === 'session') return deferred(`connection: ${detail}`, SERVER_WAIT_MS)
  const isOurs = CERTIFICATE.test(detail) || detail === 'EAUTH'
  return { kind: isOurs ? 'unauthorised' : 'unreachable', detail: describeFailure(failure) }
}

function replyAnswer(failure: Replied, address: string): CallAnswer {
  const { phase } = failure
  const { code, enhanced } = readReply(failure.reply)
  const detail = describeReply(failure, address)
  const isPermanent = code >= 500 && code < 600
  const isNo = isPermanent || (code >= 400 && code < 500)
  if (phase === 'connect') return { kind: 'unreachable', detail }
  if (phase === 'STARTTLS' || phase === 'AUTH') return { kind: isPermanent ? 'unauthorised' : 'unreachable', detail }
  if (!isNo) return phase === 'message' ? { kind: 'lost', detail } : deferred(detail, SERVER_WAIT_MS)
  if (SIGN_IN.has(code) || (enhanced !== undefined && NOT_ALLOWED.has(enhanced)))
    return { kind: 'unauthorised', detail }
  if (enhanced === DAILY_LIMIT) return { kind: 'quota', retryAfterMs: QUOTA_WAIT_MS, detail }
  if (phase === 'MAIL') return senderAnswer(code, enhanced, detail)
  if (isPermanent && code !== 503) return answered({ kind: 'refused', reason: detail })
  if (enhanced?.startsWith('4.7.')) return deferred(detail, DOMAIN_WAIT_MS, true)
  if (code === 421 && phase !== 'message') return { kind: 'unreachable', detail }
  return deferred(detail, code === 503 || code === 421 ? SERVER_WAIT_MS : MAILBOX_WAIT_MS)
}

/** What is said to MAIL is said to the sender, so to every message alike, unless it is about this one's size or form. */
function senderAnswer(code: number, enhanced: string | undefined, detail: string): CallAnswer {
  if (code === 421 && !enhanced?.startsWith('4.7.')) return { kind: 'unreachable', detail }
  if (code === 503) return deferred(detail, SERVER_WAIT_MS)
  if (code < 500) return { kind: 'slow_down', retryAfterMs: SERVER_WAIT_MS }
  const isAboutMessage = code === 552 || (enhanced !== undefined && ABOUT_MESSAGE.test(enhanced))
  return isAboutMessage ? answered({ kind: 'refused', reason: detail }) : { kind: 'unauthorised', detail }
}

function answered(message: MessageAnswer): CallAnswer {
  return { kind: 'answered', messages: [message] }
}

function deferred(reason: string, retryAfterMs: number, domainWide = false): CallAnswer {
  return answered({ kind: 'deferred', reason, retryAfterMs, ...(domainWide ? { domainWide } : {}) })
}

type Reply = { readonly code: number; readonly enhanced: string | undefined; readonly text: string }

/** A reply of one or more lines: `550-5.1.1 …`, `550 5.1.1 …` (RFC 5321 section 4.2, RFC 2034). */
function readReply(reply: string): Reply {
  const lines = reply
    .split(/\r?\n/)
    .map((line) => /^(\d{3})[ -]?(?:([245]\.\d{1,3}\.\d{1,3})(?:\s|$))?(.*)$/.exec(line))
  const [, code = '0', enhanced] = lines.at(-1) ?? []
  return { code: Number(code), enhanced, text: lines.map((line) => line?.[3] ?? '').join(' ') }
}

/** Where it was said, the codes, and the words if they say nothing of who was written to. */
function describeReply({ phase, reply }: Replied, address: string): string {
  const { code, enhanced, text } = readReply(reply)
  const head = `${phase} ${code}${enhanced ? ` ${enhanced}` : ''}`
  const words = text.replace(/[\p{Cc}\s]+/gu, ' ').trim()
  const local = address.slice(0, address.lastIndexOf('@')).toLowerCase()
  const tells = words.includes('@') || (local !== '' && words.toLowerCase().includes(local))
  if (words === '' || tells) return head
  return `${head}: ${words.length > 200 ? `${words.slice(0, 199)}…` : words}`
}
