import { request } from 'node:http'
import { describe, expect, test } from 'vitest'
import { type FakeResend, startFakeResend } from '../../src/fake-resend/index.ts'
import { FakeClock } from '../support/clock.ts'
import { call, email, runningFake, sdk } from './running.ts'

describe('who may call', () => {
  const apiKeys = [
    { key: 're_full' },
    { key: 're_send', permission: 'sending' as const },
    { key: 're_gone', suspended: true },
  ]

  test('asks for a key', async () => {
    const { status, text } = await call(await runningFake(), '/emails', { headers: { authorization: 'Bearer ' } })
    expect([status, JSON.parse(text).name]).toEqual([401, 'missing_api_key'])
  })

  test('knows its keys', async () => {
    const fake = await runningFake({ apiKeys })
    const outcome = async (key: string) => (await sdk(fake, key).emails.send(email({}))).error?.name ?? 'accepted'
    expect(await Promise.all(['re_full', 're_send', 're_gone', 're_other'].map(outcome))).toEqual([
      'accepted',
      'accepted',
      'suspended_api_key',
      'invalid_api_key',
    ])
  })

  test('lets a sending key do nothing else', async () => {
    const { error } = await sdk(await runningFake({ apiKeys }), 're_send').emails.list()
    expect(error).toMatchObject({ statusCode: 401, name: 'restricted_api_key' })
  })

  test('turns away a client that does not say what it is', async () => {
    expect(await statusWithoutUserAgent(await runningFake())).toBe(403)
  })

  test('takes mail from verified domains only', async () => {
    const fake = await runningFake({ domains: ['Example.com'] })
    expect((await sdk(fake).emails.send(email({}))).error).toBeNull()
    expect((await sdk(fake).emails.send(email({ from: 'a@other.example' }))).error).toMatchObject({
      statusCode: 403,
      name: 'validation_error',
      message: expect.stringContaining('The other.example domain is not verified'),
    })
  })

  test('writes to nobody but its owner in test mode', async () => {
    const resend = sdk(await runningFake({ testAddress: 'me@example.com' }))
    const outcome = async (to: string) => (await resend.emails.send(email({ to }))).error?.statusCode ?? 200
    const addresses = ['me@example.com', 'delivered@resend.dev', 'ada@example.org']
    expect(await Promise.all(addresses.map(outcome))).toEqual([200, 200, 403])
  })

  test.each([
    ['POST', '/nowhere', 404, 'not_found'],
    ['PUT', '/emails', 405, 'method_not_allowed'],
  ])('answers %s %s with %i', async (method, path, statusCode, name) => {
    const { status, text } = await call(await runningFake(), path, { method, body: {} })
    expect([status, JSON.parse(text).name]).toEqual([statusCode, name])
  })
})

describe('how long', () => {
  test('takes the time it is told to, between the bounds', async () => {
    const slept: number[] = []
    const clock = { now: () => new Date(0), sleep: async (ms: number) => void slept.push(ms) }
    const fake = await runningFake({ latencyMs: [3, 5], lifecycle: 'none', clock })
    for (let i = 0; i < 20; i++) await sdk(fake).emails.send(email({}))
    expect(slept).toHaveLength(20)
    expect(slept.every((ms) => ms >= 3 && ms <= 5)).toBe(true)
  })

  test('says when it cannot listen', async () => {
    const { port } = await runningFake()
    await expect(startFakeResend({ port })).rejects.toMatchObject({ code: 'unavailable' })
  })
})

describe('how often', () => {
  test('counts requests in windows of a second, says so on every answer, and a batch is one', async () => {
    const clock = new FakeClock()
    const fake = await runningFake({ requestsPerSecond: 2, clock })
    const rate = async (body: unknown) => {
      const { status, headers } = await call(fake, '/emails/batch', { body })
      return [status, headers.get('ratelimit-remaining'), headers.get('retry-after')]
    }
    expect(await rate([email({}), email({})])).toEqual([200, '1', null])
    expect(await rate([])).toEqual([422, '0', null])
    expect(await rate([email({})])).toEqual([429, '0', '1'])
    await clock.advance(999)
    expect(await rate([email({})])).toEqual([429, '0', '1'])
    await clock.advance(1)
    expect(await rate([email({})])).toEqual([200, '1', null])
    const { headers } = await call(fake, '/emails', { method: 'GET' })
    expect([headers.get('ratelimit-limit'), headers.get('ratelimit-reset'), headers.get('ratelimit-policy')]).toEqual([
      '2',
      '1',
      '2;w=1',
    ])
  })

  test('shares a limit between the keys of a team', async () => {
    const apiKeys = [{ key: 're_a', team: 'x' }, { key: 're_b', team: 'x' }, { key: 're_c' }]
    const fake = await runningFake({ requestsPerSecond: 1, clock: new FakeClock(), apiKeys })
    const outcomes = []
    for (const { key } of apiKeys)
      outcomes.push((await sdk(fake, key).emails.send(email({}))).error?.name ?? 'accepted')
    expect(outcomes).toEqual(['accepted', 'rate_limit_exceeded', 'accepted'])
  })

  test('counts recipients against the quotas of the day and the month', async () => {
    const clock = new FakeClock('2026-11-29T23:59:00.000Z')
    const fake = await runningFake({ dailyQuota: 3, monthlyQuota: 5, clock })
    const send = async (recipients: number) => {
      const { error, headers } = await sdk(fake).emails.send(email({ to: Array(recipients).fill('a@b.co') }))
      return [error?.name ?? 'accepted', headers?.['x-resend-daily-quota'], headers?.['x-resend-monthly-quota']]
    }
    expect(await send(2)).toEqual(['accepted', '2', '2'])
    expect(await send(2)).toEqual(['daily_quota_exceeded', '2', '2'])
    await clock.advance(60_000)
    expect(await send(3)).toEqual(['accepted', '3', '5'])
    expect(await send(1)).toEqual(['monthly_quota_exceeded', '3', '5'])
    await clock.advance(24 * 60 * 60_000)
    expect(await send(1)).toEqual(['accepted', '1', '1'])
  })
})

function statusWithoutUserAgent(fake: FakeResend): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: 'Bearer re_test' }
    const call = request(`${fake.url}/emails`, { method: 'GET', headers }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0))
    })
    call.once('error', reject).end()
  })
}
