import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { FakeClock } from '../support/clock.ts'
import { resendEvent, signWebhook } from '../support/provider-events.ts'
import { type Calling, openCalling } from './calling.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const clock = new FakeClock()
let api: Calling

beforeAll(async () => {
  const config = { resendWebhookSecrets: [SECRET], inbound: { domain: 'in.example.com', smtp: null } }
  api = await openCalling({ config, clock })
})
beforeEach(() => api.database.pool.query('delete from inbound_mail; delete from provider_event'))
afterAll(() => api.close())

const RAW = 'From: eve@example.com\r\nSubject: \u001b[31m\r\n\r\nWho is this?\r\n'

async function aMail(sourceId = randomUUID(), recipient = 'postmaster@in.example.com'): Promise<string> {
  const raw = Buffer.from(RAW)
  await api.app.store.inbound.receive({ source: 'smtp', sourceId, recipient, sender: 'eve@example.com', raw })
  const { rows } = await api.database.pool.query<{ id: string }>('select id from inbound_mail where source_id = $1', [
    sourceId,
  ])
  const id = rows[0]?.id ?? ''
  await api.app.store.inbound.settle(id, { state: 'kept', kind: 'unknown', reason: 'not_understood' })
  return id
}

describe('/api/v1/inbound-mail', () => {
  test('lists what came in, by page and state', async () => {
    const ids = [await aMail(), await aMail()]
    const first = (await api.call('GET', '/v1/inbound-mail?limit=1&state=kept')).body
    expect(first.rows).toMatchObject([{ source: 'smtp', recipient: 'postmaster@in.example.com', kind: 'unknown' }])
    const second = (await api.call('GET', `/v1/inbound-mail?limit=1&state=kept&after=${first.next}`)).body
    expect([...first.rows, ...second.rows].map(({ id }: { id: string }) => id).sort()).toEqual([...ids].sort())
    expect((await api.call('GET', '/v1/inbound-mail?state=applied')).body).toEqual({ rows: [], next: null })
  })

  test('shows who wrote what to operators alone', async () => {
    const id = await aMail()
    expect((await api.call('GET', `/v1/inbound-mail/${id}`)).body).toMatchObject({
      sender: 'eve@example.com',
      raw: RAW,
    })
    const key = await api.keyWith('read')
    expect((await api.call('GET', `/v1/inbound-mail/${id}`, undefined, { key })).body).toMatchObject({
      sender: null,
      raw: null,
    })
    expect((await api.call('GET', '/v1/inbound-mail', undefined, { key })).body.rows[0]).toMatchObject({ sender: null })
    expect(await api.call('GET', `/v1/inbound-mail/${randomUUID()}`)).toMatchObject({ status: 404 })
  })

  test('shows addresses that do something to operators alone', async () => {
    const recipient = `leave+${'a'.repeat(48)}@in.example.com`
    const id = await aMail(randomUUID(), recipient)
    expect((await api.call('GET', `/v1/inbound-mail/${id}`)).body).toMatchObject({ recipient })
    const key = await api.keyWith('read', 'write')
    const short = { recipient: 'leave+…@in.example.com' }
    expect((await api.call('GET', `/v1/inbound-mail/${id}`, undefined, { key })).body).toMatchObject(short)
    expect((await api.call('GET', '/v1/inbound-mail', undefined, { key })).body.rows).toMatchObject([short])
  })

  test('has mail read again, or discarded, when it is said which', async () => {
    const id = await aMail()
    expect(await api.call('POST', '/v1/inbound-mail/replay', {})).toMatchObject({ status: 422 })
    expect(await api.call('POST', '/v1/inbound-mail/replay', { state: 'kept' })).toMatchObject({ body: { mails: 1 } })
    expect(await api.app.store.inbound.due()).toBe(true)
    expect(await api.call('POST', '/v1/inbound-mail/discard', { ids: [id] })).toMatchObject({ body: { mails: 0 } })
    await api.app.store.inbound.settle(id, { state: 'kept', kind: 'unknown', reason: 'not_understood' })
    const key = await api.keyWith('read')
    expect(await api.call('POST', '/v1/inbound-mail/discard', { ids: [id] }, { key })).toMatchObject({ status: 403 })
    expect(await api.call('POST', '/v1/inbound-mail/discard', { ids: [id] })).toMatchObject({ body: { mails: 1 } })
  })
})

describe('POST /webhooks/resend, of mail that came in', () => {
  const post = (event: object, secret = SECRET) => {
    const raw = JSON.stringify(event)
    const headers = signWebhook(raw, { secret, now: clock.now() })
    return api.call('POST', '/webhooks/resend', undefined, { raw, type: 'application/json', key: null, headers })
  }
  const received = (facts: object) => resendEvent('email.received', { data: facts })
  const stored = async () =>
    (await api.database.pool.query('select source, source_id, recipient, raw from inbound_mail order by recipient'))
      .rows

  test('notes it once, for each address of ours, to be fetched', async () => {
    const email_id = randomUUID()
    const event = received({ email_id, to: ['A@IN.example.com', 'b@in.example.com', 'c@elsewhere.example'] })
    expect(await post(event)).toMatchObject({ status: 200, body: { status: 'stored' } })
    expect(await post(event)).toMatchObject({ status: 200, body: { status: 'known' } })
    expect(await stored()).toEqual(
      ['a', 'b'].map((name) => ({
        source: 'resend',
        source_id: email_id,
        recipient: `${name}@in.example.com`,
        raw: null,
      })),
    )
    expect((await api.database.pool.query('select id from provider_event')).rows).toEqual([])
  })

  test('takes the addresses it was received for, not those it was written to', async () => {
    await post(received({ email_id: randomUUID(), to: ['list@elsewhere.example'], received_for: ['a@in.example.com'] }))
    expect((await stored()).map(({ recipient }) => recipient)).toEqual(['a@in.example.com'])
  })

  test.each([
    ['nobody of ours', { email_id: 'x', to: ['c@elsewhere.example'] }],
    ['nobody', { email_id: 'x', to: 'a@in.example.com' }],
    ['somebody without form', { email_id: 'x', to: [{ a: 1 }, null, 'a\u0000@in.example.com'] }],
  ])('notes none for %s', async (_what, facts) => {
    expect(await post(received(facts))).toMatchObject({ status: 200 })
    expect(await stored()).toEqual([])
  })

  test('believes nobody without the signature', async () => {
    const event = received({ email_id: randomUUID(), to: ['a@in.example.com'] })
    expect(await post(event, 'whsec_YW5vdGhlciBzZWNyZXQgb2Ygc29tZWJvZHk=')).toMatchObject({ status: 401 })
    expect(await stored()).toEqual([])
  })
})
