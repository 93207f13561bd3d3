import { describe, expect, test } from 'vitest'
import type { FakeResend } from '../../src/fake-resend/index.ts'
import { call, email, runningFake, sdk } from './running.ts'

const tagged = (value: string) => email({ tags: [{ name: 'delivery', value }] })

describe('the control over HTTP', () => {
  const control = async (fake: FakeResend, method: string, path: string, body?: unknown) => {
    const { status, text } = await call(fake, `/_fake/${path}`, { method, body })
    return { status, body: JSON.parse(text) }
  }

  test('tells how often each delivery was accepted, and the same in numbers', async () => {
    const fake = await runningFake()
    await sdk(fake).batch.send([tagged('d1'), tagged('d2'), tagged('d1'), email({})])
    expect(await control(fake, 'GET', 'accepted')).toEqual({
      status: 200,
      body: { emails: 4, untagged: 1, byDelivery: { d1: 2, d2: 1 }, repeated: ['d1'] },
    })
    expect((await control(fake, 'GET', 'totals')).body).toEqual({
      requests: 1,
      byStatus: { 200: 1 },
      byError: {},
      byFault: {},
      accepted: { emails: 4, untagged: 1, deliveries: 2, repeated: 1 },
      webhooks: { attempts: 0, succeeded: 0, failed: 0 },
    })
    expect((await control(fake, 'GET', 'emails?delivery=d1')).body).toHaveLength(2)
    expect((await control(fake, 'GET', 'emails?limit=1')).body).toEqual([expect.objectContaining({ tags: {} })])
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
    expect(fake.totals()).toMatchObject({ requests: 0, byStatus: {}, byFault: {}, accepted: { emails: 0 } })
  })

  test('changes limits and switches while the double runs, and nothing that it does not name', async () => {
    const fake = await runningFake({ undocumented: { keySpace: 'shared' } })
    const change = { requestsPerSecond: 2, dailyQuota: 1, undocumented: { cacheErrors: '4xx' }, latencyMs: 0 }
    expect((await control(fake, 'POST', 'settings', change)).status).toBe(200)
    const statuses = []
    for (let i = 0; i < 3; i++) statuses.push((await call(fake, '/emails', { body: email({}) })).status)
    expect(statuses).toEqual([200, 429, 429])
    expect(fake.totals().byError).toEqual({ daily_quota_exceeded: 1, rate_limit_exceeded: 1 })
    await control(fake, 'POST', 'settings', { requestsPerSecond: null, dailyQuota: null })
    expect((await control(fake, 'GET', 'settings')).body).toMatchObject({
      requestsPerSecond: null,
      dailyQuota: null,
      undocumented: { cacheErrors: '4xx', keySpace: 'shared', keyScope: 'team' },
    })
    expect((await call(fake, '/emails', { body: email({}) })).status).toBe(200)
  })

  test('says what is wrong with a fault or a setting, and knows its own paths', async () => {
    const fake = await runningFake()
    const wrong = await control(fake, 'POST', 'faults', { kind: 'flood' })
    expect([wrong.status, wrong.body.error]).toEqual([422, expect.stringContaining('kind')])
    const unknown = await control(fake, 'POST', 'settings', { undocumented: { keySpaces: 'shared' } })
    expect([unknown.status, unknown.body.error]).toEqual([422, expect.stringContaining('keySpaces')])
    expect((await control(fake, 'POST', 'events', { type: 'email.bounced', delivery: 'none' })).status).toBe(404)
    expect((await control(fake, 'GET', 'nowhere')).status).toBe(404)
    expect((await call(fake, '/_fake/faults', { body: '{' })).status).toBe(400)
  })
})
