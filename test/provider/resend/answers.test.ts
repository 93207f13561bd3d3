import { describe, expect, test } from 'vitest'
import { submissionOf } from '../../../src/provider/resend/answers.ts'
import type { Exchange } from '../../../src/provider/resend/submit.ts'

const NOW = new Date('2026-11-22T22:30:00.000Z')

function answered(status: number, body: unknown, headers: Record<string, string> = {}): Exchange {
  return { kind: 'answer', status, headers, text: typeof body === 'string' ? body : JSON.stringify(body) }
}

function meaning(status: number, body: unknown, headers?: Record<string, string>) {
  return submissionOf(answered(status, body, headers), 2, NOW).answer
}

const error = (statusCode: number, name: string, message = 'Some words.') => ({ statusCode, message, name })

describe('an answer of Resend', () => {
  test('with an id a message is an acceptance of each, in order', () => {
    expect(meaning(200, { data: [{ id: 'a' }, { id: 'b' }] })).toEqual({
      kind: 'answered',
      messages: [
        { kind: 'accepted', providerMessageId: 'a' },
        { kind: 'accepted', providerMessageId: 'b' },
      ],
    })
  })

  test.each([
    ['too few ids', { data: [{ id: 'a' }] }],
    ['too many ids', { data: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] }],
    ['an entry without an id', { data: [{ id: 'a' }, {}] }],
    ['an entry without an id between two with one', { data: [{ id: 'a' }, null, { id: 'b' }] }],
    ['no list', { id: 'a' }],
    ['a list on its own', [{ id: 'a' }, { id: 'b' }]],
    ['half of its JSON', '{"data":[{"id":"a"},{"i'],
    ['a page', '<html>'],
    ['nothing', ''],
  ])('of 200 with %s says nothing about any message', (_, body) => {
    expect(meaning(200, body)).toMatchObject({ kind: 'lost' })
  })

  test.each([
    [400, 'validation_error', 'invalid'],
    [400, 'invalid_idempotency_key', 'invalid'],
    [401, 'missing_api_key', 'unauthorised'],
    [401, 'restricted_api_key', 'unauthorised'],
    [403, 'invalid_api_key', 'unauthorised'],
    [403, 'suspended_api_key', 'unauthorised'],
    [403, 'validation_error', 'unauthorised'],
    [404, 'not_found', 'unauthorised'],
    [405, 'method_not_allowed', 'unauthorised'],
    [409, 'invalid_idempotent_request', 'key_mismatch'],
    [409, 'concurrent_idempotent_requests', 'in_flight'],
    [409, 'resource_locked', 'in_flight'],
    [409, 'something_new', 'lost'],
    [413, 'validation_error', 'invalid'],
    [422, 'missing_required_field', 'invalid'],
    [422, 'invalid_parameter', 'invalid'],
    [422, 'something_new', 'invalid'],
    [429, 'rate_limit_exceeded', 'slow_down'],
    [429, 'something_new', 'slow_down'],
    [429, 'daily_quota_exceeded', 'quota'],
    [429, 'monthly_quota_exceeded', 'quota'],
    [451, 'security_error', 'unauthorised'],
    [408, 'timeout', 'lost'],
    [500, 'application_error', 'lost'],
    [500, 'internal_server_error', 'lost'],
    [503, 'service_unavailable', 'lost'],
    [301, 'moved', 'unauthorised'],
  ])('of %i %s means %s', (status, name, kind) => {
    expect(meaning(status, error(status, name)).kind).toBe(kind)
  })

  test.each([
    [429, 'local_rate_limited', 'slow_down'],
    [502, '<html>Bad Gateway</html>', 'lost'],
    [403, '<html>Blocked</html>', 'unauthorised'],
  ])('of %i that is not in its form (%s) is understood by its status', (status, text, kind) => {
    expect(meaning(status, text).kind).toBe(kind)
  })

  test('keeps addresses, keys and length out of what people are shown', () => {
    const message = `Invalid \`to\` field <ada@example.org>\nre_123abc ${'x '.repeat(200)}`
    const answer = meaning(422, error(422, 'validation_error', message))
    const detail = answer.kind === 'invalid' ? answer.detail : ''
    expect(detail).toMatch(/^422 validation_error Invalid `to` field \[…\] \[…\] x x .*…$/)
    expect(detail.length).toBeLessThan(240)
  })
})

describe('the wait', () => {
  const waits = (headers: Record<string, string>) => meaning(429, error(429, 'rate_limit_exceeded'), headers)

  test.each([
    ['seconds', { 'retry-after': '3' }, 3_000],
    ['parts of a second', { 'retry-after': '0.25' }, 250],
    ['a date', { 'retry-after': 'Sun, 22 Nov 2026 22:30:07 GMT' }, 7_000],
    ['a date that has passed', { 'retry-after': 'Sun, 22 Nov 2026 22:00:00 GMT' }, 0],
    ['the end of the window', { 'ratelimit-reset': '2' }, 2_000],
    ['nothing', {}, 1_000],
    ['nonsense', { 'retry-after': 'soon' }, 1_000],
    ['a month', { 'retry-after': '2592000' }, 86_400_000],
  ])('is read from %s', (_, headers, retryAfterMs) => {
    expect(waits(headers as Record<string, string>)).toEqual({ kind: 'slow_down', retryAfterMs })
  })

  test("for a day's quota ends at midnight UTC, for a month's with the operator", () => {
    const detail = '429 daily_quota_exceeded Some words.'
    expect(meaning(429, error(429, 'daily_quota_exceeded'))).toEqual({ kind: 'quota', retryAfterMs: 5_400_000, detail })
    expect(meaning(429, error(429, 'monthly_quota_exceeded'))).toMatchObject({ kind: 'quota', retryAfterMs: undefined })
  })
})

describe('the pace', () => {
  const pace = (headers: Record<string, string>) => submissionOf(answered(500, '', headers), 1, NOW).pace

  test.each([
    [{ 'ratelimit-limit': '10', 'ratelimit-policy': '10;w=1' }, { requestsPerSecond: 10 }],
    [{ 'ratelimit-limit': '120', 'ratelimit-policy': '120;w=60' }, { requestsPerSecond: 2 }],
    [{ 'ratelimit-limit': '5' }, { requestsPerSecond: 5 }],
    [
      { 'ratelimit-limit': '5', 'ratelimit-remaining': '4' },
      { requestsPerSecond: 5, placeInWindow: 1 },
    ],
    [
      { 'ratelimit-limit': '5', 'ratelimit-remaining': '0' },
      { requestsPerSecond: 5, placeInWindow: 5 },
    ],
    [{ 'ratelimit-limit': '5', 'ratelimit-remaining': '5' }, { requestsPerSecond: 5 }],
    [{ 'ratelimit-limit': '0' }, undefined],
    [{ 'ratelimit-limit': 'many' }, undefined],
    [{}, undefined],
  ])('of %j is %j', (headers, expected) => {
    expect(pace(headers as Record<string, string>)).toEqual(expected)
  })
})
