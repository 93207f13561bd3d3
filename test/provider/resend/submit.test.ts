import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import type { Clock } from '../../../src/clock.ts'
import type { FaultInput } from '../../../src/fake-resend/index.ts'
import { provesNothingAccepted } from '../../../src/provider/provider.ts'
import { createResendProvider } from '../../../src/provider/resend/provider.ts'
import { eventually, runningFake } from '../../fake-resend/running.ts'
import { FakeClock } from '../../support/clock.ts'
import { deliveryId, edition, frozen } from '../batches.ts'

const open: { server: Server; sockets: Set<Socket> }[] = []

afterEach(async () => {
  for (const { server, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
})

describe('submitting to Resend', () => {
  test('posts the given bytes as they are, with the key, in strict mode', async () => {
    const request = await capturedRequest()
    const [head = '', body] = request.text.split('\r\n\r\n')
    expect(head.split('\r\n').map((line) => line.toLowerCase())).toEqual(
      expect.arrayContaining([
        'post /emails/batch http/1.1',
        'authorization: bearer re_test',
        'user-agent: pressroom/test',
        'content-type: application/json',
        'idempotency-key: b-1/1',
        'x-batch-validation: strict',
        `content-length: ${request.sent.length}`,
      ]),
    )
    expect(body).toBe(Buffer.from(request.sent).toString())
  })

  test('tells the pace it was told in passing', async () => {
    const fake = await runningFake({ requestsPerSecond: 7 })
    expect((await submitTo(fake.url)).pace).toEqual({
      requestsPerSecond: 7,
      placeInWindow: 1,
      day: { used: 3, resetsAt: expect.any(Date) },
    })
  })

  test.each<[FaultInput, string, number]>([
    [{ kind: 'drop' }, 'lost', 0],
    [{ kind: 'drop_after_accept' }, 'lost', 3],
    [{ kind: 'error' }, 'lost', 0],
    [{ kind: 'error_after_accept' }, 'lost', 3],
    [{ kind: 'bad_gateway' }, 'lost', 0],
    [{ kind: 'truncated_json' }, 'lost', 3],
    [{ kind: 'cut_answer' }, 'lost', 3],
    [{ kind: 'slow_answer', delayMs: 1 }, 'answered', 3],
    [{ kind: 'duplicate_answer' }, 'answered', 3],
    [{ kind: 'local_rate_limited' }, 'slow_down', 0],
    [{ kind: 'error', status: 429, name: 'rate_limit_exceeded', retryAfter: '2' }, 'slow_down', 0],
    [{ kind: 'error', status: 422, name: 'validation_error' }, 'invalid', 0],
    [{ kind: 'error', status: 403, name: 'invalid_api_key' }, 'unauthorised', 0],
  ])(
    'meets %j as %s, proves no more than is true, and the same bytes again make it one acceptance',
    async (fault, kind, accepted) => {
      const fake = await runningFake()
      fake.addFaults(fault)
      const { answer } = await submitTo(fake.url)
      expect(answer.kind).toBe(kind)
      expect(fake.accepted().emails).toBe(accepted)
      if (provesNothingAccepted(answer)) expect(accepted).toBe(0)
      expect((await submitTo(fake.url)).answer.kind).toBe('answered')
      const once = { [deliveryId(1)]: 1, [deliveryId(2)]: 1, [deliveryId(3)]: 1 }
      expect(fake.accepted()).toEqual({ emails: 3, untagged: 0, byDelivery: once, repeated: [] })
    },
  )

  test('says that a call is still running under the same key', async () => {
    const fake = await runningFake()
    fake.addFaults({ kind: 'hold' })
    const first = submitTo(fake.url)
    await eventually(() => fake.pendingFaults()).toEqual([])
    expect((await submitTo(fake.url)).answer).toEqual({ kind: 'in_flight', retryAfterMs: 1_000 })
    fake.release()
    expect((await first).answer.kind).toBe('answered')
  })

  test('says that a key was used for other bytes', async () => {
    const fake = await runningFake()
    await submitTo(fake.url)
    const other = await submitTo(fake.url, { batch: frozen({ tags: {} }) })
    expect(other.answer).toMatchObject({ kind: 'key_mismatch' })
    expect(fake.accepted().emails).toBe(3)
  })

  test.each(['hang', 'hang_after_accept'] as const)(
    'gives up when it is told to, and calls a %s lost',
    async (kind) => {
      const fake = await runningFake()
      fake.addFaults({ kind })
      const deadline = new AbortController()
      const submission = submitTo(fake.url, { signal: deadline.signal })
      await eventually(() => fake.pendingFaults()).toEqual([])
      deadline.abort()
      expect((await submission).answer).toEqual({ kind: 'lost', detail: 'aborted' })
    },
  )

  test('knows that nothing has left when nobody listens', async () => {
    const { url, server } = await silentServer()
    server.close()
    await once(server, 'close')
    expect((await submitTo(url)).answer).toEqual({ kind: 'unreachable', detail: 'ECONNREFUSED' })
  })

  test('knows that nothing has left when there is no such host', async () => {
    expect((await submitTo('http://resend.invalid')).answer).toMatchObject({ kind: 'unreachable' })
  })

  test('knows that nothing has left when the TLS session does not come about in time', async () => {
    const { url } = await silentServer()
    const clock = new FakeClock()
    const submission = submitTo(url.replace('http:', 'https:'), { clock })
    await eventually(() => clock.sleeping).toBe(1)
    await clock.advance(10_000)
    expect((await submission).answer).toEqual({ kind: 'unreachable', detail: 'connect timeout' })
  })

  test('lets nothing leave when the machine slept until there was a connection: its timers slept, too', async () => {
    const fake = await runningFake()
    let looks = 0
    const clock = { now: () => new Date(25 * 3_600_000 * looks++), sleep: () => new Promise<void>(() => {}) }
    const { answer } = await submitTo(fake.url, { clock })
    expect(answer).toEqual({ kind: 'unreachable', detail: 'connect timeout' })
    expect(fake.accepted().emails).toBe(0)
  })

  test('knows that nothing has left when the other side does not speak TLS', async () => {
    const { url } = await runningFake()
    expect((await submitTo(url.replace('http:', 'https:'))).answer).toMatchObject({ kind: 'unreachable' })
  })

  test('does not take a connection that it kept for one that was never made', async () => {
    const fake = await runningFake()
    const provider = createResendProvider({ apiKey: 're_test', baseUrl: fake.url })
    const submit = async (idempotencyKey: string) => {
      const body = provider.assemble(edition, frozen())
      return (await provider.submit(body, { idempotencyKey, signal: new AbortController().signal })).answer.kind
    }
    expect(await submit('b-1/1')).toBe('answered')
    fake.addFaults({ kind: 'drop_after_accept' })
    expect(await submit('b-2/1')).toBe('lost')
  })

  test('waits for no connection once it has one', async () => {
    const fake = await runningFake()
    fake.addFaults({ kind: 'hold' })
    const clock = new FakeClock()
    const submission = submitTo(fake.url, { clock })
    await eventually(() => fake.pendingFaults()).toEqual([])
    expect(clock.sleeping).toBe(0)
    fake.release()
    expect((await submission).answer.kind).toBe('answered')
  })
})

describe('the account', () => {
  test('is fine with a key that may only send', async () => {
    const fake = await runningFake({ apiKeys: [{ key: 're_test', permission: 'sending' }] })
    expect(await check(fake.url)).toEqual({ ok: true, detail: 'The key is valid and may send.' })
  })

  test('is not fine with an unknown key, and the key is not shown', async () => {
    const fake = await runningFake({ apiKeys: [] })
    expect(await check(fake.url)).toEqual({
      ok: false,
      detail: 'Resend says no: 403 invalid_api_key API key is invalid.',
    })
  })

  test('is another one with another key and at another place', () => {
    const account = (apiKey: string, baseUrl?: string) =>
      createResendProvider({ apiKey, ...(baseUrl === undefined ? {} : { baseUrl }) }).account
    const accounts = [account('re_a'), account('re_b'), account('re_a', 'http://127.0.0.1:1')]
    expect(new Set(accounts).size).toBe(3)
    expect(account('re_a', 'https://api.resend.com/')).toBe(accounts[0])
  })

  test.each([{ apiKey: '' }, { apiKey: 're_a\r\nx: y' }, { apiKey: 're_a', baseUrl: 'ftp://x' }])(
    'cannot be %j',
    (options) => {
      expect(() => createResendProvider(options)).toThrow(expect.objectContaining({ code: 'config_invalid' }))
    },
  )
})

type Extras = { batch?: ReturnType<typeof frozen>; signal?: AbortSignal; clock?: Clock }

function submitTo(baseUrl: string, { batch = frozen(), signal = new AbortController().signal, clock }: Extras = {}) {
  const provider = createResendProvider({ apiKey: 're_test', baseUrl, ...(clock === undefined ? {} : { clock }) })
  return provider.submit(provider.assemble(edition, batch), { idempotencyKey: 'b-1/1', signal })
}

function check(baseUrl: string) {
  return createResendProvider({ apiKey: 're_test', baseUrl }).check(new AbortController().signal)
}

/** What goes over the wire, to the letter. */
async function capturedRequest(): Promise<{ text: string; sent: Uint8Array }> {
  const { url, server } = await silentServer()
  const provider = createResendProvider({ apiKey: 're_test', baseUrl: url, userAgent: 'pressroom/test' })
  const body = provider.assemble(edition, frozen())
  const gone = new AbortController()
  const arrived = once(server, 'connection').then(async ([socket]: Socket[]) => {
    const parts: Buffer[] = []
    for await (const part of socket ?? []) {
      parts.push(part)
      if (Buffer.concat(parts).includes('}]}]')) break
    }
    return Buffer.concat(parts).toString()
  })
  const submission = provider.submit(body, { idempotencyKey: 'b-1/1', signal: gone.signal })
  const text = await arrived
  gone.abort()
  await submission
  return { text, sent: body.bytes }
}

/** Takes connections and says nothing. */
async function silentServer(): Promise<{ url: string; server: Server }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
  })
  open.push({ server, sockets })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}
