import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aNewsletter, type Calling, openCalling } from './calling.ts'

let api: Calling

beforeAll(async () => {
  api = await openCalling()
})
afterAll(() => api.close())

const stored = {
  ...aNewsletter,
  id: expect.any(String),
  replyTo: null,
  homepage: null,
  locale: 'en',
  timeZone: 'UTC',
  branding: {},
  welcomeMail: false,
  goodbyeMail: false,
  allowedDomains: [],
  deniedDomains: [],
  createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
}

describe('a newsletter', () => {
  test('is made, found by slug and by id, and listed', async () => {
    const made = await api.call('POST', '/v1/newsletters', aNewsletter)
    expect(made.status).toBe(201)
    expect(made.body).toEqual(stored)
    expect((await api.call('GET', '/v1/newsletters/morning')).body).toEqual(made.body)
    expect((await api.call('GET', `/v1/newsletters/${made.body.id}`)).body).toEqual(made.body)
    expect((await api.call('GET', '/v1/newsletters')).body).toEqual({ rows: [made.body], next: null })
  })

  test('has a slug of its own', async () => {
    const again = await api.call('POST', '/v1/newsletters', aNewsletter)
    expect(again.status).toBe(409)
    expect(again.body.detail).toBe('There is a newsletter morning already. Choose another slug.')
  })

  test('keeps what a change leaves out', async () => {
    const changes = { timeZone: 'Europe/Berlin', locale: 'de', homepage: 'https://daily.example/' }
    await api.call('PATCH', '/v1/newsletters/morning', changes)
    const { status, body } = await api.call('PATCH', '/v1/newsletters/morning', { name: 'Morgen' })
    expect(status).toBe(200)
    expect(body).toEqual({ ...stored, ...changes, name: 'Morgen' })
    const cleared = await api.call('PATCH', '/v1/newsletters/morning', { homepage: null })
    expect(cleared.body.homepage).toBeNull()
  })
})

describe('refuses', () => {
  test.each([
    ['a line break in a name', { fromName: 'The Daily\r\nBcc: all@example.com' }, '#/fromName'],
    ['a control character in an address', { fromAddress: 'a\u0000@example.com' }, '#/fromAddress'],
    ['a sender that is no address', { fromAddress: 'nobody' }, '#/fromAddress'],
    ['a newsletter without a postal address', { postalAddress: ' ' }, '#/postalAddress'],
    ['a postal address that nobody can see', { postalAddress: '\u200b\u2060 ' }, '#/postalAddress'],
    ['an unknown time zone', { timeZone: 'Europe/Nowhere' }, '#/timeZone'],
    ['an unknown language', { locale: 'not a language' }, '#/locale'],
    ['a homepage that runs', { homepage: 'javascript:alert(1)' }, '#/homepage'],
    ['a homepage that is another’s at a glance', { homepage: 'https://bank.example@evil.example/' }, '#/homepage'],
    ['a number for a name', { name: 7 }, '#/name'],
    ['a slug that is none', { slug: '../etc' }, '#/slug'],
    ['what it does not know', { colour: 'red' }, '#'],
  ])('%s, and says where', async (_, wrong, where) => {
    const answer = await api.call('POST', '/v1/newsletters', { ...aNewsletter, slug: 'other', ...wrong })
    expect(answer.status).toBe(422)
    expect(answer.body).toMatchObject({ code: 'invalid_input', detail: 'The body is not as expected.' })
    expect(answer.body.problems).toContainEqual({ where, message: expect.any(String) })
  })

  test('everything that is wrong at once', async () => {
    const answer = await api.call('POST', '/v1/newsletters', {})
    const where = answer.body.problems.map((problem: { where: string }) => problem.where)
    expect(where).toEqual(['#/slug', '#/name', '#/fromName', '#/fromAddress', '#/postalAddress'])
  })

  test.each(['nope', '00000000-0000-4000-8000-000000000000', '%00', '..%2f', 'a'.repeat(200), "x'%20or%201=1"])(
    'the unknown newsletter %s',
    async (name) => {
      const answer = await api.call('GET', `/v1/newsletters/${name}`)
      expect(answer.status).toBe(404)
      expect(answer.body.code).toBe('not_found')
    },
  )

  test.each([
    ['no JSON', '{"slug":', 'application/json', 400],
    ['a poisoned object', '{"__proto__":{"admin":true}}', 'application/json', 400],
    ['nothing', '', 'application/json', 400],
    ['a list', '[]', 'application/json', 422],
    ['null', 'null', 'application/json', 422],
    ['another type', '<xml/>', 'application/xml', 415],
    ['more than it reads', `{"slug":"${'a'.repeat(200_000)}"}`, 'application/json', 413],
  ])('a body that is %s', async (_, raw, type, status) => {
    const answer = await api.call('POST', '/v1/newsletters', undefined, { raw, type })
    expect(answer.status).toBe(status)
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8')
    expect(answer.body.status).toBe(status)
  })
})
