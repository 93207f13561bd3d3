import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { FakeResend, FaultInput } from '../../src/fake-resend/index.ts'
import { call, email, eventually, runningFake, sdk } from './running.ts'

const KEY = { idempotencyKey: 'batch-1/1' }

/** How the client meets a call, what was accepted by it, and what a repeat with the same key comes to. */
async function befallen(fault: FaultInput) {
  const fake = await runningFake()
  fake.addFaults(fault)
  const { data, error } = await sdk(fake).emails.send(email({}), KEY)
  const accepted = fake.accepted().emails
  const repeat = await sdk(fake).emails.send(email({}), KEY)
  return {
    met: error ? `${error.statusCode} ${error.name}` : data && 'an id',
    accepted,
    afterRepeat: repeat.data ? fake.accepted().emails : 'refused',
  }
}

describe('faults', () => {
  test.each<[FaultInput, string, number]>([
    [{ kind: 'error' }, '500 application_error', 0],
    [{ kind: 'error', status: 503, name: 'service_unavailable' }, '503 service_unavailable', 0],
    [{ kind: 'error_after_accept' }, '500 application_error', 1],
    [{ kind: 'drop' }, 'null application_error', 0],
    [{ kind: 'drop_after_accept' }, 'null application_error', 1],
    [{ kind: 'local_rate_limited' }, '429 application_error', 0],
    [{ kind: 'bad_gateway' }, '502 application_error', 0],
    [{ kind: 'truncated_json' }, 'null application_error', 1],
    [{ kind: 'cut_answer' }, 'null application_error', 1],
    [{ kind: 'slow_answer', delayMs: 1 }, 'an id', 1],
    [{ kind: 'duplicate_answer' }, 'an id', 1],
  ])(
    '%j is met as it is told, and a repeat with the same key makes it one acceptance',
    async (fault, met, accepted) => {
      expect(await befallen(fault)).toEqual({ met, accepted, afterRepeat: 1 })
    },
  )

  test.each([
    ['hang', 0],
    ['hang_after_accept', 1],
  ] as const)('%s never answers', async (kind, accepted) => {
    const fake = await runningFake()
    fake.addFaults({ kind })
    const patience = new AbortController()
    const answer = call(fake, '/emails', { body: email({}) })
    const outcome = Promise.race([
      answer.then(
        () => 'answered',
        () => 'cut',
      ),
      new Promise((resolve) => patience.signal.addEventListener('abort', () => resolve('silence'))),
    ])
    await eventually(() => fake.requests()[0]?.fault).toBe(kind)
    await eventually(() => fake.accepted().emails).toBe(accepted)
    patience.abort()
    expect(await outcome).toBe('silence')
    await fake.close()
    await answer.catch(() => {})
  })

  test('come from a proxy without the headers of the API', async () => {
    const fake = await runningFake({ requestsPerSecond: 10 })
    fake.addFaults({ kind: 'local_rate_limited' })
    const { status, headers, text } = await call(fake, '/emails', { body: email({}) })
    expect([status, text, headers.get('ratelimit-limit')]).toEqual([429, 'local_rate_limited', null])
  })

  test('befall the calls they are meant for, so often as told', async () => {
    const fake = await runningFake()
    fake.addFaults(
      { kind: 'error', containing: 'ada@', skip: 1, times: 2 },
      { kind: 'bad_gateway', path: '/emails/batch' },
    )
    const statuses = []
    for (const to of ['ada@b.co', 'bob@b.co', 'ada@b.co', 'ada@b.co', 'ada@b.co']) {
      statuses.push((await call(fake, '/emails', { body: email({ to }) })).status)
    }
    expect(statuses).toEqual([200, 200, 500, 500, 200])
    expect(fake.pendingFaults().map(({ kind }) => kind)).toEqual(['bad_gateway'])
  })
})

describe('a client that goes away', () => {
  test('in the middle of its request leaves nothing behind, and the double goes on', async () => {
    const fake = await runningFake()
    const socket = connect(fake.port, '127.0.0.1')
    const head = [
      'POST /emails HTTP/1.1',
      'host: x',
      'user-agent: x',
      'authorization: Bearer re_a',
      'content-length: 999',
    ]
    socket.write(`${head.join('\r\n')}\r\n\r\n{"from":`, () => socket.destroy())
    await once(socket, 'close')
    expect((await sdk(fake).emails.send(email({}))).error).toBeNull()
    expect(fake.accepted().emails).toBe(1)
  })

  test('before its answer has been heard, all the same', async () => {
    const fake = await runningFake()
    fake.addFaults({ kind: 'hold' })
    const leaving = new AbortController()
    const call = sdk(fake).emails.send(email({}), { ...KEY, signal: leaving.signal })
    await eventually(() => fake.pendingFaults()).toEqual([])
    leaving.abort()
    expect((await call).error?.statusCode).toBeNull()
    fake.release()
    expect((await sdk(fake).emails.send(email({}), KEY)).error).toBeNull()
    expect(fake.accepted().emails).toBe(1)
  })
})

describe('the control over HTTP', () => {
  const control = async (fake: FakeResend, method: string, path: string, body?: unknown) => {
    const { status, text } = await call(fake, `/_fake/${path}`, { method, body })
    return { status, body: JSON.parse(text) }
  }

  test('tells how often each delivery was accepted', async () => {
    const fake = await runningFake()
    const tagged = (value: string) => email({ tags: [{ name: 'delivery', value }] })
    await sdk(fake).batch.send([tagged('d1'), tagged('d2'), tagged('d1'), email({})])
    expect(await control(fake, 'GET', 'accepted')).toEqual({
      status: 200,
      body: { emails: 4, untagged: 1, byDelivery: { d1: 2, d2: 1 }, repeated: ['d1'] },
    })
  })

  test('sets faults, moves the clock and forgets', async () => {
    const fake = await runningFake()
    expect(await control(fake, 'POST', 'faults', [{ kind: 'error' }, { kind: 'drop', times: 'always' }])).toEqual({
      status: 200,
      body: { done: true },
    })
    expect((await call(fake, '/emails', { body: email({}) })).status).toBe(500)
    expect((await control(fake, 'POST', 'clock', { advanceMs: 60_000 })).status).toBe(200)
    expect((await control(fake, 'GET', 'requests')).body).toMatchObject({ requests: 1, byStatus: { 500: 1 } })
    expect((await control(fake, 'POST', 'reset')).status).toBe(200)
    expect(fake.pendingFaults()).toEqual([])
    expect(fake.totals()).toEqual({ requests: 0, byStatus: {} })
  })

  test('says what is wrong with a fault, and knows its own paths', async () => {
    const fake = await runningFake()
    const wrong = await control(fake, 'POST', 'faults', { kind: 'flood' })
    expect([wrong.status, wrong.body.error]).toEqual([422, expect.stringContaining('kind')])
    expect((await control(fake, 'GET', 'nowhere')).status).toBe(404)
    expect((await call(fake, '/_fake/faults', { body: '{' })).status).toBe(400)
  })
})
