import { createServer, type Server, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

/** Where in the protocol a sink can be told to misbehave: at the first byte of the body, too, and after its end. */
export type SinkPhase = 'connect' | 'ehlo' | 'starttls' | 'auth' | 'mail' | 'rcpt' | 'data' | 'body' | 'dot' | 'rset'

/** What it does there in place of what is right. At `dot`, `accepts` says that the mail is taken all the same. */
export type SinkFault = { readonly accepts?: boolean } & (
  | { readonly kind: 'reply'; readonly reply: string }
  /** Ends the connection in order, says nothing. */
  | { readonly kind: 'close' }
  | { readonly kind: 'reset' }
  /** Keeps the connection, says nothing any more. */
  | { readonly kind: 'hang' }
)

/** A mail as it was accepted: with its dots, as text of one character a byte. */
export type SinkMail = {
  readonly deliveryId: string
  readonly from: string
  readonly to: string
  readonly raw: string
}

/** What is known when a phase is reached. */
export type SinkMoment = {
  readonly phase: SinkPhase
  /** Of the envelope, from `rcpt` on. */
  readonly to: string
  /** At `dot`. */
  readonly deliveryId: string
}

export type SinkOptions = {
  /** Default: any free port. */
  readonly port?: number
  /** Asked at every phase; what `failNext` was told goes first. */
  readonly decide?: (moment: SinkMoment) => SinkFault | undefined
  /** Lines of the answer to EHLO. Default: `PIPELINING`, `8BITMIME`. */
  readonly extensions?: readonly string[]
  /** In PEM; needed for STARTTLS, which has to be named in `extensions`. */
  readonly certificate?: { readonly key: string; readonly cert: string }
  /** TLS from the first byte. */
  readonly secure?: boolean
  /** Default: mail is kept; counts are, always. */
  readonly keepsMail?: boolean
}

/** An SMTP server that takes everything, counts it, and fails wherever it is told to. */
export type SmtpSink = {
  readonly host: string
  readonly port: number
  /** How often each delivery was accepted, by the local part of `Message-ID`. */
  readonly accepted: ReadonlyMap<string, number>
  readonly mails: readonly SinkMail[]
  /** Every command line, in order, of all connections. */
  readonly commands: readonly string[]
  /** How many connections were ever made, and how many there are. */
  readonly connections: { readonly made: number; readonly open: number }
  /** Does that once, when any connection next gets there. Resolves when it has. */
  failNext(phase: SinkPhase, fault: SinkFault): Promise<void>
  /** Cuts every connection. */
  cut(): void
  close(): Promise<void>
}

/** Starts a sink on loopback. */
export async function startSmtpSink(options: SinkOptions = {}): Promise<SmtpSink> {
  const state: State = {
    options,
    accepted: new Map(),
    mails: [],
    commands: [],
    sockets: new Set(),
    planned: [],
    made: 0,
  }
  // Replies to commands that came in one go would wait for each other.
  const server = createServer({ noDelay: true }, (socket) => {
    state.made += 1
    state.sockets.add(socket)
    socket.once('close', () => state.sockets.delete(socket))
    new Conversation(socket, options.secure ? encrypt(socket, options) : socket, state).greet()
  })
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const cut = () => {
    for (const socket of state.sockets) socket.resetAndDestroy()
  }
  return {
    host: '127.0.0.1',
    port: portOf(server),
    accepted: state.accepted,
    mails: state.mails,
    commands: state.commands,
    get connections() {
      return { made: state.made, open: state.sockets.size }
    },
    failNext: (phase, fault) => new Promise((done) => state.planned.push({ phase, fault, done })),
    cut,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        cut()
      }),
  }
}

type State = {
  readonly options: SinkOptions
  readonly accepted: Map<string, number>
  readonly mails: SinkMail[]
  readonly commands: string[]
  readonly sockets: Set<Socket>
  readonly planned: { readonly phase: SinkPhase; readonly fault: SinkFault; readonly done: () => void }[]
  made: number
}

/** One connection. After STARTTLS another one goes on, on the same socket. */
class Conversation {
  /** The one below TLS, which alone can be reset. */
  readonly #raw: Socket
  readonly #socket: Socket
  readonly #state: State
  #input = ''
  #envelope = { from: '', to: '' }
  #place: 'commands' | 'body' | 'in body' | 'over' = 'commands'
  /** It was answered before its end, so its end is not. */
  #wasAnswered = false

  constructor(raw: Socket, socket: Socket, state: State) {
    this.#raw = raw
    this.#socket = socket
    this.#state = state
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => {
      this.#input += chunk.toString('latin1')
      while (this.#place !== 'over' && (this.#place === 'commands' ? this.#takeLine() : this.#takeBody())) {}
    })
  }

  greet(): void {
    if (!this.#fault('connect')) this.#say('220 sink ESMTP')
  }

  #takeLine(): boolean {
    const end = this.#input.indexOf('\r\n')
    if (end < 0) return false
    const line = this.#input.slice(0, end)
    this.#input = this.#input.slice(end + 2)
    this.#state.commands.push(line)
    this.#answer(line)
    return true
  }

  #answer(line: string): void {
    const verb = line.split(/[ :]/, 1)[0]?.toUpperCase()
    if (verb === 'EHLO') this.#unless('ehlo', ehloReply(this.#state.options, this.#socket instanceof TLSSocket))
    else if (verb === 'HELO') this.#say('250 sink')
    else if (verb === 'STARTTLS') this.#startTls()
    else if (verb === 'AUTH') this.#unless('auth', '235 2.7.0 welcome')
    else if (verb === 'MAIL')
      this.#unless('mail', '250 2.1.0 ok', () => (this.#envelope = { from: addressOf(line), to: '' }))
    else if (verb === 'RCPT') this.#rcpt(addressOf(line))
    else if (verb === 'DATA') this.#data()
    else if (verb === 'RSET') this.#unless('rset', '250 2.0.0 ok', () => (this.#envelope = { from: '', to: '' }))
    else if (verb === 'QUIT') this.#end('221 2.0.0 bye')
    else this.#say('500 5.5.2 what')
  }

  #rcpt(to: string): void {
    const { from } = this.#envelope
    if (from === '') this.#say('503 5.5.1 MAIL first')
    else this.#unless('rcpt', '250 2.1.5 ok', () => (this.#envelope = { from, to }), to)
  }

  #data(): void {
    if (this.#envelope.to === '') this.#say('503 5.5.1 RCPT first')
    else if (!this.#fault('data')) {
      this.#place = 'body'
      this.#say('354 go')
    }
  }

  #startTls(): void {
    if (this.#fault('starttls')) return
    if (!this.#state.options.certificate) {
      this.#say('502 5.5.1 no certificate')
      return
    }
    this.#say('220 2.0.0 go')
    this.#place = 'over'
    this.#socket.removeAllListeners('data')
    new Conversation(this.#raw, encrypt(this.#raw, this.#state.options), this.#state)
  }

  #takeBody(): boolean {
    if (this.#place === 'body' && this.#input !== '') {
      this.#place = 'in body'
      this.#wasAnswered = this.#fault('body')
      if (this.#isOver()) return false
    }
    const isEmpty = this.#input.startsWith('.\r\n')
    const end = isEmpty ? 0 : this.#input.indexOf('\r\n.\r\n')
    if (end < 0) return false
    const raw = isEmpty ? '' : this.#input.slice(0, end + 2)
    this.#input = this.#input.slice(isEmpty ? 3 : end + 5)
    this.#place = 'commands'
    if (!this.#wasAnswered) this.#takeMail(raw)
    return true
  }

  #takeMail(raw: string): void {
    const { accepted, mails, options } = this.#state
    const deliveryId = /^message-id:\s*<([^@>]+)@/im.exec(raw)?.[1] ?? ''
    const accept = () => {
      accepted.set(deliveryId, (accepted.get(deliveryId) ?? 0) + 1)
      if (options.keepsMail === false) return
      mails.push({ deliveryId, ...this.#envelope, raw: raw.replace(/^\.\./gm, '.') })
    }
    this.#unless('dot', '250 2.0.0 taken', accept, this.#envelope.to, deliveryId)
    this.#envelope = { from: '', to: '' }
  }

  /** What is right, unless a fault takes its place; a fault that says yes, or accepts, has the effect all the same. */
  #unless(phase: SinkPhase, reply: string, effect = () => {}, to = this.#envelope.to, deliveryId = ''): void {
    const fault = this.#plan(phase, to, deliveryId)
    if (!fault || fault.accepts || (fault.kind === 'reply' && fault.reply.startsWith('2'))) effect()
    if (fault) this.#misbehave(fault)
    else this.#say(reply)
  }

  /** True when a fault has taken the place of what is right. */
  #fault(phase: SinkPhase): boolean {
    const fault = this.#plan(phase, this.#envelope.to, '')
    if (fault) this.#misbehave(fault)
    return fault !== undefined
  }

  #plan(phase: SinkPhase, to: string, deliveryId: string): SinkFault | undefined {
    const { planned, options } = this.#state
    const at = planned.findIndex((one) => one.phase === phase)
    if (at < 0) return options.decide?.({ phase, to, deliveryId })
    const [one] = planned.splice(at, 1)
    one?.done()
    return one?.fault
  }

  #misbehave(fault: SinkFault): void {
    if (fault.kind === 'reply') {
      if (fault.reply.startsWith('421')) this.#end(fault.reply)
      else this.#say(fault.reply)
      return
    }
    this.#place = 'over'
    if (fault.kind === 'close') this.#socket.end()
    if (fault.kind === 'reset') this.#raw.resetAndDestroy()
  }

  #isOver(): boolean {
    return this.#place === 'over'
  }

  #end(reply: string): void {
    this.#place = 'over'
    this.#socket.end(`${reply}\r\n`, 'latin1')
  }

  #say(reply: string): void {
    if (this.#socket.writable) this.#socket.write(`${reply}\r\n`, 'latin1')
  }
}

function ehloReply({ extensions = ['PIPELINING', '8BITMIME'] }: SinkOptions, isEncrypted: boolean): string {
  const lines = ['sink', ...extensions.filter((name) => !(isEncrypted && name === 'STARTTLS'))]
  return lines.map((line, at) => `250${at === lines.length - 1 ? ' ' : '-'}${line}`).join('\r\n')
}

function encrypt(socket: Socket, { certificate }: SinkOptions): TLSSocket {
  const encrypted = new TLSSocket(socket, { isServer: true, ...certificate })
  return encrypted.on('error', () => socket.destroy())
}

function addressOf(line: string): string {
  return Buffer.from(/<([^>]*)>/.exec(line)?.[1] ?? '', 'latin1').toString('utf8')
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The sink does not listen.')
  return address.port
}
