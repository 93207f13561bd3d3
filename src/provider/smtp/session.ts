import SMTPConnection from 'nodemailer/lib/smtp-connection'
import type { Clock } from '../../clock.ts'

/** Where to, and how. */
export type SmtpServer = {
  readonly host: string
  readonly port: number
  /** TLS from the first byte on (`smtps`). */
  readonly secure: boolean
  /**
   * Of a connection that is not `secure`: STARTTLS or nothing, STARTTLS where it is offered (then without looking at the
   * certificate: who can pass off a false one can as well hide the offer), or never.
   */
  readonly tls: 'required' | 'optional' | 'off'
  readonly user?: string | undefined
  readonly password?: string | undefined
  /** What this machine calls itself in EHLO. Default: its host name, if that has a dot. */
  readonly name?: string | undefined
  /** Certificates in PEM to trust in place of those that Node does. */
  readonly ca?: string | undefined
}

/** A connection that takes mail. */
export type Session = {
  readonly connection: SMTPConnection
  readonly offersUtf8: boolean
  readonly isEncrypted: boolean
}

/** Where in the protocol something happened; `session`: while a message was under way, before its end. */
export type SmtpPhase = 'connect' | 'STARTTLS' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA' | 'session' | 'message'

/** Why something did not come about. In the phase `message` all of it, with its end, may have been handed over. */
export type SmtpFailure =
  /** The server said so; `reply` is what it said, with its code. */
  | { readonly kind: 'reply'; readonly phase: SmtpPhase; readonly reply: string }
  /** There is no connection any more and no reply. */
  | { readonly kind: 'broken'; readonly phase: SmtpPhase; readonly detail: string }
  /** We did not ask, because it was clear beforehand that it would not do. */
  | { readonly kind: 'not_asked'; readonly reason: string }

/** The details of what lasted too long, and of what we were told to end. */
export const TIMEOUT = 'timeout'
export const ABORTED = 'aborted'

/** How long connecting, greeting and TLS may take together; and signing in, and RSET. */
export const SET_UP_MS = 30_000
/** The library's own patience with a silent server: longer than any of ours, which count. */
const SILENCE_MS = 15 * 60_000

/** Connects, greets, encrypts and signs in. */
export async function openSession(
  server: SmtpServer,
  clock: Clock,
  signal: AbortSignal,
): Promise<{ readonly kind: 'ready'; readonly session: Session } | SmtpFailure> {
  const startedAt = clock.now().getTime()
  const connection = new SMTPConnection(optionsOf(server))
  // An error may come when nobody waits for anything; then it is found out by the next who does.
  connection.on('error', () => {})
  const patience = (over: AbortSignal) => clock.sleep(SET_UP_MS, over)
  const connected = await settle(connection, { patience, signal }, (done) => connection.connect(done))
  if (connected.kind !== 'done') return close(connection, failureOf(connected, 'connect'))
  // Now it is the reply to EHLO, which lists what the server offers.
  const offersUtf8 = /^250[ -]SMTPUTF8\b/im.test(connection.lastServerResponse || '')
  const { user, password } = server
  if (user !== undefined) {
    const auth = { user, pass: password ?? '' }
    const signedIn = await settle(connection, { patience, signal }, (done) => connection.login(auth, done))
    if (signedIn.kind !== 'done') return close(connection, failureOf(signedIn, 'AUTH'))
  }
  // A machine's timers sleep with it, its clock does not: nothing may leave when others were asked what became of it.
  if (clock.now().getTime() - startedAt > 2 * SET_UP_MS) {
    return close(connection, { kind: 'broken', phase: 'connect', detail: TIMEOUT })
  }
  return { kind: 'ready', session: { connection, offersUtf8, isEncrypted: connection.secure } }
}

/** Makes the server forget what it was told of a message. */
export async function resetSession({ connection }: Session, clock: Clock, signal: AbortSignal): Promise<boolean> {
  const patience = (over: AbortSignal) => clock.sleep(SET_UP_MS, over)
  const reset = await settle(connection, { patience, signal }, (done) => connection.reset(done))
  if (reset.kind !== 'done') connection.close()
  return reset.kind === 'done'
}

export type SmtpError = Error & {
  readonly code?: string | undefined
  readonly originalCode?: string | undefined
  readonly command?: string | undefined
  readonly response?: string | undefined
}

/** How something asked of a connection ended. */
export type Settled<T> =
  | { readonly kind: 'done'; readonly value: T | undefined }
  | { readonly kind: 'failed'; readonly error: SmtpError }
  /** The connection is closed. */
  | { readonly kind: 'gone'; readonly detail: string }

/**
 * Asks something of a connection and waits until it is done, the connection ends, `patience` does, or `signal` aborts.
 * The library says some of these by callback, some by an event, and some not at all.
 */
export function settle<T>(
  connection: SMTPConnection,
  until: { readonly patience: (over: AbortSignal) => Promise<void>; readonly signal?: AbortSignal },
  ask: (done: (error?: SmtpError | null, value?: T) => void) => void,
): Promise<Settled<T>> {
  return new Promise((resolve) => {
    const over = new AbortController()
    const finish = (settled: Settled<T>) => {
      if (over.signal.aborted) return
      over.abort()
      connection.off('error', onError)
      connection.off('end', onEnd)
      until.signal?.removeEventListener('abort', onAbort)
      resolve(settled)
    }
    const giveUp = (detail: string) => {
      finish({ kind: 'gone', detail })
      connection.close()
    }
    const onError = (error: SmtpError) => finish({ kind: 'failed', error })
    // After a 421 the connection ends first and the callback, which knows why, follows.
    const onEnd = () => queueMicrotask(() => finish({ kind: 'gone', detail: 'connection lost' }))
    const onAbort = () => giveUp(ABORTED)
    connection.on('error', onError)
    connection.on('end', onEnd)
    until.signal?.addEventListener('abort', onAbort, { once: true })
    until.patience(over.signal).then(() => {
      if (!over.signal.aborted) giveUp(TIMEOUT)
    })
    if (until.signal?.aborted) onAbort()
    else ask((error, value) => finish(error ? { kind: 'failed', error } : { kind: 'done', value }))
  })
}

/** Where and why something failed; `phase` is what is known of where from our side. */
export function failureOf(
  settled: Exclude<Settled<unknown>, { kind: 'done' }>,
  phase: 'connect' | 'AUTH' | 'session' | 'message',
): SmtpFailure {
  if (settled.kind === 'gone') return { kind: 'broken', phase, detail: settled.detail }
  const { code = 'error', originalCode, command, response } = settled.error
  const saidAt = code === 'EMESSAGE' ? 'message' : PHASES.get(command?.split(' ')[0] ?? '')
  if (response && saidAt) return { kind: 'reply', phase: saidAt, reply: response }
  // A reply to nothing in particular, or half of one; once the end of the message is out it proves nothing.
  if (response && phase !== 'message') return { kind: 'reply', phase, reply: response }
  if (code === 'EMESSAGE') return { kind: 'not_asked', reason: 'the message is larger than the server takes' }
  if (code === 'EENVELOPE') return { kind: 'not_asked', reason: 'the address cannot be written in an envelope' }
  return { kind: 'broken', phase, detail: originalCode ?? code }
}

const PHASES: ReadonlyMap<string, SmtpPhase> = new Map([
  ['STARTTLS', 'STARTTLS'],
  ['AUTH', 'AUTH'],
  ['MAIL', 'MAIL'],
  ['RCPT', 'RCPT'],
  ['DATA', 'DATA'],
])

function optionsOf({ host, port, secure, tls, name, ca }: SmtpServer) {
  return {
    host,
    port,
    secure,
    requireTLS: !secure && tls === 'required',
    ignoreTLS: !secure && tls === 'off',
    tls: { rejectUnauthorized: secure || tls === 'required', ...(ca === undefined ? {} : { ca }) },
    socketTimeout: SILENCE_MS,
    socketCloseTimeout: 1_000,
    ...(name === undefined ? {} : { name }),
  }
}

function close(connection: SMTPConnection, failure: SmtpFailure): SmtpFailure {
  connection.close()
  return failure
}
