import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createServer } from '../../src/http/server.ts'
import { aNewsletter, anIssue, type Calling, openCalling } from './calling.ts'

let api: Calling
let newsletterId: string

beforeAll(async () => {
  api = await openCalling()
  newsletterId = (await anIssue(api)).newsletter.id
})
afterAll(() => api.close())

const find = async (address: string) =>
  (await api.call('GET', `/v1/subscribers?address=${encodeURIComponent(address)}`)).body.rows[0]
const importUrl = '/v1/subscribers/import?newsletter=morning&consentSource=Fair'
const importCsv = (raw: string | Readable, more = '', headers = {}) =>
  api.call('POST', `${importUrl}${more}`, undefined, { raw, type: 'text/csv', headers })

describe('an import', () => {
  test('takes the good rows and reports the others', async () => {
    const csv = 'Email;First name;City\nzoe@example.com;Zoë;Graz\nnobody;;\nzoe@example.com;;\nyan@example.com;;\n'
    const { status, body } = await importCsv(csv)
    expect(status).toBe(200)
    expect(body).toEqual({
      rows: 4,
      added: 2,
      updated: 0,
      unsubscribed: 0,
      suppressed: 0,
      notTaken: 2,
      because: [
        { why: 'not_valid', rows: 1 },
        { why: 'duplicate', rows: 1 },
      ],
      problems: [
        { line: 3, why: 'not_valid', reason: 'An address needs an @, as in name@example.com.' },
        { line: 4, why: 'duplicate', reason: 'This address stands in the file before.' },
      ],
      reading: {
        service: null,
        columns: [
          { column: 'Email', becomes: 'address' },
          { column: 'First name', becomes: 'first name' },
          { column: 'City', becomes: 'attribute city' },
        ],
        statuses: [],
      },
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
          pausedUntil: null,
        },
      ],
    })
  })

  test('streams through, however long it is', async () => {
    const rows = 6_000
    async function* file() {
      yield Buffer.from('email,first_name\n')
      for (let row = 0; row < rows; row++) yield Buffer.from(`reader${row}@example.com,${'x'.repeat(80)}\n`)
    }
    const { body } = await importCsv(Readable.from(file()))
    expect(body).toMatchObject({ rows, added: rows, notTaken: 0 })
  })

  test('is told which column is what, and what a status means', async () => {
    const csv = 'Kontakt,Art\ngold@example.com,Gold\ngone@example.com,Weg=Fort\n'
    const told = '&column=email=Kontakt&column=status=Art&means=gold=confirmed&dryRun=true'
    expect((await importCsv(csv, told)).body).toMatchObject({
      added: 1,
      because: [{ why: 'unknown_status', rows: 1 }],
      problems: [{ line: 3, reason: 'Art is "Weg=Fort": nobody has said what that means.' }],
      reading: {
        statuses: [
          { column: 'Art', value: 'Gold', means: 'confirmed', rows: 1 },
          { column: 'Art', value: 'Weg=Fort', means: 'unknown', rows: 1 },
        ],
      },
    })
    expect(await find('gold@example.com')).toBeUndefined()
    const { body } = await importCsv(csv, `${told}&means=weg%3Dfort%3Dunsubscribed`.replace('&dryRun=true', ''))
    expect(body).toMatchObject({ added: 1, unsubscribed: 1, notTaken: 0 })
  })

  test('tells every row that was not taken, one a line, with its address, and what became of the file at the end', async () => {
    const bad = Array.from({ length: 1_200 }, (_, index) => `"bad ""${index}"""\n`)
    const answer = await importCsv(`email\nline@example.com\n${bad.join('')}`, '', { accept: 'application/x-ndjson' })
    expect(answer.headers['content-type']).toBe('application/x-ndjson')
    const lines = String(answer.body)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines).toHaveLength(1_201)
    expect(lines[1_199]).toEqual({ line: 1_202, address: 'bad "1199"', why: 'not_valid', reason: expect.any(String) })
    expect(lines[1_200]).toMatchObject({ rows: 1_201, added: 1, notTaken: 1_200 })
  })

  test('is refused as any other, also when its rows were asked for', async () => {
    expect((await importCsv('a,b\n', '', { accept: 'application/x-ndjson' })).status).toBe(422)
  })

  test.each([
    ['no consent source', '/v1/subscribers/import?newsletter=morning', 'email\na@example.com\n', 422],
    ['a blank consent source', importUrl.replace('Fair', '%20'), 'email\na@example.com\n', 422],
    ['no column of addresses', importUrl, 'name,city\nAda,Graz\n', 422],
    ['nothing in it', importUrl, '', 422],
    ['a field that is none', `${importUrl}&column=shoe_size=Size`, 'email\na@example.com\n', 422],
    ['a column that is not there', `${importUrl}&column=email=Mail`, 'email\na@example.com\n', 422],
    ['a meaning that is none', `${importUrl}&means=gold=shiny`, 'email\na@example.com\n', 422],
    ['no such newsletter', importUrl.replace('morning', 'evening'), 'email\na@example.com\n', 404],
  ])('is refused with %s', async (_, url, csv, status) => {
    expect((await api.call('POST', url, undefined, { raw: csv, type: 'text/csv' })).status).toBe(status)
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

describe('an export', () => {
  const exported = async (query = '') => String((await api.call('GET', `/v1/subscribers/export${query}`)).body)

  beforeAll(async () => {
    for (const slug of ['hostile', 'copy']) await api.call('POST', '/v1/newsletters', { ...aNewsletter, slug })
    const csv = [
      'email,name,lang,time_zone,status,created_at,note',
      `=evil@example.com,"=HYPERLINK(""https://x"")",de,Europe/Berlin,active,2021-01-02 03:04:05,"@SUM(1,1)"`,
      '-minus@example.com,"+49 1, ""quoted""",,,active,2021-01-02 03:04:05,"two words"',
      `+plus@example.com,'=guarded,ja,,active,2021-01-02 03:04:05,\ttab`,
      'left@example.com,Zoë,,,unsubscribed,2021-01-02 03:04:05,',
      'dead@example.com,Dead,,,bounced,2021-01-02 03:04:05,',
    ].join('\n')
    const url = importUrl.replace('morning', 'hostile')
    expect((await api.call('POST', url, undefined, { raw: csv, type: 'text/csv' })).body).toMatchObject({
      added: 3,
      unsubscribed: 1,
      suppressed: 1,
    })
    await api.call('POST', '/v1/suppressions', { address: '-minus@example.com', reason: 'complained' })
  })

  test('writes a row a subscription that no spreadsheet runs', async () => {
    const text = await exported('?newsletter=hostile')
    const lines = text.trimEnd().split('\r\n')
    expect(lines[0]).toBe(
      'newsletter,email,first_name,status,suppressed,locale,time_zone,requested_at,confirmed_at,unsubscribed_at,attributes',
    )
    expect(lines.slice(1).sort()).toEqual(
      [
        expect.stringMatching(
          /^hostile,'\+plus@example\.com,'=guarded,confirmed,,ja,,20[^,]+Z,2021-01-02T03:04:05\.000Z,,/,
        ),
        expect.stringMatching(/^hostile,'-minus@example\.com,"'\+49 1, ""quoted""",confirmed,complained,/),
        expect.stringMatching(
          /^hostile,'=evil@example\.com,"'=HYPERLINK\(""https:\/\/x""\)",confirmed,,de,Europe\/Berlin,[^,]+,2021[^,]+,,"\{""note"":""@SUM\(1,1\)""\}"$/,
        ),
        expect.stringMatching(/^hostile,left@example\.com,Zoë,unsubscribed,,,,20[^,]+Z,,20[^,]+Z,$/),
      ].sort((a, b) => (String(a) < String(b) ? -1 : 1)),
    )
    expect(text).not.toMatch(/(^|,|\r\n)"?[=+@-]/)
  })

  test('is read back as it was, and nobody who is suppressed or left comes back', async () => {
    const text = await exported('?newsletter=hostile')
    const url = importUrl.replace('morning', 'copy')
    const refused = await api.call('POST', url, undefined, { raw: text, type: 'text/csv' })
    expect(refused.body.because).toEqual([{ why: 'other_newsletter', rows: 4 }])
    const raw = text.replaceAll(/^hostile,/gm, 'copy,')
    const answer = await api.call('POST', url, undefined, { raw, type: 'text/csv' })
    expect(answer.body).toMatchObject({
      rows: 4,
      added: 2,
      unsubscribed: 1,
      notTaken: 1,
      because: [{ why: 'kept_suppressed', rows: 1 }],
      reading: { service: 'Pressroom' },
    })
    const facts = (file: string) =>
      file
        .split('\r\n')
        .filter((line) => !line.includes('minus@'))
        .map((line) => line.replace(/^(hostile|copy),/, '').replace(/,20\d\d[^,]+Z,/, ',since,'))
        .sort()
    expect(facts(await exported('?newsletter=copy'))).toEqual(facts(text))
  })

  test('can be of one status, or of everybody', async () => {
    expect((await exported('?newsletter=hostile&status=unsubscribed')).trimEnd().split('\r\n')).toHaveLength(2)
    expect((await exported()).trimEnd().split('\r\n').length).toBeGreaterThan(6_000)
    expect((await api.call('GET', '/v1/subscribers/export?newsletter=evening')).status).toBe(404)
    expect((await api.call('GET', '/v1/subscribers/export?status=gone')).status).toBe(422)
    expect((await api.call('GET', '/v1/subscribers/export', undefined, { key: null })).status).toBe(401)
  })
})
