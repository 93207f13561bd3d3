import { describe, expect, test } from 'vitest'
import { askQuota } from '../../../src/provider/resend/quota.ts'
import type { Exchange, Line } from '../../../src/provider/resend/submit.ts'

const never = new AbortController().signal
const line = (exchange: Exchange): Line => ({ exchange: async () => exchange })
const answer = (status: number, text: string) => line({ kind: 'answer', status, headers: {}, text })

describe('the quota of the day at Resend', () => {
  test('is read with its limit and its end', async () => {
    const daily = { used: 12, limit: 100, sent: 10, received: 2, resets_at: '2026-11-24T00:00:00.000Z' }
    expect(await askQuota(answer(200, JSON.stringify({ object: 'usage', emails: { daily } })), never)).toEqual({
      used: 12,
      limit: 100,
      resetsAt: new Date('2026-11-24T00:00:00Z'),
    })
  })

  test('has no limit on a paid plan', async () => {
    const daily = { used: 12, limit: null, resets_at: '2026-11-24T00:00:00.000Z' }
    expect((await askQuota(answer(200, JSON.stringify({ emails: { daily } })), never))?.limit).toBeNull()
  })

  test.each([
    ['a key that may only send', answer(401, '{"name":"restricted_api_key"}')],
    ['an answer of another shape', answer(200, '{"emails":{"daily":{"limit":"many"}}}')],
    ['an answer that is no JSON', answer(200, '<html>')],
    ['no answer', line({ kind: 'lost', detail: 'ECONNRESET' })],
  ])('is unknown after %s', async (_, asked) => {
    expect(await askQuota(asked, never)).toBeNull()
  })
})
