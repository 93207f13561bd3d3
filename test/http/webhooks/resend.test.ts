import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startServer } from '../../../src/http/server.ts'
import { FakeClock } from '../../support/clock.ts'
import { EventLog } from '../../support/event-log.ts'
import { applyEvents, resendEvent, signWebhook } from '../../support/provider-events.ts'
import { type Answer, type Calling, openCalling } from '../calling.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const OLD_SECRET = 'whsec_b2xkLXNlY3JldC1vZi1hLXdlYmhvb2s='

let api: Calling
const clock = new FakeClock()

beforeAll(async () => {
  api = await openCalling({ config: { resendWebhookSecrets: [SECRET, OLD_SECRET] }, clock })
})
beforeEach(() => api.database.pool.query('delete from provider_event'))
afterAll(() => api.close())

type Posting = {
  readonly id?: string
  readonly secret?: string
  readonly now?: Date
  readonly headers?: Record<string, string>
}

/** Posts a body as Resend does. */
function post(
  raw: string | Buffer,
  { id, secret = SECRET, now = clock.now(), headers = {} }: Posting = {},
): Promise<Answer> {
  const signed = signWebhook(raw, { secret, now, ...(id ? { id } : {}) })
  return api.call('POST', '/webhooks/resend', undefined, {
    raw,
    type: 'application/json',
    key: null,
    headers: { ...signed, ...headers },
  })
}

const stored = async () => (await api.database.pool.query('select event_id, type, raw, state from provider_event')).rows
const delivered = JSON.stringify(resendEvent('email.delivered', { to: 'ada@example.com' }))

describe('POST /webhooks/resend', () => {
  test('stores what is signed, to the last byte', async () => {
    const raw = '{ "type":"email.sent",\n\t"created_at": "2026-01-05T08:00:00.5Z", "x": 1.0, "x": "\\u00e9é" }\r\n'
    expect(await post(raw, { id: 'msg_1' })).toMatchObject({ status: 200, body: { status: 'stored' } })
    expect(await stored()).toEqual([
      { event_id: 'msg_1', type: 'email.sent', raw: Buffer.from(raw), state: 'received' },
    ])
  })

  test('answers what it has already with 200, also when it is signed anew', async () => {
    await post(delivered, { id: 'msg_1' })
    await clock.advance(60_000)
    expect(await post(delivered, { id: 'msg_1', secret: OLD_SECRET })).toMatchObject({
      status: 200,
      body: { status: 'known' },
    })
    expect(await stored()).toHaveLength(1)
  })

  test.each([
    ['that is no JSON', '{"type": "email.bounced"'],
    ['that is no text', Buffer.from([0xff, 0x00, 0xfe])],
    ['of a type nobody knows', '{"type": "email.teleported", "created_at": "soon"}'],
  ])('keeps a signed body %s', async (_what, raw) => {
    expect(await post(raw)).toMatchObject({ status: 200 })
    expect((await stored()).map((row) => row.raw)).toEqual([Buffer.from(raw)])
  })

  test.each<[string, Posting]>([
    ['signed with another secret', { secret: 'whsec_YW5vdGhlciBzZWNyZXQgb2Ygc29tZWJvZHk=' }],
    ['signed too long ago', { now: new Date(clock.now().getTime() - 301_000) }],
    ['signed in the future', { now: new Date(clock.now().getTime() + 600_000) }],
    ['whose signature is of another id', { headers: { 'svix-id': 'msg_other' } }],
    ['without a signature', { headers: { 'svix-signature': '' } }],
    ['of a forged type', { headers: { 'content-type': 'text/plain', 'svix-signature': 'v1,AAAA' } }],
  ])('refuses what is %s, and keeps nothing', async (_what, how) => {
    const answer = await post(delivered, how)
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthorised' } })
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
    expect(await stored()).toEqual([])
  })

  test('refuses a body that was changed on the way, be it by a space', async () => {
    const signed = signWebhook(delivered, { secret: SECRET, now: clock.now() })
    const changed = { raw: `${delivered} `, type: 'application/json', key: null, headers: signed }
    expect(await api.call('POST', '/webhooks/resend', undefined, changed)).toMatchObject({ status: 401 })
  })

  test('refuses what has no headers or no body at all', async () => {
    expect(await api.call('POST', '/webhooks/resend', undefined, { key: null })).toMatchObject({ status: 401 })
    const bare = { raw: delivered, type: 'application/json', key: null }
    expect(await api.call('POST', '/webhooks/resend', undefined, bare)).toMatchObject({ status: 401 })
  })

  test('takes 256 kB, and no byte more', async () => {
    const filled = (bytes: number) => `"${'x'.repeat(bytes - 2)}"`
    expect(await post(filled(256 * 1024))).toMatchObject({ status: 200 })
    expect(await post(filled(256 * 1024 + 1))).toMatchObject({ status: 413, body: { code: 'too_large' } })
  })

  test('is there for POST only, and for providers that tell', async () => {
    expect(await api.call('GET', '/webhooks/resend', undefined, { key: null })).toMatchObject({ status: 404 })
    expect(await api.call('POST', '/webhooks/nobody', {}, { key: null })).toMatchObject({ status: 404 })
  })

  test('reads the headers of a real request as they come', async () => {
    const server = await startServer(api.app)
    const signed = signWebhook(delivered, { secret: SECRET, now: clock.now() })
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    const lines = ['POST /webhooks/resend HTTP/1.1', 'Host: x', 'Connection: close', 'Content-Type: application/json']
    for (const [name, value] of Object.entries(signed)) lines.push(`${name.toUpperCase()}: ${value}`)
    socket.write(`${[...lines, `Content-Length: ${Buffer.byteLength(delivered)}`].join('\r\n')}\r\n\r\n${delivered}`)
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
    })
    await once(socket, 'close')
    await server.close()
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
    expect(await stored()).toHaveLength(1)
  })
})

test('without a secret, says what to set: to Resend each time, in the log once', async () => {
  const events = new EventLog()
  const unset = await openCalling({ log: events.log })
  const ask = () => unset.call('POST', '/webhooks/resend', undefined, { raw: delivered, key: null })
  try {
    expect(await ask()).toMatchObject({
      status: 503,
      body: { code: 'unavailable', detail: expect.stringContaining('RESEND_WEBHOOK_SECRET') },
    })
    expect((await ask()).status).toBe(503)
    expect(events.lines.filter(({ event }) => event === 'webhook_without_secret')).toHaveLength(1)
  } finally {
    await unset.close()
  }
})

describe('/api/v1/webhook-events', () => {
  const list = async (query = '') => (await api.call('GET', `/v1/webhook-events${query}`)).body

  test('lists what came in, page by page and by state', async () => {
    await post(delivered, { id: 'msg_1' })
    await post('{}', { id: 'msg_2' })
    await applyEvents(api.app.store)
    const { rows, next } = await list('?limit=1')
    expect(rows).toEqual([
      {
        id: expect.any(String),
        provider: 'resend',
        eventId: 'msg_2',
        type: null,
        occurredAt: rows[0].receivedAt,
        receivedAt: expect.any(String),
        state: 'ignored',
        reason: 'not_readable',
        deliveryId: null,
        verdict: null,
      },
    ])
    const rest = await list(`?limit=1&after=${next}`)
    expect(rest).toMatchObject({
      rows: [{ eventId: 'msg_1', state: 'foreign', reason: 'no_delivery_tag' }],
      next: null,
    })
    expect((await list('?state=foreign')).rows).toHaveLength(1)
    expect((await list('?state=applied')).rows).toEqual([])
    expect((await list(`?delivery=${rows[0].id}`)).rows).toEqual([])
  })

  test('shows the content to operators alone', async () => {
    await post(delivered)
    const { id } = (await list()).rows[0]
    const url = `/v1/webhook-events/${id}`
    expect((await api.call('GET', url)).body).toMatchObject({ id, raw: delivered })
    const reader = await api.keyWith('read')
    expect((await api.call('GET', url, undefined, { key: reader })).body).toMatchObject({ id, raw: null })
    expect(await api.call('GET', '/v1/webhook-events/00000000-0000-4000-8000-000000000000')).toMatchObject({
      status: 404,
    })
  })

  test('applies events again, for keys that may write', async () => {
    await post(delivered)
    await applyEvents(api.app.store)
    const { id } = (await list()).rows[0]
    const replay = (body: object, key?: string) =>
      api.call('POST', '/v1/webhook-events/replay', body, key ? { key } : {})
    expect(await replay({ ids: [id] }, await api.keyWith('read', 'send'))).toMatchObject({ status: 403 })
    expect(await replay({})).toMatchObject({ status: 422 })
    expect(await replay({ since: 'yesterday' })).toMatchObject({ status: 422 })
    expect(await replay({ state: 'foreign', ids: [id] })).toMatchObject({ status: 200, body: { events: 1 } })
    expect((await list()).rows).toMatchObject([{ state: 'received' }])
    expect(await replay({ since: '2100-01-01T00:00:00Z' })).toMatchObject({ body: { events: 0 } })
  })
})
