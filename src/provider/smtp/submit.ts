import { Readable } from 'node:stream'
import type { SMTPConnectionSendInfo } from 'nodemailer/lib/smtp-connection'
import type { Clock } from '../../clock.ts'
import type { BounceAddresses } from '../bounce-address.ts'
import { mailDate } from '../mime.ts'
import type { SmtpMail } from './assemble.ts'
import { failureOf, resetSession, SET_UP_MS, type Session, type SmtpFailure, settle, TIMEOUT } from './session.ts'
import type { Sessions } from './sessions.ts'
import type { Sign } from './sign.ts'

/** What one attempt came to, before its meaning is looked at. */
export type SmtpExchange =
  /** The server said yes after the final dot. */
  { readonly kind: 'taken'; readonly messageId: string } | SmtpFailure

export type Submitting = {
  readonly sessions: Sessions
  readonly clock: Clock
  readonly sign: Sign | undefined
  readonly bounces: Pick<BounceAddresses, 'of'> | undefined
  readonly signal: AbortSignal
}

// RFC 5321 section 4.5.3.2: five minutes for MAIL and RCPT, two for DATA, three for a block; ten for the answer to the
// final dot, because who gives up sooner makes duplicates.
const BEFORE_DOT_MS = 5 * 60_000
const AFTER_DOT_MS = 10 * 60_000
const CHUNK = 16 * 1024

/** Longer than a submission takes by itself, whatever the server does. */
export const LONGEST_SUBMISSION_MS = 2 * (2 * SET_UP_MS + BEFORE_DOT_MS) + AFTER_DOT_MS

/**
 * Sends one message. A kept connection that turns out to be over before the message was handed to it is replaced by a
 * new one, once; nothing else is repeated.
 */
export async function submitMail(mail: SmtpMail, using: Submitting): Promise<SmtpExchange> {
  const { sessions, clock, sign, signal } = using
  const dated = Buffer.concat([Buffer.from(`Date: ${mailDate(clock.now())}\r\n`), mail.message])
  const bytes = sign ? await sign(dated) : dated
  const kept = sessions.takeKept()
  if (kept && (!kept.isDirty || (await resetSession(kept.session, clock, signal)))) {
    const exchange = await transmit(kept.session, mail, bytes, using)
    if (!wasOver(exchange)) return exchange
  }
  const opened = await sessions.open(signal)
  return opened.kind === 'ready' ? transmit(opened.session, mail, bytes, using) : opened
}

/** Whether the server had ended the session, as it may at any time between two messages. */
function wasOver(exchange: SmtpExchange): boolean {
  if (exchange.kind === 'broken') return exchange.phase === 'session' && exchange.detail !== TIMEOUT
  return exchange.kind === 'reply' && exchange.phase === 'MAIL' && exchange.reply.startsWith('421')
}

async function transmit(session: Session, mail: SmtpMail, bytes: Buffer, using: Submitting): Promise<SmtpExchange> {
  const { sessions, clock, bounces, signal } = using
  const { connection } = session
  const from = bounces?.of(mail.deliveryId) ?? mail.from
  if (!session.offersUtf8 && !isAscii(from + mail.to)) {
    void sessions.keep(session, false)
    return { kind: 'not_asked', reason: NO_UTF8 }
  }
  // Aborted, it says that the last byte may be on its way; from then on no loss of the connection proves anything.
  const written = new AbortController()
  const patience = async (over: AbortSignal) => {
    await clock.sleep(BEFORE_DOT_MS, AbortSignal.any([over, written.signal]))
    if (written.signal.aborted) await clock.sleep(AFTER_DOT_MS, over)
  }
  const source = Readable.from(chunksOf(bytes), { objectMode: false }).once('end', () => written.abort())
  const envelope = { from, to: mail.to, size: bytes.length, dsn: { ret: 'HDRS', envid: mail.deliveryId } }
  const settled = await settle<SMTPConnectionSendInfo>(connection, { patience, signal }, (done) =>
    connection.send(envelope, source, (error, info) => {
      // An answer in the middle of the message: its end must not follow.
      if (!written.signal.aborted && (!error || error.code === 'EMESSAGE')) connection.close()
      done(error, info)
    }),
  )
  if (settled.kind === 'done' && !written.signal.aborted) {
    return { kind: 'broken', phase: 'message', detail: 'an answer in the middle of the message' }
  }
  if (settled.kind === 'done') {
    void sessions.keep(session, false)
    return { kind: 'taken', messageId: settled.value?.serverMessageId?.replace(/[<>]/g, '') ?? mail.messageId }
  }
  const failure = failureOf(settled, written.signal.aborted ? 'message' : 'session')
  if (failure.kind === 'reply' && !/^(?:421|503)/.test(failure.reply)) void sessions.keep(session, true)
  else connection.close()
  return failure
}

const NO_UTF8 = 'the server does not offer SMTPUTF8, which letters beyond ASCII before the @ need'

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text)
}

function* chunksOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += CHUNK) yield bytes.subarray(at, at + CHUNK)
}
