import { createReadStream, existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { NewsletterId } from '../../src/id.ts'
import type { ImportRow } from '../../src/store/subscribers.ts'
import { type ImportOptions, importSubscribers } from '../../src/subscriber/import.ts'

const newsletterId = '7d444840-9dc0-11d1-b245-5ffdce74fad2' as NewsletterId

async function* pieces(bytes: string | Uint8Array, size = 7) {
  const all = Buffer.from(bytes as Uint8Array)
  for (let start = 0; start < all.length; start += size) yield all.subarray(start, start + size)
}

async function run(file: AsyncIterable<Uint8Array>, options: Partial<ImportOptions> = {}) {
  const taken: ImportRow[] = []
  const sets: number[] = []
  const store = {
    import: async (_id: NewsletterId, rows: readonly ImportRow[]) => {
      taken.push(...rows)
      sets.push(rows.length)
      return { added: rows.length, updated: 0, keptUnsubscribed: 0, suppressed: 0 }
    },
  }
  const report = await importSubscribers(store, file, { newsletterId, consentSource: 'a test', ...options })
  return { report, taken, sets }
}

async function imported(file: string | Uint8Array, options: Partial<ImportOptions> = {}) {
  const { report, taken } = await run(pieces(file), options)
  return { report, people: taken.map(({ address, firstName, attributes }) => ({ address, firstName, ...attributes })) }
}

describe('what goes in', () => {
  test('takes address, first name, and any further column as an attribute', async () => {
    const { report, people } = await imported(
      'E-Mail,First Name,Favourite Color!\nAda@Example.com, Ada ,red\nb@example.com,,\n',
    )
    expect(people).toEqual([
      { address: 'Ada@example.com', firstName: 'Ada', favourite_color: 'red' },
      { address: 'b@example.com', firstName: '' },
    ])
    expect(report).toEqual({
      kind: 'imported',
      rows: 2,
      added: 2,
      updated: 0,
      keptUnsubscribed: 0,
      suppressed: 0,
      problemCount: 0,
      problems: [],
    })
  })

  test('keeps hostile names as they were typed, on one line', async () => {
    const { people } = await imported('email;name\na@example.com;"$&<b>"""\nb@example.com;"Bcc:\r\nx@example.com"\n')
    expect(people.map(({ firstName }) => firstName)).toEqual(['$&<b>"', 'Bcc: x@example.com'])
  })

  test.each([
    ['UTF-8', Buffer.from('email,name\nz@example.com,Zoë\n')],
    ['UTF-8 with a mark', Buffer.from('\ufeffemail,name\nz@example.com,Zoë\n')],
    ['UTF-16', Buffer.from('\ufeffemail,name\nz@example.com,Zoë\n', 'utf16le')],
    ['UTF-16, the other way round', Buffer.from('\ufeffemail,name\nz@example.com,Zoë\n', 'utf16le').swap16()],
    ['windows-1252', Buffer.from('email,name\nz@example.com,Zoë\n', 'latin1')],
    ['semicolons and CRLF', Buffer.from('email;name\r\nz@example.com;Zoë')],
    ['tabs and CR', Buffer.from('email\tname\rz@example.com\tZoë\r')],
  ])('reads %s', async (_, bytes) => {
    expect((await imported(bytes)).people).toEqual([{ address: 'z@example.com', firstName: 'Zoë' }])
  })

  test('takes the columns that it is told', async () => {
    const { people } = await imported('ReportsTo.Email,Rufname\na@example.com,Ada\n', {
      columns: { email: 'ReportsTo.Email', firstName: 'Rufname' },
    })
    expect(people).toEqual([{ address: 'a@example.com', firstName: 'Ada' }])
  })

  test('hands a large file on set by set', async () => {
    async function* large() {
      yield Buffer.from('email\n')
      for (let index = 0; index < 4_500; index += 1) yield Buffer.from(`reader${index}@example.com\n`)
    }
    const { report, sets } = await run(large())
    expect(report).toMatchObject({ rows: 4_500, added: 4_500, problemCount: 0 })
    expect(sets).toEqual([2_000, 2_000, 500])
  })
})

describe('what stays out', () => {
  test('reports bad rows by line and reason, and takes the good ones', async () => {
    const file =
      'email,name\na@example.com,A\n\nnobody,B\n"c@example.com","two\nlines"\n,D\nA@EXAMPLE.com,again\ne@example.com,E\n'
    const { report, people } = await imported(file)
    expect(people.map(({ address }) => address)).toEqual(['a@example.com', 'c@example.com', 'e@example.com'])
    expect(report).toMatchObject({
      rows: 6,
      problemCount: 3,
      problems: [
        { line: 4, reason: 'An address needs an @, as in name@example.com.' },
        { line: 7, reason: 'There is no address in this row.' },
        { line: 8, reason: 'This address stands in the file before.' },
      ],
    })
  })

  test('leaves out who has left elsewhere, however the other service says it', async () => {
    const cases = [
      ['status', 'Unsubscribed'],
      ['Status', 'cleaned'],
      ['state', 'hard bounce'],
      ['status', '4'],
      ['subscribed_to_emails', 'false'],
      ['email_disabled', 'true'],
      ['UNSUB_TIME', '2025-01-01 10:00:00'],
      ['deleted_at', '2025-01-01'],
    ]
    for (const [column, value] of cases) {
      const { report, people } = await imported(`email,${column}\na@example.com,${value}\n`)
      expect([column, people]).toEqual([column, []])
      expect(report).toMatchObject({ problems: [{ line: 2, reason: expect.stringMatching(/^Not subscribed there/) }] })
    }
  })

  test.each([
    ['status', 'active'],
    ['status', 'subscribed'],
    ['Status', '1'],
    ['subscribed', 'yes'],
    ['deleted_at', ''],
    ['unsubscribed', 'no'],
  ])('takes who is subscribed: %s is %j', async (column, value) => {
    expect((await imported(`email,${column}\na@example.com,${value}\n`)).people).toHaveLength(1)
  })

  test('says where a quotation mark was opened that nobody closed', async () => {
    const { report, people } = await imported('email,name\na@example.com,A\nb@example.com,"B\nc@example.com,C\n')
    expect(people).toHaveLength(1)
    expect(report).toMatchObject({
      problems: [{ line: 3, reason: 'A quotation mark is opened here and never closed; nothing after it was read.' }],
    })
  })

  test('keeps the first thousand problems and counts all', async () => {
    const { report } = await imported(`email\n${'x\n'.repeat(1_500)}`)
    expect(report).toMatchObject({ problemCount: 1_500, added: 0 })
    expect(report.kind === 'imported' && report.problems.length).toBe(1_000)
  })

  test.each([
    ['', 'The file has no first line that names its columns.'],
    ['a,b\n1,2\n', 'No column holds addresses. Expected one named "email" in the first line, or its name.'],
    ['a@example.com,Ada\n', 'No column holds addresses. The first line holds an address: it has to name the columns.'],
    ['x'.repeat(3_000_000), 'The file is no CSV: a line goes on for more than a megabyte.'],
  ])('refuses a file without a header of its kind', async (file, reason) => {
    const { report } = await run(pieces(file, 65_536))
    expect(report).toEqual({ kind: 'refused', reason })
  })

  test('refuses an import that does not say where consent was given', async () => {
    expect((await imported('email\na@example.com\n', { consentSource: ' ' })).report).toEqual({
      kind: 'refused',
      reason: 'An import needs to say where these people agreed to be written to.',
    })
  })
})

const samples = '../shared/samples/subscriber-csv'

describe.runIf(existsSync(samples))("other services' exports", () => {
  const read = (name: string) => run(createReadStream(`${samples}/${name}`))

  test('Curated: bad addresses by line, the others in', async () => {
    const { report } = await read('curated-subscribers.csv')
    expect(report).toMatchObject({ rows: 20, added: 16, problemCount: 4 })
    expect(report.kind === 'imported' && report.problems.map(({ line }) => line)).toEqual(
      expect.arrayContaining([5, 10]),
    )
  })

  test('Mailchimp: names trimmed, five in', async () => {
    const { report, taken } = await read('mailchimp-subscribed.csv')
    expect(report).toMatchObject({ added: 5, problemCount: 0 })
    expect(taken[4]).toMatchObject({ firstName: 'Dolor', attributes: { last_name: 'Simet', company: 'Lorem Co.' } })
  })

  test.each([
    ['ghost-members-duplicate-mapping.csv', { rows: 1, added: 0, problemCount: 1 }],
    ['ghost-members-formula-like-values.csv', { added: 2, problemCount: 0 }],
    ['ghost-members-headers-only.csv', { rows: 0, added: 0 }],
    ['ghost-members-ragged-row.csv', { added: 2, problemCount: 0 }],
    ['substack-invalid-header.csv', { added: 3, problemCount: 0 }],
    ['tinynews-v1.csv', { rows: 3, added: 1, problemCount: 2 }],
  ])('%s', async (name, expected) => {
    expect((await read(name)).report).toMatchObject(expected)
  })

  test.each([
    'csvkit-test_latin1.csv',
    'csvkit-test_utf8_bom.csv',
    'smarter_csv-carriage_returns_r.csv',
    'smarter_csv-continuation_lines.csv',
    'smarter_csv-empty.csv',
    'smarter_csv-escaped_quote_char.csv',
    'smarter_csv-extra_columns.csv',
    'smarter_csv-valid_unicode.csv',
  ])('%s holds no addresses', async (name) => {
    expect((await read(name)).report).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/^No column holds addresses/),
    })
  })
})
