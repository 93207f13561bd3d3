import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anIssue, type Calling, openCalling } from './calling.ts'

let api: Calling
let newsletterId: string

beforeAll(async () => {
  api = await openCalling()
  newsletterId = (await anIssue(api)).newsletter.id
})
afterAll(() => api.close())

const actor = 'key read write send'
const importCsv = (raw: string, query = '') =>
  api.call('POST', `/v1/suppressions/import${query}`, undefined, { raw, type: 'text/csv' })
const reasons = async (address: string) =>
  (await api.call('GET', `/v1/suppressions?address=${encodeURIComponent(address)}`)).body.rows.map(
    (row: Record<string, string>) => `${row.reason} ${row.source}${row.newsletterId ? ' of one' : ''}`,
  )

describe('a suppression', () => {
  test('is made once, found, and lifted, which is kept', async () => {
    const made = await api.call('POST', '/v1/suppressions', { address: 'Bob@Example.com', newsletter: 'morning' })
    expect(made.status).toBe(201)
    expect(made.body).toEqual({
      id: expect.any(String),
      addressKey: 'bob@example.com',
      newsletterId,
      reason: 'manual',
      source: actor,
      createdAt: expect.any(String),
    })
    const again = await api.call('POST', '/v1/suppressions', { address: 'bob@example.com', newsletter: 'morning' })
    expect([again.status, again.body]).toEqual([200, made.body])
    const everywhere = await api.call('POST', '/v1/suppressions', { address: 'bob@example.com' })
    expect([everywhere.status, everywhere.body.newsletterId]).toEqual([201, null])
    const found = await api.call('GET', '/v1/suppressions?address=BOB%40example.com')
    expect(found.body).toEqual({ rows: [made.body, everywhere.body], next: null })
    expect((await api.call('GET', '/v1/suppressions?limit=1')).body).toMatchObject({ rows: [everywhere.body] })
    expect((await api.call('GET', '/v1/suppressions?newsletter=morning')).body.rows).toEqual([made.body])
    const lift = `/v1/suppressions/${made.body.id}?why=He%20asked%20for%20it`
    expect((await api.call('DELETE', lift)).status).toBe(204)
    expect((await api.call('DELETE', lift)).status).toBe(404)
    const lifted = await api.call('GET', '/v1/suppressions/lifted?address=bob@example.com')
    const kept = { ...made.body, liftedAt: expect.any(String), liftedBy: actor, why: 'He asked for it' }
    expect(lifted.body).toEqual({ rows: [kept], next: null })
    await expect(api.database.pool.query("update suppression_lifted set why = 'no'")).rejects.toThrow(
      'only ever added to',
    )
    await expect(api.database.pool.query('delete from suppression_lifted')).rejects.toThrow('only ever added to')
  })

  test('has a reason and a source, and keeps the graver reason', async () => {
    const address = 'grave@example.com'
    await api.call('POST', '/v1/suppressions', { address, reason: 'bounced', source: 'post office' })
    await api.call('POST', '/v1/suppressions', { address, reason: 'complained', source: 'a letter' })
    await api.call('POST', '/v1/suppressions', { address, reason: 'bounced', source: 'post office' })
    expect(await reasons(address)).toEqual(['complained a letter'])
    const listed = await api.call('GET', '/v1/suppressions?reason=complained')
    expect(listed.body.rows.map((row: Record<string, string>) => row.addressKey)).toEqual([address])
  })

  test('of an address that was erased is refused, for nothing of it is to be kept', async () => {
    await api.database.pool.query("insert into erased select erased_hash('erased@example.com')")
    const refused = await api.call('POST', '/v1/suppressions', { address: 'Erased@example.com' })
    expect([refused.status, refused.body.code]).toEqual([409, 'conflict'])
    expect(await reasons('erased@example.com')).toEqual([])
  })

  test.each([
    { address: 'nobody' },
    {},
    { address: 'a@example.com', newsletter: '../x' },
    { address: 'a@example.com', reason: 'erased' },
  ])('is refused for %j', async (body) => {
    expect((await api.call('POST', '/v1/suppressions', body)).status).toBe(422)
  })
})

describe('a file of suppressions', () => {
  test('is taken whole, with the reasons that it tells, and nothing changes the second time', async () => {
    const csv =
      'EmailAddress,SuppressionReason\nH@example.com,HardBounce\nc@example.com,SpamComplaint\nm@example.com,ManualSuppression\n' +
      'h@example.com,HardBounce\nnobody,\nerased@example.com,\n'
    const { body } = await importCsv(csv, '?source=Postmark')
    expect(body).toMatchObject({
      rows: 6,
      suppressed: 3,
      notTaken: 3,
      because: expect.arrayContaining([
        { why: 'duplicate', rows: 1 },
        { why: 'not_valid', rows: 1 },
        { why: 'erased', rows: 1 },
      ]),
    })
    expect([await reasons('h@example.com'), await reasons('c@example.com'), await reasons('m@example.com')]).toEqual([
      ['bounced Postmark'],
      ['complained Postmark'],
      ['manual Postmark'],
    ])
    expect((await importCsv(csv)).body).toMatchObject({ suppressed: 0, notTaken: 6 })
  })

  test('may be for one newsletter, and says why where its rows do not', async () => {
    const query = '?newsletter=morning&reason=bounced&source=list'
    expect((await importCsv('email,status\none@example.com,5.1.1\ntwo@example.com,spam\n', query)).body).toMatchObject({
      suppressed: 2,
    })
    expect(await reasons('one@example.com')).toEqual(['bounced list of one'])
    expect(await reasons('two@example.com')).toEqual(['complained list of one'])
  })

  test('is only looked at in a dry run', async () => {
    expect((await importCsv('email\ndry@example.com\n', '?dryRun=true')).body).toMatchObject({ suppressed: 1 })
    expect(await reasons('dry@example.com')).toEqual([])
  })

  test('is written, and read back as it was', async () => {
    const exported = async (query = '') => String((await api.call('GET', `/v1/suppressions/export${query}`)).body)
    await api.call('POST', '/v1/suppressions', { address: '+formula@example.com', source: '=1+1' })
    const text = await exported()
    expect(text).toMatch(/^email,reason,source,created_at\r\n'\+formula@example\.com,manual,'=1\+1,20[^,]+Z\r\n/)
    const listed = await exported('?newsletter=morning')
    expect(
      listed
        .split('\r\n')
        .slice(1, -1)
        .map((line) => line.split(',').slice(0, 2).join()),
    ).toEqual(['one@example.com,bounced', 'two@example.com,complained'])
    const rows = text.trimEnd().split('\r\n').length - 1
    expect((await importCsv(text)).body).toMatchObject({
      rows,
      suppressed: 0,
      because: [{ why: 'kept_suppressed', rows }],
    })
    await api.database.pool.query('delete from suppression')
    expect((await importCsv(text)).body).toMatchObject({ rows, suppressed: rows })
    expect(await reasons('c@example.com')).toEqual([`complained ${actor}`])
  })
})
