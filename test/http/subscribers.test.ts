import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createServer } from '../../src/http/server.ts'
import { listOutbox, readOutboxMail } from '../../src/outbox/reading.ts'
import { deliverAll } from '../support/deliver.ts'
import { anIssue, type Calling, openCalling } from './calling.ts'

let api: Calling
let newsletterId: string

beforeAll(async () => {
  api = await openCalling()
  newsletterId = (await anIssue(api)).newsletter.id
})
afterAll(() => api.close())

const nowhere = '00000000-0000-4000-8000-000000000000'
const find = async (address: string) =>
  (await api.call('GET', `/v1/subscribers?address=${encodeURIComponent(address)}`)).body.rows[0]
const importUrl = '/v1/subscribers/import?newsletter=morning&consentSource=Fair'
const importCsv = (raw: string | Readable, url = importUrl) =>
  api.call('POST', url, undefined, { raw, type: 'text/csv' })

describe('an import', () => {
  test('takes the good rows and reports the others', async () => {
    const csv = 'Email;First name;City\nzoe@example.com;Zoë;Graz\nnobody;;\nzoe@example.com;;\nyan@example.com;;\n'
    const { status, body } = await importCsv(csv)
    expect(status).toBe(200)
    expect(body).toEqual({
      rows: 4,
      added: 2,
      updated: 0,
      keptUnsubscribed: 0,
      suppressed: 0,
      problemCount: 2,
      problems: [
        { line: 3, reason: expect.any(String) },
        { line: 4, reason: expect.any(String) },
      ],
    })
    expect(await find('ZOE@example.com')).toEqual({
      id: expect.any(String),
      address: 'zoe@example.com',
      firstName: 'Zoë',
      attributes: { city: 'Graz' },
      locale: null,
      timeZone: null,
      createdAt: expect.any(String),
      subscriptions: [
        {
          newsletterId,
          status: 'confirmed',
          requestedAt: expect.any(String),
          confirmedAt: expect.any(String),
          unsubscribedAt: null,
        },
      ],
    })
  })

  test('streams through, however long it is', async () => {
    const rows = 4_000
    async function* file() {
      yield Buffer.from('email,first_name\n')
      for (let row = 0; row < rows; row++) yield Buffer.from(`reader${row}@example.com,${'x'.repeat(80)}\n`)
    }
    const { body } = await importCsv(Readable.from(file()))
    expect(body).toMatchObject({ rows, added: rows, problemCount: 0 })
  })

  test.each([
    ['no consent source', '/v1/subscribers/import?newsletter=morning', 'email\na@example.com\n', 422],
    [
      'a blank consent source',
      '/v1/subscribers/import?newsletter=morning&consentSource=%20',
      'email\na@example.com\n',
      422,
    ],
    ['no column of addresses', importUrl, 'name,city\nAda,Graz\n', 422],
    ['nothing in it', importUrl, '', 422],
    ['no such newsletter', importUrl.replace('morning', 'evening'), 'email\na@example.com\n', 404],
  ])('is refused with %s', async (_, url, csv, status) => {
    expect((await importCsv(csv, url)).status).toBe(status)
  })

  test('is refused with an answer that arrives, however much of the file is still to come', async () => {
    const server = createServer(api.app)
    const url = await server.listen({ port: 0 })
    const body = `name,city\n${'Ada,Graz\n'.repeat(400_000)}`
    const headers = { authorization: `Bearer ${api.key}`, 'content-type': 'text/csv' }
    for (let time = 0; time < 6; time++) {
      const answer = await fetch(`${url}/api${importUrl}`, { method: 'POST', headers, body })
      expect(await answer.json()).toMatchObject({ status: 422, code: 'invalid_input' })
    }
    // The last of them may still be reading, and would keep the server open for as long as connections are kept.
    server.server.closeAllConnections()
    await server.close()
  })

  test('is refused in another form', async () => {
    expect((await api.call('POST', importUrl, { email: 'a@example.com' })).status).toBe(422)
  })
})

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

describe('a suppression', () => {
  test('is made once, found, and lifted', async () => {
    const made = await api.call('POST', '/v1/suppressions', { address: 'Bob@Example.com', newsletter: 'morning' })
    expect(made.status).toBe(201)
    expect(made.body).toEqual({
      id: expect.any(String),
      addressKey: 'bob@example.com',
      newsletterId,
      reason: 'manual',
      source: 'key read write send',
      createdAt: expect.any(String),
    })
    const again = await api.call('POST', '/v1/suppressions', { address: 'bob@example.com', newsletter: 'morning' })
    expect([again.status, again.body]).toEqual([200, made.body])
    const everywhere = await api.call('POST', '/v1/suppressions', { address: 'bob@example.com' })
    expect([everywhere.status, everywhere.body.newsletterId]).toEqual([201, null])
    const found = await api.call('GET', '/v1/suppressions?address=BOB%40example.com')
    expect(found.body).toEqual({ rows: [made.body, everywhere.body], next: null })
    expect((await api.call('GET', '/v1/suppressions?limit=1')).body).toMatchObject({ rows: [everywhere.body] })
    expect((await api.call('DELETE', `/v1/suppressions/${made.body.id}`)).status).toBe(204)
    expect((await api.call('DELETE', `/v1/suppressions/${made.body.id}`)).status).toBe(404)
  })

  test.each([{ address: 'nobody' }, {}, { address: 'a@example.com', newsletter: '../x' }])(
    'is refused for %j',
    async (body) => {
      expect((await api.call('POST', '/v1/suppressions', body)).status).toBe(422)
    },
  )
})
