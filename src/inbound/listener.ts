import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { SMTPServer, type SMTPServerAddress, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server'
import type { Clock } from '../clock.ts'
import { AppError } from '../error.ts'
import type { Logger } from '../log.ts'
import type { NewsletterStore } from '../store/store.ts'
import type { SubscriberStore } from '../store/subscribers.ts'
import { networkCounts } from '../subscriber/limits.ts'
import type { Tokens } from '../subscriber/token.ts'
import type { MailAddresses } from './addresses.ts'
import { createInbox, type KeepDeps } from './receive.ts'

export type ListenerDeps = KeepDeps & {
  readonly store: {
    readonly newsletters: Pick<NewsletterStore, 'list'>
    readonly subscribers: Pick<SubscriberStore, 'count'>
  }
  readonly tokens: Pick<Tokens, 'pseudonym'>
  readonly clock: Clock
  readonly log: Logger
}

/** Where mail comes in. `port` 0: any free one. */
export type ListenerOptions = {
  readonly domain: string
  readonly addresses: Pick<MailAddresses, 'read'>
  readonly host: string
  readonly port: number
  /** Paths of PEM files; null: STARTTLS is not offered. They are read again twice a day, so that they can be renewed. */
  readonly tls: { readonly certificate: string; readonly key: string } | null
  readonly limits?: Partial<Limits>
  /** Default: `asksTooMuch`. */
  readonly isBusy?: (ip: string) => Promise<boolean>
}

export type Limits = {
  readonly maxBytes: number
  /** Connections at a time: in all, and from one network (one address, or one /64). */
  readonly connections: number
  readonly connectionsOfOne: number
  /** What one network may cost in a minute: a mail one and one more each 50 kB, an address that is none of ours `STRANGER`. */
  readonly perMinute: number
  /** What is held of mails that are not on disk yet, in all. */
  readonly bytesInHand: number
  /** How long a connection may last, whatever goes on in it. */
  readonly sessionMs: number
}

const MINUTE_MS = 60_000

/** A report returns at most a newsletter; who writes to leave or to confirm writes little. */
const LIMITS: Limits = {
  maxBytes: 5 * 1024 * 1024,
  connections: 200,
  connectionsOfOne: 20,
  perMinute: 1_000,
  bytesInHand: 100 * 1024 * 1024,
  sessionMs: 10 * MINUTE_MS,
}
const STRANGER = 20
const BYTES_OF_ONE = 50_000
const MAX_RECIPIENTS = 10
const READ_TLS_EVERY_MS = 12 * 3_600_000

/** A listener at work. */
export type MailListener = {
  readonly port: number
  /** Takes no new connection, lets what is under way finish. */
  close(): Promise<void>
}

/**
 * Listens for mail by SMTP. It takes what is for an address of ours and nothing else, whoever sends it, passes nothing
 * on, and says yes only when the mail is on disk: while the database does not answer, senders are asked to come back.
 * @throws AppError `unavailable` when the port cannot be listened on, `config_invalid` when a PEM file cannot be read
 */
export async function startMailListener(deps: ListenerDeps, options: ListenerOptions): Promise<MailListener> {
  const { clock, log } = deps
  const limits = { ...LIMITS, ...options.limits }
  const reception = createReception(deps, options, limits)
  const server = new SMTPServer({
    name: options.domain,
    banner: 'Pressroom',
    size: limits.maxBytes,
    maxClients: limits.connections,
    disabledCommands: options.tls === null ? ['AUTH', 'STARTTLS'] : ['AUTH'],
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 5_000,
    ...(options.tls === null ? {} : await readTls(options.tls)),
    onConnect: (session, done) => answer(done, reception.connect(session)),
    onClose: (session) => reception.leave(session),
    onRcptTo: (address, session, done) => answer(done, reception.recipient(address, session)),
    onData: (stream, session, done) => answer(done, reception.content(stream, session)),
  })
  // A connection that breaks off is its sender's business; they come back.
  server.on('error', (err) => log.debug({ event: 'inbound_connection_broken', err }))
  server.server.on('connection', (socket) => setTimeout(() => socket.destroy(), limits.sessionMs).unref())
  await listen(server, options)
  const closing = new AbortController()
  if (options.tls) void renewTls(server, options.tls, deps, closing.signal)
  const bound = server.server.address()
  const port = typeof bound === 'object' && bound ? bound.port : options.port
  log.info({ event: 'inbound_listening', host: options.host, port, tls: options.tls !== null, at: clock.now() })
  return {
    port,
    close: () => {
      closing.abort()
      return new Promise((resolve) => server.close(resolve))
    },
  }
}

/** What is said to a sender; a session's own state is kept by smtp-server. */
function createReception(deps: ListenerDeps, options: ListenerOptions, limits: Limits) {
  const { store, clock, log } = deps
  const { addresses, isBusy = (ip) => asksTooMuch(deps, ip) } = options
  const keep = createInbox(deps)
  const open = new Map<string, number>()
  /** Sessions that are counted in `open`: some end before they begin, and have no address then. */
  const counted = new Map<string, string>()
  let inHand = 0
  let spent = new Map<string, number>()
  let minute = 0

  const spend = (session: SMTPServerSession, cost: number) => {
    const now = Math.floor(clock.now().getTime() / MINUTE_MS)
    if (now !== minute) spent = new Map()
    minute = now
    const network = networkOf(session.remoteAddress)
    const sum = (spent.get(network) ?? 0) + cost
    spent.set(network, sum)
    if (sum > limits.perMinute) throw refusal(421, 'Too much mail at once; come back in a minute')
  }

  return {
    connect: async ({ id, remoteAddress }: SMTPServerSession) => {
      const network = networkOf(remoteAddress)
      const count = (open.get(network) ?? 0) + 1
      open.set(network, count)
      counted.set(id, network)
      if (count > limits.connectionsOfOne) throw refusal(421, 'Too many connections at once; come back in a minute')
    },
    leave: ({ id }: SMTPServerSession) => {
      const network = counted.get(id)
      if (network === undefined) return
      counted.delete(id)
      const count = (open.get(network) ?? 1) - 1
      if (count > 0) open.set(network, count)
      else open.delete(network)
    },
    recipient: async ({ address }: SMTPServerAddress, session: SMTPServerSession) => {
      spend(session, 0)
      if (session.envelope.rcptTo.length >= MAX_RECIPIENTS) throw refusal(452, 'Too many recipients at once')
      const newsletters = await orLater(log, store.newsletters.list())
      const read = addresses.read(address, newsletters, clock.now())
      if (read === null) {
        spend(session, STRANGER)
        throw refusal(550, 'There is no such address here, and nothing is passed on')
      }
      if (read.kind !== 'subscribe' || !(await orLater(log, isBusy(session.remoteAddress)))) return
      log.warn({ event: 'subscriptions_limited', newsletterId: read.newsletterId, by: 'network' })
      throw refusal(450, 'Too many ask for newsletters from there; come back in an hour')
    },
    content: async (stream: SMTPServerDataStream, session: SMTPServerSession) => {
      let held = 0
      const hold = (bytes: number) => {
        held += bytes
        inHand += bytes
        if (held > limits.maxBytes) return refusal(552, `More than ${limits.maxBytes} bytes are not taken`)
        return inHand > limits.bytesInHand ? refusal(452, 'Too much mail comes in just now; come back later') : null
      }
      const letGo = () => {
        inHand -= held
        held = 0
      }
      try {
        const raw = await readAll(stream, hold, letGo)
        spend(session, 1 + Math.floor(raw.length / BYTES_OF_ONE))
        const { mailFrom, rcptTo } = session.envelope
        const sender = (mailFrom ? mailFrom.address : '').replaceAll('\0', '').slice(0, 320)
        const sourceId = createHash('sha256').update(`${sender}\n`).update(raw).digest('hex')
        for (const { address: recipient } of rcptTo) {
          await orLater(log, keep({ source: 'smtp', sourceId, recipient: recipient.toLowerCase(), sender, raw }))
        }
      } finally {
        letGo()
      }
    },
  }
}

/** Counts somebody who asks for a newsletter; true when too many of that network do, by the limits of the form. */
export async function asksTooMuch(
  { store, tokens }: Pick<ListenerDeps, 'store' | 'tokens'>,
  ip: string,
): Promise<boolean> {
  const counts = networkCounts(tokens, { ip, weight: 1 })
  return counts.length > 0 && (await store.subscribers.count(counts)).includes(true)
}

/** The database is the truth: while it is away, so are we. */
async function orLater<T>(log: Logger, work: Promise<T>): Promise<T> {
  return work.catch((err: unknown) => {
    log.error({ event: 'inbound_not_kept', err })
    throw refusal(451, 'This cannot be kept just now; come back later')
  })
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode })
}

function answer(done: (error?: Error | null) => void, work: Promise<void>): void {
  work.then(
    () => done(),
    (error: Error) => done('responseCode' in error ? error : refusal(451, 'Something is broken; come back later')),
  )
}

/** All of a message. One that `hold` refuses is read to its end all the same, as the protocol asks, and then thrown. */
async function readAll(
  stream: SMTPServerDataStream,
  hold: (bytes: number) => Error | null,
  letGo: () => void,
): Promise<Buffer> {
  const parts: Buffer[] = []
  let refused: Error | null = null
  for await (const part of stream) {
    if (refused) continue
    refused = hold(part.length)
    if (!refused) parts.push(part)
    else {
      parts.length = 0
      letGo()
    }
  }
  if (refused) throw refused
  return Buffer.concat(parts)
}

/** Of IPv6, a network of /64 is one sender's. */
function networkOf(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const groups = head.split(':')
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(':').length
  return [...groups, ...Array(Math.max(0, missing)).fill('0')].slice(0, 4).join(':')
}

async function readTls({ certificate, key }: NonNullable<ListenerOptions['tls']>) {
  try {
    const [cert, privateKey] = await Promise.all([readFile(certificate), readFile(key)])
    // While they are being renewed, one may be new and the other old, or half written.
    createSecureContext({ cert, key: privateKey })
    return { cert, key: privateKey }
  } catch (cause) {
    const message =
      'INBOUND_SMTP_CERT or INBOUND_SMTP_KEY cannot be read. Both are paths of PEM files that fit together.'
    throw new AppError('config_invalid', message, { cause })
  }
}

async function renewTls(
  server: SMTPServer,
  tls: NonNullable<ListenerOptions['tls']>,
  { clock, log }: ListenerDeps,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await clock.sleep(READ_TLS_EVERY_MS, signal)
    if (signal.aborted) return
    await readTls(tls).then(
      (read) => server.updateSecureContext(read),
      (err: unknown) => log.error({ event: 'inbound_certificate_not_renewed', err }),
    )
  }
}

function listen(server: SMTPServer, { host, port }: ListenerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (cause: Error) => {
      const message = `Mail cannot be listened for on port ${port} of ${host}. Set INBOUND_SMTP_PORT or INBOUND_SMTP_HOST; ports below 1024 may need a right of their own.`
      reject(new AppError('unavailable', message, { cause }))
    }
    server.server.once('error', fail)
    server.listen(port, host, () => {
      server.server.off('error', fail)
      resolve()
    })
  })
}
