import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { createTransport } from 'nodemailer'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { SubscriberId } from '../../src/id.ts'
import { asksTooMuch, type ListenerOptions, type MailListener, startMailListener } from '../../src/inbound/listener.ts'
import { aNewsletter } from '../http/calling.ts'
import { openTestApp, type TestApp } from '../support/app.ts'
import { FakeClock } from '../support/clock.ts'

let installation: TestApp
let listener: MailListener | undefined
let leave: string
const clock = new FakeClock()

beforeAll(async () => {
  installation = await openTestApp({ clock, config: { inbound: { domain: 'in.example.com', smtp: null } } })
  const newsletter = await installation.app.store.newsletters.create({
    ...aNewsletter,
    replyTo: null,
    homepage: null,
    locale: 'en',
    timeZone: 'UTC',
  })
  if (!newsletter) throw new Error('There is such a newsletter already.')
  const subscriberId = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee' as SubscriberId
  leave = installation.app.inbound?.addresses.leave({ newsletterId: newsletter.id, subscriberId }) ?? ''
})
beforeEach(() => installation.database.pool.query('delete from inbound_mail'))
afterEach(async () => {
  await listener?.close()
  listener = undefined
})
afterAll(() => installation.close())

async function listen(options: Partial<ListenerOptions> = {}): Promise<MailListener> {
  const { app } = installation
  if (!app.inbound) throw new Error('No mail is taken in.')
  listener = await startMailListener(app, { ...app.inbound, host: '127.0.0.1', port: 0, tls: null, ...options })
  return listener
}

/** Sends a mail as any mail server would. */
async function send(mail: { to: string | string[]; from?: string; raw?: string }, tls: object = { ignoreTLS: true }) {
  const { port } = listener ?? (await listen())
  const transport = createTransport({ host: '127.0.0.1', port, ...tls })
  const { to, from = 'ada@example.com', raw = 'From: ada@example.com\r\n\r\nYes.' } = mail
  return transport.sendMail({ envelope: { from, to }, raw }).finally(() => transport.close())
}

const stored = async () =>
  (
    await installation.database.pool.query(
      'select source, recipient, sender, raw, state from inbound_mail order by recipient',
    )
  ).rows

describe('mail', () => {
  test('to an address of ours is on disk, to the last byte, when the sender hears yes', async () => {
    const raw = 'From: ada@example.com\r\nX: \u00e9\r\n\r\n..two dots\r\n.\u00e4\r\n'
    expect((await send({ to: leave.toUpperCase(), raw })).accepted).toHaveLength(1)
    expect(await stored()).toEqual([
      { source: 'smtp', recipient: leave, sender: 'ada@example.com', raw: Buffer.from(raw), state: 'received' },
    ])
  })

  test('that is handed over again is kept once', async () => {
    await send({ to: leave })
    await send({ to: leave })
    await send({ to: leave, from: '' })
    expect((await stored()).map(({ sender }) => sender)).toEqual(['ada@example.com', ''])
  })

  test('for several addresses of ours is kept for each', async () => {
    await send({ to: [leave, 'morning+subscribe@in.example.com', 'postmaster@in.example.com'] })
    expect((await stored()).map(({ recipient }) => recipient)).toEqual(
      [leave, 'morning+subscribe@in.example.com', 'postmaster@in.example.com'].sort(),
    )
  })

  test.each([
    'eve@elsewhere.example',
    'ada@in.example.com',
    'nothing+subscribe@in.example.com',
    'leave+aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@in.example.com',
    'postmaster%elsewhere.example@in.example.com',
    '"postmaster@elsewhere.example"@in.example.com',
    'postmaster@in.example.com@elsewhere.example',
    '@in.example.com:eve@elsewhere.example',
  ])('to %s is refused, and passed on to nobody', async (to) => {
    await expect(send({ to })).rejects.toMatchObject({ responseCode: expect.toSatisfy((code) => code >= 500) })
    expect(await stored()).toEqual([])
  })

  test('is asked for again later while the database does not answer', async () => {
    const { store } = installation.app
    const { receive } = store.inbound
    await listen()
    store.inbound.receive = async () => Promise.reject(new Error('The database is gone.'))
    await expect(send({ to: leave })).rejects.toMatchObject({ responseCode: 451 })
    store.inbound.receive = receive
    const { list } = store.newsletters
    store.newsletters.list = async () => Promise.reject(new Error('The database is gone.'))
    await expect(send({ to: leave })).rejects.toMatchObject({ responseCode: 451 })
    store.newsletters.list = list
    await send({ to: leave })
    expect(await stored()).toHaveLength(1)
  })
})

describe('limits', () => {
  test('a mail has as many bytes as are said, and no more', async () => {
    await listen({ limits: { maxBytes: 1_000 } })
    const head = 'From: ada@example.com\r\n\r\n'
    await send({ to: leave, raw: head + 'x'.repeat(1_000 - head.length - 2) })
    await expect(send({ to: leave, raw: head + 'x'.repeat(1_100) })).rejects.toMatchObject({ responseCode: 552 })
    expect(await stored()).toHaveLength(1)
  })

  test('whoever sends too much at once is asked to come back, and is welcome a minute later', async () => {
    await listen({ limits: { perMinute: 2 } })
    await send({ to: leave })
    await send({ to: leave, from: 'bob@example.com' })
    await expect(send({ to: leave, from: 'eve@example.com' })).rejects.toMatchObject({ responseCode: 421 })
    await clock.advance(60_000)
    await send({ to: leave, from: 'eve@example.com' })
    expect(await stored()).toHaveLength(3)
  })

  test('whoever tries addresses is soon sent away', async () => {
    await listen({ limits: { perMinute: 39 } })
    await expect(send({ to: 'a@in.example.com' })).rejects.toMatchObject({ responseCode: 550 })
    await expect(send({ to: 'b@in.example.com' })).rejects.toMatchObject({ responseCode: 421 })
    await clock.advance(60_000)
  })

  test('one network holds so many connections, and another is let in again for each that ends', async () => {
    const { port } = await listen({ limits: { connectionsOfOne: 2 } })
    const held = await Promise.all([talk(port), talk(port)])
    expect((await talk(port)).heard).toMatch(/^421 /)
    const [first] = held
    await first?.end()
    await send({ to: leave })
    await held[1]?.end()
  })

  test('who leaves before they are greeted makes room for nobody, and harms nothing', async () => {
    const { port } = await listen({ limits: { connectionsOfOne: 2 } })
    const held = await Promise.all([talk(port), talk(port)])
    for (let time = 0; time < 3; time++) await comeAndGo(port)
    expect((await talk(port)).heard).toMatch(/^421 /)
    await Promise.all(held.map((session) => session.end()))
  })

  test('mail that is being handed over has so many bytes in all', async () => {
    const { port } = await listen({ limits: { bytesInHand: 2_000 } })
    const slow = await talk(port)
    await slow.begin(leave, `From: ada@example.com\r\n\r\n${'x'.repeat(1_500)}\r\n`)
    const raw = `From: bob@example.com\r\n\r\n${'y'.repeat(1_500)}`
    await expect(send({ to: leave, raw })).rejects.toMatchObject({ responseCode: 452 })
    expect(await slow.say('.')).toMatch(/^250 /)
    await send({ to: leave, raw })
    await slow.end()
    expect(await stored()).toHaveLength(2)
  })

  test('a large mail counts for as many as it would fill', async () => {
    await listen({ limits: { perMinute: 3 } })
    const raw = `From: ada@example.com\r\n\r\n${'x'.repeat(120_000)}`
    await send({ to: leave, raw })
    await expect(send({ to: leave })).rejects.toMatchObject({ responseCode: 421 })
    await clock.advance(60_000)
  })

  test('nobody keeps a connection for longer than is said, however busy they look', async () => {
    const { port } = await listen({ limits: { sessionMs: 300 } })
    const socket = connect(port, '127.0.0.1')
    await answer(socket)
    const talking = setInterval(() => socket.write('NOOP\r\n'), 50)
    await once(socket, 'close')
    clearInterval(talking)
  })

  test('who asks for a newsletter is limited as by the form: more of one network are asked to come back', async () => {
    const isBusy = async (ip: string) => asksTooMuch(installation.app, ip.replace('127.0.0.1', '192.0.2.1'))
    await listen({ isBusy })
    for (let time = 0; time < 20; time++) await isBusy('192.0.2.1')
    await expect(send({ to: 'morning+subscribe@in.example.com' })).rejects.toMatchObject({ responseCode: 450 })
    await send({ to: leave })
    expect(await stored()).toHaveLength(1)
  })
})

describe('a session', () => {
  test('offers no way to log in, and none to encrypt without a certificate', async () => {
    const { port } = await listen()
    const session = await talk(port)
    expect(await session.say('EHLO mx.example.net')).not.toMatch(/AUTH|STARTTLS/)
    expect(await session.say('AUTH PLAIN AGEAYg==')).toMatch(/^5\d\d /)
    expect(await session.say('VRFY ada@example.com')).toMatch(/^(252|5\d\d) /)
    expect(await session.say('DATA')).toMatch(/^503 /)
    await session.end()
  })

  test('is encrypted where there is a certificate', async () => {
    const tls = makeCertificate()
    try {
      await listen({ tls })
      await send({ to: leave }, { requireTLS: true, tls: { rejectUnauthorized: false } })
      expect(await stored()).toHaveLength(1)
    } finally {
      rmSync(join(tls.key, '..'), { recursive: true })
    }
  })

  test('shows the certificate of today, twice a day', async () => {
    const tls = makeCertificate()
    try {
      const { port } = await listen({ tls })
      const before = await certificateAt(port)
      expect(await certificateAt(port)).toBe(before)
      makeCertificate(join(tls.key, '..'))
      await clock.advance(12 * 3_600_000)
      while ((await certificateAt(port)) === before) await new Promise((resolve) => setImmediate(resolve))
    } finally {
      rmSync(join(tls.key, '..'), { recursive: true })
    }
  })

  test('keeps the certificate it has while the new one is not whole', async () => {
    const tls = makeCertificate()
    try {
      const { port } = await listen({ tls })
      const before = await certificateAt(port)
      writeFileSync(tls.certificate, 'half a certificate')
      await clock.advance(12 * 3_600_000)
      await new Promise((resolve) => setImmediate(resolve))
      expect(await certificateAt(port)).toBe(before)
      await expect(
        startMailListener(installation.app, { ...inboundOf(), host: '127.0.0.1', port: 0, tls }),
      ).rejects.toMatchObject({ code: 'config_invalid' })
    } finally {
      rmSync(join(tls.key, '..'), { recursive: true })
    }
  })

  test('that breaks off in the middle of a mail leaves nothing of it', async () => {
    const { port } = await listen()
    for (const how of ['end', 'destroy'] as const) {
      const session = await talk(port)
      await session.begin(leave, 'From: ada@example.com\r\n\r\nhalf a ')
      session.socket[how]()
      await once(session.socket, 'close')
    }
    expect(await stored()).toEqual([])
  })

  test('does not end a mail at anything but a dot on a line of its own', async () => {
    const { port } = await listen()
    const session = await talk(port)
    for (const line of ['EHLO x.example', 'MAIL FROM:<a@example.com>', `RCPT TO:<${leave}>`, 'DATA'])
      await session.say(line)
    const smuggled = `From: a@example.com\r\n\r\nx\n.\nMAIL FROM:<eve@example.com>\r\nRCPT TO:<${leave}>\r\nDATA\r\nhidden\r\n.`
    expect(await session.say(smuggled)).toMatch(/^250 /)
    await session.end()
    expect((await stored()).map(({ sender }) => sender)).toEqual(['a@example.com'])
  })
})

test('a port that is taken, and a certificate that is not there, are told', async () => {
  const { port } = await listen()
  const again = { ...installation.app.inbound, domain: 'in.example.com', host: '127.0.0.1', port, tls: null }
  const { addresses } = installation.app.inbound ?? {}
  if (!addresses) throw new Error('No mail is taken in.')
  await expect(startMailListener(installation.app, { ...again, addresses })).rejects.toMatchObject({
    code: 'unavailable',
  })
  const tls = { certificate: '/nowhere/cert.pem', key: '/nowhere/key.pem' }
  await expect(startMailListener(installation.app, { ...again, addresses, port: 0, tls })).rejects.toMatchObject({
    code: 'config_invalid',
  })
})

/** A conversation by hand, for what no mail server says. */
async function talk(port: number) {
  const socket = connect(port, '127.0.0.1')
  const heard = await answer(socket)
  return {
    heard,
    socket,
    /** As far as into the content. */
    begin: async (to: string, content: string) => {
      for (const line of ['EHLO x.example', 'MAIL FROM:<a@example.com>', `RCPT TO:<${to}>`, 'DATA']) {
        socket.write(`${line}\r\n`)
        await answer(socket)
      }
      await new Promise((resolve) => socket.write(content, resolve))
      await new Promise((resolve) => setImmediate(resolve))
    },
    say: async (line: string) => {
      socket.write(`${line}\r\n`)
      return answer(socket)
    },
    end: () =>
      new Promise<void>((resolve) => {
        socket.once('close', () => resolve())
        socket.end('QUIT\r\n')
      }),
  }
}

/** Closes a connection before it has heard anything. */
async function comeAndGo(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.end()
  socket.resume()
  await once(socket, 'close')
  await new Promise((resolve) => setImmediate(resolve))
}

function inboundOf() {
  const { inbound } = installation.app
  if (!inbound) throw new Error('No mail is taken in.')
  return inbound
}

function answer(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const read = (chunk: Buffer) => {
      text += chunk
      if (!/^\d{3} .*\r\n$/m.test(text)) return
      socket.off('data', read)
      resolve(text)
    }
    socket.on('data', read)
    socket.once('error', reject)
  })
}

/** The fingerprint of what is shown after STARTTLS. */
async function certificateAt(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  await answer(socket)
  for (const line of ['EHLO x.example', 'STARTTLS']) {
    socket.write(`${line}\r\n`)
    await answer(socket)
  }
  const encrypted = connectTls({ socket, rejectUnauthorized: false })
  await once(encrypted, 'secureConnect')
  const { fingerprint256 } = encrypted.getPeerCertificate()
  encrypted.destroy()
  return fingerprint256
}

function makeCertificate(directory = mkdtempSync(join(tmpdir(), 'pressroom-tls-'))) {
  const [key, certificate] = [join(directory, 'key.pem'), join(directory, 'cert.pem')]
  const how = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=in.example.com']
  execFileSync('openssl', [...how, '-keyout', key, '-out', certificate], { stdio: 'ignore' })
  return { key, certificate }
}
