import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { withLogOpen } from '../support/database.ts'
import { deliverAll } from '../support/deliver.ts'
import { ScriptedProvider } from '../support/sending.ts'
import { makeSend, makeSendable, type Sendable } from './a-send.ts'
import { type Answer, type Calling, openCalling } from './calling.ts'

const nowhere = '00000000-0000-4000-8000-000000000000'
const provider = new ScriptedProvider()

let api: Calling
let sendable: Sendable

beforeAll(async () => {
  api = await openCalling({ provider })
  sendable = await makeSendable(api.app, 4)
})
afterEach(async () => {
  const tables = 'operator_log, delivery, batch, send_edition, send'
  await api.database.pool.query(withLogOpen(`truncate ${tables} cascade`))
})
afterAll(() => api.close())

/** A send of which one is accepted, one refused and two are uncertain. */
async function sendMixed(): Promise<string> {
  const refused = { kind: 'refused', reason: 'mailbox unavailable' } as const
  const uncertain = { kind: 'uncertain', reason: 'answer_lost' } as const
  const accepted = { kind: 'accepted', providerMessageId: 'm-1' } as const
  provider.script.push({ kind: 'answered', messages: [accepted, refused, uncertain, uncertain] })
  const send = await makeSend(api.app, sendable)
  await deliverAll(api.app)
  return send
}

const missing = (send: string, query = ''): Promise<Answer> => api.call('GET', `/v1/sends/${send}/missing${query}`)
const post = (send: string, what: string, body?: unknown) => api.call('POST', `/v1/sends/${send}/${what}`, body)

describe('the answers of an operator', () => {
  test('tell who is missing, mark, resend, and are logged', async () => {
    const send = await sendMixed()
    const { status, body } = await missing(send)
    expect(status).toBe(200)
    expect(body.counts).toEqual([
      { kind: 'uncertain', reason: 'answer_lost', deliveries: 2 },
      { kind: 'refused', reason: 'mailbox unavailable', deliveries: 1 },
    ])
    expect(body.rows).toHaveLength(3)
    const page = await missing(send, '?kind=uncertain&limit=1')
    expect(page.body.rows).toHaveLength(1)
    const rest = await missing(send, `?kind=uncertain&after=${page.body.next}`)
    expect(rest.body).toMatchObject({ counts: null, next: null, rows: [{ outcome: 'uncertain' }] })
    const [first, second] = [page.body.rows[0].id, rest.body.rows[0].id]

    expect((await post(send, 'uncertain/mark', { as: 'refused', deliveries: [first] })).body).toEqual({
      deliveries: 1,
      notUncertain: 0,
    })
    expect((await post(send, 'resend-missing', { dryRun: true, reason: 'operator' })).body.deliveries).toBe(1)
    const resent = await post(send, 'uncertain/resend', { deliveries: [second] })
    expect(resent.body).toEqual({ deliveries: 1, batches: 1, received: 0, underWay: 0, state: 'sending' })
    await deliverAll(api.app)
    expect((await post(send, 'resend-missing')).body).toMatchObject({ deliveries: 2, batches: 1, state: 'sending' })
    const meanwhile = await post(send, 'resend-missing')
    expect(meanwhile.status).toBe(409)
    expect(meanwhile.body.detail).toBe(`Send ${send} is sending. Pause it first, or wait until it is sent.`)
    await deliverAll(api.app)
    const { body: sent } = await api.call('GET', `/v1/sends/${send}`)
    expect(sent).toMatchObject({ state: 'sent', progress: { recipients: 4, accepted: 4, open: 0 } })

    const log = await api.call('GET', `/v1/sends/${send}/log`)
    expect(log.body.rows.map(({ action, actor }: Record<string, string>) => `${action} by ${actor}`)).toEqual([
      'resend_missing by key read write send',
      'resend_uncertain by key read write send',
      'mark_refused by key read write send',
    ])
    expect(JSON.stringify(log.body)).not.toContain('example.com')
  })

  test('are refused when they name nothing, both or too much', async () => {
    const send = await sendMixed()
    const wrong = [{ as: 'accepted' }, { as: 'accepted', all: true, deliveries: [nowhere] }, { as: 'sent', all: true }]
    for (const body of wrong) expect((await post(send, 'uncertain/mark', body)).status).toBe(422)
    const tooMany = { deliveries: Array(1_001).fill(nowhere) }
    expect((await post(send, 'uncertain/resend', tooMany)).status).toBe(422)
    expect((await post(send, 'uncertain/resend', {})).status).toBe(422)
    expect((await post(send, 'uncertain/resend', { deliveries: ["' or 1 = 1"] })).status).toBe(422)
    expect((await missing(send, '?limit=1001')).status).toBe(422)
    expect((await missing(send, '?after=nonsense')).status).toBe(422)
    expect((await post(send, 'uncertain/mark', { as: 'accepted', deliveries: [nowhere] })).body).toEqual({
      deliveries: 0,
      notUncertain: 1,
    })
  })

  test('are about a send that exists, and need a key that may', async () => {
    const answers: readonly [method: 'GET' | 'POST', path: string, body?: unknown][] = [
      ['GET', 'missing'],
      ['GET', 'log'],
      ['GET', 'events'],
      ['POST', 'resend-missing'],
      ['POST', 'uncertain/mark', { as: 'accepted', all: true }],
      ['POST', 'uncertain/resend', { all: true }],
    ]
    const read = await api.keyWith('read')
    for (const [method, path, body] of answers) {
      const url = `/v1/sends/${nowhere}/${path}`
      expect([path, (await api.call(method, url, body)).status]).toEqual([path, 404])
      expect([path, (await api.call(method, url, body, { key: null })).status]).toEqual([path, 401])
      const mayRead = (await api.call(method, url, body, { key: read })).status
      expect([path, mayRead]).toEqual([path, method === 'GET' ? 404 : 403])
    }
  })

  test('are given for single mail too', async () => {
    provider.script.push({ kind: 'answered', messages: [{ kind: 'uncertain', reason: 'answer_lost' }] })
    const mail = { ...sendable, subscriberId: null, address: 'me@example.com', slotValues: {} }
    await api.app.store.deliveries.addSingle(mail)
    await deliverAll(api.app)
    const { body } = await missing('single')
    expect(body.rows).toMatchObject([{ sendId: null, address: 'me@example.com', reason: 'answer_lost' }])
    expect((await post('single', 'uncertain/resend', { all: true })).body).toMatchObject({ deliveries: 1, state: null })
    await deliverAll(api.app)
    expect(provider.mails.at(-1)?.to).toBe('me@example.com')
    expect((await missing('single')).body.rows).toEqual([])
    const log = await api.call('GET', '/v1/log')
    expect(log.body.rows).toMatchObject([{ sendId: null, action: 'resend_uncertain', detail: { deliveries: 1 } }])
  })

  test('end a block of the provider, and say so in the log', async () => {
    await api.app.store.pace.block(provider.account, 'auth', undefined, 'The key is not valid.')
    expect((await api.call('POST', '/v1/provider/unblock')).body.blocked).toBeNull()
    const { body } = await api.call('GET', '/v1/log')
    expect(body.rows).toMatchObject([{ action: 'unblock', detail: { provider: 'outbox', reason: 'auth' } }])
  })
})
