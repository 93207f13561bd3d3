import { createServer } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createBounceAddresses } from '../../../src/provider/bounce-address.ts'
import { createSmtpProvider } from '../../../src/provider/smtp/provider.ts'
import { FakeClock } from '../../support/clock.ts'
import type { SmtpSink } from '../../support/smtp-sink.ts'
import { deliveryId, edition, frozen, recipient } from '../batches.ts'
import { certificate, providerTo, runningSink } from './sending.ts'

const verbs = ({ commands }: SmtpSink) => commands.map((line) => line.split(/[ :]/, 1)[0])
const accepted = { kind: 'answered', messages: [{ kind: 'accepted', providerMessageId: expect.any(String) }] }
const signal = new AbortController().signal

describe('connections', () => {
  test('are kept for the next message, and no longer than half a minute', async () => {
    const clock = new FakeClock()
    const sink = await runningSink()
    const { submit } = providerTo(sink, {}, { clock })
    await submit(1)
    await submit(2)
    expect(sink.connections.made).toBe(1)
    await clock.advance(30_000)
    await vi.waitFor(() => expect(sink.connections.open).toBe(0))
    expect(verbs(sink)).toEqual(['EHLO', ...Array(2).fill(['MAIL', 'RCPT', 'DATA']).flat(), 'QUIT'])
  })

  test('are as many as there are messages at once', async () => {
    const sink = await runningSink()
    const { submit } = providerTo(sink)
    const answers = await Promise.all([1, 2, 3, 4].map((number) => submit(number)))
    expect(answers).toEqual(Array(4).fill(accepted))
    expect([sink.connections.made, sink.accepted.size]).toEqual([4, 4])
  })

  test.each(['close', 'reset'] as const)('that have ended meanwhile are replaced without a word: %s', async (how) => {
    const sink = await runningSink()
    const { submit } = providerTo(sink)
    await submit(1)
    if (how === 'reset') sink.cut()
    else void sink.failNext('mail', { kind: 'close' })
    expect(await submit(2)).toEqual(accepted)
    expect([sink.connections.made, sink.accepted.get(deliveryId(2))]).toEqual([2, 1])
  })

  test('that are sent away with 421 before a message are replaced, too', async () => {
    const sink = await runningSink()
    const { submit } = providerTo(sink)
    await submit(1)
    void sink.failNext('mail', { kind: 'reply', reply: '421 4.4.2 idle for too long' })
    expect(await submit(2)).toEqual(accepted)
  })

  test('are not replaced once the end of the message is out', async () => {
    const sink = await runningSink()
    const { submit } = providerTo(sink)
    await submit(1)
    void sink.failNext('dot', { kind: 'reset', accepts: true })
    expect(await submit(2)).toMatchObject({ kind: 'lost' })
    expect([sink.connections.made, sink.accepted.get(deliveryId(2))]).toEqual([1, 1])
  })

  test('go on after a no, from the start', async () => {
    const sink = await runningSink()
    const { submit } = providerTo(sink)
    void sink.failNext('rcpt', { kind: 'reply', reply: '550 5.1.1 nobody' })
    await submit(1)
    expect(await submit(2)).toEqual(accepted)
    expect(sink.connections.made).toBe(1)
    expect(verbs(sink)).toContain('RSET')
  })

  test('take a hundred messages each', async () => {
    const sink = await runningSink({ keepsMail: false })
    const { submit } = providerTo(sink)
    for (let number = 0; number <= 100; number++) await submit(number)
    expect([sink.connections.made, sink.accepted.size]).toEqual([2, 101])
  })

  test('end with the provider, also those that are in the middle of something', async () => {
    const sink = await runningSink()
    const { provider, submit } = providerTo(sink)
    await Promise.all([submit(1), submit(2)])
    const hangs = [sink.failNext('dot', { kind: 'hang' }), sink.failNext('mail', { kind: 'hang' })]
    const [first, second] = [submit(3), submit(4)]
    await Promise.all(hangs)
    await provider.close?.()
    expect([(await first).kind, (await second).kind].sort()).toEqual(['lost', 'lost'])
    await vi.waitFor(() => expect(sink.connections.open).toBe(0))
    expect(await submit(5)).toMatchObject({ kind: 'lost' })
    expect([sink.connections.made, sink.accepted.size]).toEqual([2, 2])
  })
})

describe('a message', () => {
  test('carries the date of its sending and goes to and from the envelope it should', async () => {
    const sink = await runningSink({ extensions: ['DSN', 'SIZE 1000000'] })
    await providerTo(sink, {}, { clock: new FakeClock('2026-11-22T10:00:00.000Z') }).submit(1)
    const [mail] = sink.mails
    expect(mail).toMatchObject({ from: 'news@example.com', to: 'reader1@example.org', deliveryId: deliveryId(1) })
    expect(mail?.raw.match(/^date:.*$/gim)).toEqual(['Date: Sun, 22 Nov 2026 10:00:00 +0000'])
    const length = Buffer.byteLength(mail?.raw ?? '', 'latin1')
    expect(sink.commands).toContain(`MAIL FROM:<news@example.com> SIZE=${length} RET=HDRS ENVID=${deliveryId(1)}`)
  })

  test('has a return address of its own when there is a domain for it', async () => {
    const sink = await runningSink()
    const bounces = createBounceAddresses('bounces.example.com', ['s'.repeat(32)])
    await providerTo(sink, {}, { bounces }).submit(1)
    expect(bounces.read(sink.mails[0]?.from ?? '')).toBe(deliveryId(1))
    expect(sink.mails[0]?.raw).toContain('From: The Daily <news@example.com>')
  })

  test('arrives with its dots', async () => {
    const sink = await runningSink()
    await providerTo(sink).submit(1, { html: '.\r\n..\r\n<p>end</p>\r\n.' })
    expect(sink.mails[0]?.raw).toContain('\r\n\r\n.\r\n..\r\n<p>end</p>\r\n.\r\n--=_')
  })

  test('goes to letters beyond ASCII only where they are taken', async () => {
    const address = 'jörg@bücher.example'
    const old = await runningSink()
    const reason = 'the server does not offer SMTPUTF8, which letters beyond ASCII before the @ need'
    expect(await providerTo(old).submit(1, { address })).toEqual({
      kind: 'answered',
      messages: [{ kind: 'refused', reason }],
    })
    expect(verbs(old)).toEqual(['EHLO'])
    const modern = await runningSink({ extensions: ['SMTPUTF8', '8BITMIME'] })
    expect(await providerTo(modern).submit(1, { address })).toEqual(accepted)
    expect(modern.mails[0]?.to).toBe('jörg@xn--bcher-kva.example')
  })

  test('that is larger than the server takes is not sent', async () => {
    const sink = await runningSink({ extensions: ['SIZE 2000'] })
    expect(await providerTo(sink).submit(1, { html: 'x'.repeat(3_000) })).toEqual({
      kind: 'answered',
      messages: [{ kind: 'refused', reason: 'the message is larger than the server takes' }],
    })
    expect(sink.accepted.size).toBe(0)
  })

  test('whose call is aborted while the server is silent may have arrived', async () => {
    const sink = await runningSink()
    const { submit } = providerTo(sink)
    const call = new AbortController()
    const reached = sink.failNext('dot', { kind: 'hang' })
    const answering = submit(1, { signal: call.signal })
    await reached
    call.abort()
    expect(await answering).toEqual({ kind: 'lost', detail: 'no answer to the message: aborted' })
  })

  test('tells the pace that was set', async () => {
    const sink = await runningSink()
    const { provider } = providerTo(sink, {}, { requestsPerSecond: 3 })
    const body = provider.assemble(edition, frozen({ recipients: [recipient(1)] }))
    const { pace } = await provider.submit(body, { idempotencyKey: deliveryId(1), signal })
    expect([pace, provider.limits.requestsPerSecond]).toEqual([{ requestsPerSecond: 3 }, 3])
  })
})

describe('a server', () => {
  test('that nobody is, is unreachable', async () => {
    const sink = await runningSink()
    await sink.close()
    expect(await providerTo(sink).submit(1)).toMatchObject({
      kind: 'unreachable',
      detail: expect.stringContaining('ECONNREFUSED'),
    })
    expect(await providerTo(sink, { host: 'mail.invalid' }).submit(1)).toMatchObject({ kind: 'unreachable' })
  })

  test('is given nothing when the machine slept until there was a connection: its timers slept, too', async () => {
    const sink = await runningSink()
    let looks = 0
    const clock = { now: () => new Date(25 * 3_600_000 * looks++), sleep: () => new Promise<void>(() => {}) }
    expect(await providerTo(sink, {}, { clock }).submit(1)).toMatchObject({
      kind: 'unreachable',
      detail: expect.stringContaining('timeout'),
    })
    expect(verbs(sink)).toEqual(['EHLO'])
  })

  test('whose certificate is not trusted is the operator’s business when that matters', async () => {
    const detail = 'The certificate of the server is not trusted: DEPTH_ZERO_SELF_SIGNED_CERT'
    const secure = await runningSink({ secure: true, certificate })
    const starttls = await runningSink({ extensions: ['STARTTLS'], certificate })
    expect(await providerTo(secure, { secure: true }).submit(1)).toEqual({ kind: 'unauthorised', detail })
    expect(await providerTo(starttls, { tls: 'required' }).submit(1)).toEqual({ kind: 'unauthorised', detail })
    const elsewhere = { tls: 'required', host: '127.0.0.2', ca: certificate.cert } as const
    expect(await providerTo(starttls, elsewhere).submit(1)).toMatchObject({ kind: 'unreachable' })
    expect(secure.accepted.size + starttls.accepted.size).toBe(0)
  })

  test('is spoken to in TLS where it can, whoever it says it is, unless that is required', async () => {
    const starttls = await runningSink({ extensions: ['STARTTLS'], certificate })
    expect(await providerTo(starttls).submit(1)).toEqual(accepted)
    expect(await providerTo(starttls, { tls: 'off' }).submit(2)).toEqual(accepted)
    expect(starttls.commands.filter((line) => line === 'STARTTLS')).toHaveLength(1)
    const plain = await runningSink()
    expect(await providerTo(plain, { tls: 'required' }).submit(3)).toMatchObject({ kind: 'unauthorised' })
    expect(plain.accepted.size).toBe(0)
  })

  test('that speaks TLS from the start is believed with a certificate that is trusted', async () => {
    const sink = await runningSink({ secure: true, certificate })
    expect(await providerTo(sink, { secure: true, ca: certificate.cert }).submit(1)).toEqual(accepted)
  })

  test('that does not speak SMTP is unreachable, and is not waited for', async () => {
    const other = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void other.close())
    const address = other.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const server = { host: '127.0.0.1', port, secure: false, tls: 'off' } as const
    const provider = createSmtpProvider({ server })
    expect(await provider.check(signal)).toMatchObject({ ok: false, detail: expect.stringMatching(/\.$/) })
  })
})

describe('checking a server', () => {
  test('signs in and sends nothing', async () => {
    const sink = await runningSink({ extensions: ['STARTTLS', 'AUTH PLAIN'], certificate })
    const server = { tls: 'required', user: 'news', password: 'secret', ca: certificate.cert } as const
    const { provider } = providerTo(sink, server)
    expect(await provider.check(signal)).toEqual({
      ok: true,
      detail: 'The server takes mail from here over TLS, with the password; it is not signed here.',
    })
    expect(verbs(sink)).toEqual(['EHLO', 'STARTTLS', 'EHLO', 'AUTH', 'RSET'])
  })

  test('says what the server says, and no password', async () => {
    const sink = await runningSink({ extensions: ['AUTH PLAIN'] })
    void sink.failNext('auth', { kind: 'reply', reply: '535 5.7.8 wrong password' })
    const { provider } = providerTo(sink, { user: 'news', password: 'secret' })
    expect(await provider.check(signal)).toEqual({
      ok: false,
      detail: 'The server says no: AUTH 535 5.7.8: wrong password.',
    })
  })
})

test('is another account with another host, port or user, and tells none of them', async () => {
  const server = { host: 'mail.example.com', port: 587, secure: false, tls: 'required', user: 'a' } as const
  const others = [server, { ...server, host: 'b.example.com' }, { ...server, port: 25 }, { ...server, user: 'b' }]
  const accounts = others.map((one) => createSmtpProvider({ server: one }).account)
  expect(new Set(accounts).size).toBe(4)
  expect(createSmtpProvider({ server: { ...server, password: 'new' } }).account).toBe(accounts[0])
})
