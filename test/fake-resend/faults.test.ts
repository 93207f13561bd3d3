import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { FaultInput } from '../../src/fake-resend/index.ts'
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

  test('befall calls at random, as likely as told, until they are cleared', async () => {
    const fake = await runningFake()
    fake.addFaults({ kind: 'error', probability: 0.5 })
    for (let i = 0; i < 100; i++) await call(fake, '/emails', { body: email({}) })
    const { byStatus, byFault } = fake.totals()
    expect((byStatus[200] ?? 0) + (byStatus[500] ?? 0)).toBe(100)
    expect(byFault).toEqual({ error: byStatus[500] })
    // Outside of these bounds once in 10^14 runs.
    expect(byStatus[500]).toBeGreaterThan(10)
    expect(byStatus[500]).toBeLessThan(90)
    fake.clearFaults()
    fake.addFaults({ kind: 'error', probability: 1, times: 1 }, { kind: 'drop', probability: 0 })
    expect((await call(fake, '/emails', { body: email({}) })).status).toBe(500)
    expect((await call(fake, '/emails', { body: email({}) })).status).toBe(200)
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
