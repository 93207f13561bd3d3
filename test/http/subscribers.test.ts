import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listOutbox, readOutboxMail } from '../../src/outbox/reading.ts'
import { deliverAll } from '../support/deliver.ts'
import { anIssue, type Calling, openCalling } from './calling.ts'

let api: Calling

beforeAll(async () => {
  api = await openCalling()
  await anIssue(api)
})
afterAll(() => api.close())

const nowhere = '00000000-0000-4000-8000-000000000000'
const find = async (address: string) =>
  (await api.call('GET', `/v1/subscribers?address=${encodeURIComponent(address)}`)).body.rows[0]

describe('a subscription', () => {
  test('is asked for, confirmed by its link, and ended by the operator', async () => {
    const wanted = { newsletter: 'morning', email: 'Nia@example.com', firstName: '$&<b>"' }
    expect(await api.call('POST', '/v1/subscribers', wanted)).toMatchObject({ status: 202, body: { status: 'heard' } })
    const { id, subscriptions } = await find('nia@example.com')
    expect(subscriptions).toMatchObject([{ status: 'pending' }])
    await deliverAll(api.app)
    const path = await confirmPathFor('Nia@example.com')
    const page = await api.call('GET', path, undefined, { key: null })
    expect(page.status).toBe(200)
    expect((await find('nia@example.com')).subscriptions).toMatchObject([{ status: 'pending' }])
    await api.call('POST', path, undefined, { key: null, raw: '', type: 'application/x-www-form-urlencoded' })
    const confirmed = (await api.call('GET', `/v1/subscribers/${id}`)).body
    expect(confirmed).toMatchObject({ firstName: '$&<b>"', subscriptions: [{ status: 'confirmed' }] })
    const ended = await api.call('POST', `/v1/subscribers/${id}/unsubscribe`, { newsletter: 'morning' })
    expect(ended.body).toMatchObject({ id, subscriptions: [{ status: 'unsubscribed' }] })
    const left = await api.call('GET', '/v1/subscribers?newsletter=morning&status=unsubscribed')
    expect(left.body).toMatchObject({ rows: [{ id }], next: null })
  })

  async function confirmPathFor(address: string): Promise<string> {
    const dir = String(api.app.outboxDir)
    const { entries } = await listOutbox(dir)
    const entry = entries.find(({ to }) => to === address)
    const mail = await readOutboxMail(dir, String(entry?.id))
    expect(mail?.html).toContain('$&amp;&lt;b&gt;&quot;')
    expect(mail?.text).toContain('$&<b>"')
    return new URL(/http:\/\/localhost:8025\/confirm\/\S+/.exec(mail?.text ?? '')?.[0] ?? '').pathname
  }

  test('asked for over the API is answered alike whether the address is known or not', async () => {
    const known = await api.call('POST', '/v1/subscribers', { newsletter: 'morning', email: 'ada@example.com' })
    const unknown = await api.call('POST', '/v1/subscribers', { newsletter: 'morning', email: 'new@example.com' })
    expect([known.status, known.body]).toEqual([unknown.status, unknown.body])
  })

  test.each([
    [{ email: 'a@example.com\r\nBcc: b@example.com' }, '#/email'],
    [{ email: 'a@localhost' }, '#/email'],
    [{ firstName: 'a\nb' }, '#/firstName'],
    [{ firstName: 'a'.repeat(101) }, '#/firstName'],
  ])('is refused with %j', async (wrong, where) => {
    const answer = await api.call('POST', '/v1/subscribers', {
      newsletter: 'morning',
      email: 'ok@example.com',
      ...wrong,
    })
    expect(answer.status).toBe(422)
    expect(answer.body.problems).toEqual([{ where, message: expect.any(String) }])
  })

  test('to what is not there is answered with 404', async () => {
    const wanted = { newsletter: 'evening', email: 'a@example.com' }
    expect((await api.call('POST', '/v1/subscribers', wanted)).status).toBe(404)
    expect((await api.call('GET', `/v1/subscribers/${nowhere}`)).status).toBe(404)
    const end = { newsletter: 'morning' }
    expect((await api.call('POST', `/v1/subscribers/${nowhere}/unsubscribe`, end)).status).toBe(404)
  })

  test('of an address that is none cannot be looked for', async () => {
    const answer = await api.call('GET', '/v1/subscribers?address=nobody')
    expect(answer.status).toBe(422)
    expect(answer.body.problems[0].where).toBe('address')
  })
})
