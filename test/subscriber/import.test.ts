import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { NewsletterId } from '../../src/id.ts'
import type { ImportRow, ImportStore } from '../../src/store/imports.ts'
import type { RowNotTaken } from '../../src/subscriber/import/file.ts'
import { readRows } from '../../src/subscriber/import/rows.ts'
import { type ImportOptions, importSubscribers } from '../../src/subscriber/import.ts'

const newsletterId = '7d444840-9dc0-11d1-b245-5ffdce74fad2' as NewsletterId

async function* pieces(bytes: string | Uint8Array, size = 7) {
  const all = Buffer.from(bytes as Uint8Array)
  for (let start = 0; start < all.length; start += size) yield all.subarray(start, start + size)
}

/** A store that takes everything, as it would with nobody in it. */
async function run(file: AsyncIterable<Uint8Array>, options: Partial<ImportOptions> = {}) {
  const rows: ImportRow[] = []
  const sets: number[] = []
  const imports: ImportStore = {
    open: async () => ({
      take: async (set) => {
        rows.push(...set)
        sets.push(set.length)
        return set.map(({ means = 'confirmed' }) => FATES[means])
      },
      close: async () => undefined,
    }),
  }
  const about = { newsletterId, newsletterSlug: 'daily', consentSource: 'a test' }
  const report = await importSubscribers(imports, file, { ...about, ...options })
  return { report, rows, sets }
}

const FATES = {
  confirmed: 'added',
  unsubscribed: 'unsubscribed',
  bounced: 'suppressed',
  complained: 'suppressed',
  suppressed: 'suppressed',
} as const

async function imported(file: string | Uint8Array, options: Partial<ImportOptions> = {}) {
  const { report, rows } = await run(pieces(file), options)
  const people = rows.map(({ address, firstName, attributes }) => ({ address, firstName, ...attributes }))
  return { report, rows, people }
}

/** Who is what after an import, and why the others were not taken. */
async function meanings(file: string, options: Partial<ImportOptions> = {}) {
  const { report, rows } = await run(pieces(file), options)
  if (report.kind === 'refused') throw new Error(report.reason)
  return {
    service: report.reading.service,
    ...Object.fromEntries(rows.map(({ address, means }) => [address.split('@')[0], means])),
    ...Object.fromEntries(report.problems.map(({ address, why }) => [address.split('@')[0], why])),
  }
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
      taken: { added: 2, updated: 0, unsubscribed: 0, suppressed: 0 },
      notTaken: 0,
      because: [],
      problems: [],
      reading: {
        service: null,
        columns: [
          { column: 'E-Mail', becomes: 'address' },
          { column: 'First Name', becomes: 'first name' },
          { column: 'Favourite Color!', becomes: 'attribute favourite_color' },
        ],
        statuses: [],
      },
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
      columns: { email: 'ReportsTo.Email', first_name: 'Rufname' },
    })
    expect(people).toEqual([{ address: 'a@example.com', firstName: 'Ada' }])
  })

  test('hands a large file on set by set', async () => {
    async function* large() {
      yield Buffer.from('email\n')
      for (let index = 0; index < 11_000; index += 1) yield Buffer.from(`reader${index}@example.com\n`)
    }
    const { report, sets } = await run(large())
    expect(report).toMatchObject({ rows: 11_000, taken: { added: 11_000 }, notTaken: 0 })
    expect(sets).toEqual([2_500, 2_500, 2_500, 2_500, 1_000])
  })
})

describe('what stays out', () => {
  test('reports bad rows by line and reason, and takes the good ones', async () => {
    const file = 'email,name\na@example.com,A\n\nnobody,B\n"c@example.com","two\nlines"\n,D\ne@example.com,E\n'
    const told: RowNotTaken[] = []
    const { report, people } = await imported(file, { onRowNotTaken: (row) => void told.push(row) })
    expect(people.map(({ address }) => address)).toEqual(['a@example.com', 'c@example.com', 'e@example.com'])
    const problems = [
      { line: 4, address: 'nobody', why: 'not_valid', reason: 'An address needs an @, as in name@example.com.' },
      { line: 7, address: '', why: 'not_valid', reason: 'There is no address in this row.' },
    ]
    expect(report).toMatchObject({ rows: 5, notTaken: 2, because: [{ why: 'not_valid', rows: 2 }], problems })
    expect(told).toEqual(problems)
  })

  test('says where a quotation mark was opened that nobody closed', async () => {
    const { report, people } = await imported('email,name\na@example.com,A\nb@example.com,"B\nc@example.com,C\n')
    expect(people).toHaveLength(1)
    expect(report).toMatchObject({
      problems: [{ line: 3, reason: 'A quotation mark is opened here and never closed; nothing after it was read.' }],
    })
  })

  test('says so where a quotation mark runs on into the next row, whose status would be taken for this one', async () => {
    const file = 'email,name,status\na@example.com,"A,unsubscribed\nb@example.com,"B",active\nc@example.com,C,active\n'
    const { report, people } = await imported(file)
    expect(people.map(({ address }) => address)).toEqual(['c@example.com'])
    expect(report).toMatchObject({
      rows: 2,
      problems: [{ line: 2, reason: 'The quotation marks of this record are not as they should be.' }],
    })
  })

  test('takes whoever is kept out, whatever else is wrong with their row', async () => {
    const long = 'x'.repeat(101)
    const rows = [
      `a@x.org,${long},unsubscribed`,
      `b@x.org,${long},active`,
      'c@x.org,\ufffd,bounced',
      'd@x.org,\ufffd,active',
    ]
    expect(await meanings(`email,name,status\n${rows.join('\n')}\nü@x.org,,unsubscribed\nö@x.org,,active\n`)).toEqual({
      service: null,
      a: 'unsubscribed',
      b: 'not_valid',
      c: 'bounced',
      d: 'not_valid',
      ü: 'unsubscribed',
      ö: 'not_valid',
    })
  })

  test('takes of an export of ours only who reads the newsletter that they are brought to', async () => {
    const header = 'newsletter,email,first_name,status,suppressed,locale,time_zone,confirmed_at,attributes\n'
    const file = `${header}weekly,a@x.org,,confirmed,,,,,\ndaily,b@x.org,,confirmed,,,,,\n`
    expect(await meanings(file, { newsletterSlug: 'daily' })).toMatchObject({ a: 'other_newsletter', b: 'confirmed' })
    const { report } = await imported(file, { newsletterSlug: 'daily' })
    expect(report).toMatchObject({
      problems: [
        {
          line: 2,
          reason:
            'Is of the newsletter "weekly", not of "daily". If they agreed to that one, say so in the file, or take its column "newsletter" out.',
        },
      ],
    })
  })

  test('keeps the first thousand problems and counts all', async () => {
    const { report } = await imported(`email\n${'x\n'.repeat(1_500)}`)
    expect(report).toMatchObject({ rows: 1_500, notTaken: 1_500, taken: { added: 0 } })
    expect(report.kind === 'imported' && report.problems.length).toBe(1_000)
  })

  test.each([
    ['', 'The file has no first line that names its columns.'],
    ['a,b\n1,2\n', 'No column holds addresses. Expected one named "email" in the first line, or its name.'],
    ['a@example.com,Ada\n', 'No column holds addresses. The first line holds an address: it has to name the columns.'],
    ['x'.repeat(3_000_000), 'The file is no CSV: a line goes on for more than a megabyte.'],
    [
      Buffer.from(`\ufeff${'x'.repeat(3_000_000)}`, 'utf16le'),
      'The file is no CSV: a line goes on for more than a megabyte.',
    ],
    [
      Buffer.from('email,name\na@example.com,Ada\n', 'utf16le'),
      'No column holds addresses. The file seems to be UTF-16 without a mark: save it as UTF-8.',
    ],
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

describe('who was subscribed elsewhere', () => {
  test.each([
    ['status', 'active', 'confirmed'],
    ['status', 'Subscribed', 'confirmed'],
    ['Status', '1', 'confirmed'],
    ['subscribed', 'yes', 'confirmed'],
    ['deleted_at', '', 'confirmed'],
    ['unsub_time', '0000-00-00 00:00:00', 'confirmed'],
    ['unsubscribed', 'no', 'confirmed'],
    ['state', 'CA', 'confirmed'],
    ['type', 'Customer', 'confirmed'],
    ['status', 'Unsubscribed', 'unsubscribed'],
    ['status', 'non-subscribed', 'unsubscribed'],
    ['status', 'Opted Out', 'unsubscribed'],
    ['status', '0', 'unsubscribed'],
    ['state', 'inactive', 'unsubscribed'],
    ['subscribed_to_emails', 'false', 'unsubscribed'],
    ['email_disabled', 'true', 'unsubscribed'],
    ['UNSUB_TIME', '2025-01-01 10:00:00', 'unsubscribed'],
    ['deleted_at', '1/31/2025', 'unsubscribed'],
    ['Status', 'cleaned', 'bounced'],
    ['status', 'hard bounce', 'bounced'],
    ['SuppressionReason', 'HardBounce', 'bounced'],
    ['bounced_at', '2025-01-01', 'bounced'],
    ['status', 'Marked as spam', 'complained'],
    ['unsub_reason', 'Abuse complaint', 'complained'],
    ['suppressed', 'complained', 'complained'],
    ['status', 'blocklisted', 'suppressed'],
    ['blocked', 'true', 'suppressed'],
    ['status', 'pending', 'unconfirmed'],
    ['confirmed', 'no', 'unconfirmed'],
    ['confirmed', '', 'unconfirmed'],
    ['status', 'unactivated', 'unconfirmed'],
    ['opted_in', '', 'unconfirmed'],
    ['is_subscribed', '', 'unconfirmed'],
    ['Accepts Email Marketing', 'no', 'unsubscribed'],
    ['subscribed_to_emails', '', 'confirmed'],
    ['Unsubscribed Date', '2025-01-01', 'unsubscribed'],
    ['unsubscribedAt', '2025-01-01T00:00:00Z', 'unsubscribed'],
    ['isUnsubscribed', 'true', 'unsubscribed'],
    ['HasOptedOutOfEmail', '1', 'unsubscribed'],
    ['Email Opt Out', 'no', 'confirmed'],
    ['Unsubscribed from all email', 'maybe', 'unknown_status'],
    ['Hard Bounced', 'yes', 'bounced'],
    ['bounce_date', '2025-01-01', 'bounced'],
    ['bounce_date', '', 'confirmed'],
    ['date_removed', '2025-01-01', 'unsubscribed'],
    ['CLEAN_TIME', '2025-01-01 10:00:00', 'bounced'],
    ['marked_as_spam', 'x', 'complained'],
    ['undeliverability_date', '2025-01-01', 'bounced'],
    ['Spam complaint date', '2025-01-01', 'complained'],
    ['email_blacklisted', 'true', 'suppressed'],
    ['Email permission status', 'Unsubscribed', 'unsubscribed'],
    ['Email marketing status', 'never asked', 'unknown_status'],
    ['unsubscribe_link', 'https://example.org/u/1', 'confirmed'],
    ['unsubscribe', 'https://example.org/u/1', 'confirmed'],
    ['bounce_count', '1', 'confirmed'],
    ['status', 'churned', 'unknown_status'],
    ['status', '2', 'unknown_status'],
    ['status', '4', 'unknown_status'],
    ['subscribed', 'perhaps', 'unknown_status'],
    ['unsubscribed', 'perhaps', 'unknown_status'],
  ])('is what they were there: %s %j is %s', async (column, cell, means) => {
    expect(await meanings(`email,${column}\na@example.com,${cell}\n`)).toMatchObject({ a: means })
  })

  test('is the strictest of all that a row says', async () => {
    const file = 'email,status,unsubscribed_at,bounced\na@x.org,active,2024-03-13 11:33:53 UTC,\nb@x.org,active,,yes\n'
    expect(await meanings(`${file}c@x.org,pending,2024-01-01,\nd@x.org,perhaps,2024-01-01,\n`)).toMatchObject({
      a: 'unsubscribed',
      b: 'bounced',
      c: 'unsubscribed',
      d: 'unsubscribed',
    })
  })

  test('is what the operator says, where a status is not known or meant otherwise', async () => {
    const file = 'email,Kind\na@x.org,Gold\nb@x.org,gone_away\nc@x.org,\n'
    const options = { columns: { status: 'Kind' }, means: { gold: 'confirmed', 'Gone away': 'unsubscribed' } } as const
    const { report, rows } = await imported(file, options)
    expect(rows.map(({ means }) => means)).toEqual(['confirmed', 'unsubscribed', 'confirmed'])
    expect(report).toMatchObject({
      reading: {
        columns: [
          { column: 'email', becomes: 'address' },
          { column: 'Kind', becomes: 'status' },
        ],
        statuses: [
          { column: 'Kind', value: 'Gold', means: 'confirmed', rows: 1 },
          { column: 'Kind', value: 'gone_away', means: 'unsubscribed', rows: 1 },
        ],
      },
    })
  })

  test('is at best what the operator says of the whole file', async () => {
    const file = 'email,status\na@x.org,active\nb@x.org,complained\n'
    expect(await meanings(file, { as: 'unsubscribed' })).toMatchObject({ a: 'unsubscribed', b: 'complained' })
    expect(await meanings(file, { as: 'unconfirmed' })).toMatchObject({ a: 'unconfirmed', b: 'complained' })
    expect(await meanings(file, { as: 'confirmed' })).toMatchObject({ a: 'confirmed', b: 'complained' })
  })

  test('says since when, and when they left, where the parts of a time have one order only', async () => {
    const since = async (header: string, ...cells: readonly string[]) => {
      const { rows } = await imported(
        `email,${header}\n${cells.map((cell, row) => `r${row}@x.org,${cell}\n`).join('')}`,
      )
      return rows.map((row) => row.since?.toISOString() ?? null)
    }
    const times = [
      '2023-04-21 11:16:57',
      '2021-02-04 07:55:20 +0200',
      '2020-05-06',
      '2023-03-24 10:23:10 UTC',
      '4/5/2023',
    ]
    expect(await since('created_at', ...times, '0001-01-01', 'soon')).toEqual([
      '2023-04-21T11:16:57.000Z',
      '2021-02-04T05:55:20.000Z',
      '2020-05-06T00:00:00.000Z',
      '2023-03-24T10:23:10.000Z',
      null,
      null,
      null,
    ])
    expect(await since('created_at,UNSUB_TIME', '2020-01-01,2023-04-21 11:16:57')).toEqual(['2023-04-21T11:16:57.000Z'])
  })

  test('keeps language, time zone and attributes, those in a cell of JSON too', async () => {
    const cell = '"{""city"": ""Bern"", ""age"": 41, ""vip"": true, ""tags"": [1], ""formula"": ""=1+1""}"'
    const { rows } = await imported(
      `email,lang,timezone,attributes\na@x.org,de_AT,Europe/Vienna,${cell}\nb@x.org,German,Mars,{\n`,
    )
    expect(rows).toMatchObject([
      {
        locale: 'de-AT',
        timeZone: 'Europe/Vienna',
        attributes: { city: 'Bern', age: '41', vip: 'true', formula: '=1+1' },
      },
      { locale: null, timeZone: null, attributes: {} },
    ])
  })

  test('takes the second column of addresses where the first is empty', async () => {
    const { people } = await imported('Email,email_addr\n,dup@example.com\nb@example.com,other@example.com\n')
    expect(people.map(({ address }) => address)).toEqual(['dup@example.com', 'b@example.com'])
  })

  test('takes an apostrophe away that guarded a cell from spreadsheets', async () => {
    const { people } = await imported("email,name,note\n'+a@example.com,'=A,''-5\nd'e@example.com,'ok,'\n")
    expect(people).toEqual([
      { address: '+a@example.com', firstName: '=A', note: "'-5" },
      { address: "d'e@example.com", firstName: "'ok", note: "'" },
    ])
  })
})

describe('an export of', () => {
  test('Substack: who pays says nothing, who has turned mail off has left', async () => {
    const header = 'email,active_subscription,expiry,email_disabled,created_at\n'
    const rows =
      'paid@x.org,true,2031-07-06T16:20:44.000Z,false,2018-08-27T15:06:27.713Z\nfree@x.org,,,false,2018-12-19T08:03:04.977Z\n'
    const off = 'off@x.org,true,2035-06-23T23:41:42.980Z,true,2018-08-29T20:50:03.435Z\n'
    expect(await meanings(`${header}${rows}${off}`)).toEqual({
      service: 'Substack',
      paid: 'confirmed',
      free: 'confirmed',
      off: 'unsubscribed',
    })
  })

  test('beehiiv: active, inactive and pending, and active ones that have left', async () => {
    const header = 'email,First Name,status,tier,created_at,unsubscribed_at\n'
    const rows = [
      'active,free,2023-03-24 10:23:10 UTC,',
      'inactive,premium,2023-03-24 10:23:10 UTC,',
      'pending,free,2023-03-24 10:23:10 UTC,',
    ]
    const file = [
      ...rows,
      'active,premium,2023-03-24 10:23:10 UTC,2024-03-13 11:33:53 UTC',
      'invalid,free,2023-03-24 10:23:10 UTC,',
    ]
    expect(await meanings(`${header}${file.map((row, index) => `r${index}@x.org,,${row}\n`).join('')}`)).toEqual({
      service: 'beehiiv',
      r0: 'confirmed',
      r1: 'unsubscribed',
      r2: 'unconfirmed',
      r3: 'unsubscribed',
      r4: 'bounced',
    })
  })

  const mailchimp = 'Email Address,First Name,MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME'
  test.each([
    ['subscribed', '', '', 'confirmed'],
    ['unsubscribed', 'UNSUB_TIME,UNSUB_REASON,', '2018-07-23 12:19:27,NORMAL,', 'unsubscribed'],
    ['cleaned', 'CLEAN_TIME,CLEAN_CAMPAIGN_ID,', '2020-03-23 17:30:05,,', 'bounced'],
    ['nonsubscribed', '', '', 'unconfirmed'],
    ['cleaned', '', '', 'bounced'],
  ])('Mailchimp: the file of the %s (%j)', async (kind, columns, cells, means) => {
    const file = `${mailchimp},${columns}LEID,EUID,TAGS\nm@x.org,,2,2018-02-12 10:54:27,2018-02-12 10:54:27,${cells}1,a,"""Editors"""\n`
    for (const name of [`${kind}_email_audience_export_8a3f.csv`, `2026-11 ${kind}_members_export_8a3f (1).csv`]) {
      expect(await meanings(file, { name })).toEqual({ service: 'Mailchimp', m: means })
    }
  })

  test('Ghost: who gets mail, and who is deleted', async () => {
    const header = 'id,email,name,note,subscribed_to_emails,complimentary_plan,created_at,deleted_at,labels\n'
    const rows =
      '1,in@x.org,In,,true,false,2021-01-01T10:00:00.000Z,,news\n2,out@x.org,,,false,false,2021-01-01T10:00:00.000Z,,\n'
    const gone = '3,gone@x.org,,,true,false,2021-01-01T10:00:00.000Z,2022-01-01T10:00:00.000Z,\n'
    expect(await meanings(`${header}${rows}${gone}`)).toEqual({
      service: 'Ghost',
      in: 'confirmed',
      out: 'unsubscribed',
      gone: 'unsubscribed',
    })
  })

  test('Buttondown: kinds of subscribers', async () => {
    const kinds = [
      'regular',
      'premium',
      'gifted',
      'churning',
      'unactivated',
      'unsubscribed',
      'removed',
      'complained',
      'undeliverable',
    ]
    const rows = kinds.map((kind) => `${kind}@x.org,2023-05-01,${kind},{}\n`)
    expect(await meanings(`email,creation_date,type,metadata\n${rows.join('')}`)).toEqual({
      service: 'Buttondown',
      regular: 'confirmed',
      premium: 'confirmed',
      gifted: 'confirmed',
      churning: 'confirmed',
      unactivated: 'unconfirmed',
      unsubscribed: 'unsubscribed',
      removed: 'unsubscribed',
      complained: 'complained',
      undeliverable: 'bounced',
    })
  })

  test('listmonk: disabled and blocklisted; enabled are also those who left the list, or never confirmed', async () => {
    const rows = ['enabled', 'disabled', 'blocklisted'].map(
      (status) => `u,${status}@x.org,,"{""city"":""Bern""}",${status}\n`,
    )
    const file = `uuid,email,name,attributes,status\n${rows.join('')}`
    const known = { service: 'listmonk', disabled: 'unsubscribed', blocklisted: 'suppressed' }
    expect(await meanings(file)).toEqual({ ...known, enabled: 'unknown_status' })
    expect(await meanings(file, { means: { enabled: 'confirmed' } })).toEqual({ ...known, enabled: 'confirmed' })
    expect((await imported(file)).report).toMatchObject({
      problems: [
        {
          reason:
            'status is "enabled": listmonk says so also of who left the list, or never confirmed. Export those who have ' +
            'confirmed alone, and say that it means confirmed.',
        },
      ],
    })
  })
})

const samples = '../shared/samples/subscriber-csv'

describe.runIf(existsSync(samples))("other services' exports", () => {
  const read = (name: string) => run(createReadStream(`${samples}/${name}`))

  test('Curated: bad addresses by line, the others in, with the time of their consent', async () => {
    const { report, rows } = await read('curated-subscribers.csv')
    expect(report).toMatchObject({ rows: 20, taken: { added: 16 }, notTaken: 4, reading: { service: 'Curated' } })
    expect(report.kind === 'imported' && report.problems.map(({ line }) => line)).toEqual(
      expect.arrayContaining([5, 10]),
    )
    expect(rows[0]?.since).toEqual(new Date('2021-02-04T07:55:20Z'))
  })

  test('Mailchimp: names trimmed, five in, with the time of their confirmation', async () => {
    const { report, rows } = await read('mailchimp-subscribed.csv')
    expect(report).toMatchObject({ taken: { added: 5 }, notTaken: 0, reading: { service: 'Mailchimp' } })
    expect(rows[4]).toMatchObject({
      firstName: 'Dolor',
      attributes: {
        last_name: 'Simet',
        company: 'Lorem Co.',
        optin_time: '2018-02-05 19:28:22',
        tags: '"Lorem Editors"',
      },
      since: new Date('2018-02-05T19:28:22Z'),
    })
  })

  test.each([
    ['ghost-members-duplicate-mapping.csv', { rows: 1, taken: { added: 1 } }],
    ['ghost-members-formula-like-values.csv', { taken: { added: 2 }, notTaken: 0 }],
    ['ghost-members-headers-only.csv', { rows: 0, taken: { added: 0 } }],
    ['ghost-members-ragged-row.csv', { taken: { added: 2 }, notTaken: 0 }],
    ['substack-invalid-header.csv', { taken: { added: 3 }, notTaken: 0 }],
    [
      'tinynews-v1.csv',
      { rows: 3, taken: { added: 1, unsubscribed: 1 }, because: [{ why: 'unknown_status', rows: 1 }] },
    ],
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

  test.each(['newlines', 'simple', 'utf8'])(
    'csv-spectrum’s %s is read as it says, told which column holds addresses',
    async (name) => {
      const expected: Record<string, string>[] = JSON.parse(
        readFileSync(`${samples}/csv-spectrum/${name}.json`, 'utf8'),
      )
      const read: string[][] = []
      for await (const row of readRows(createReadStream(`${samples}/csv-spectrum/${name}.csv`))) {
        if (row.kind === 'row') read.push([...row.cells])
      }
      expect(read.slice(1)).toEqual(expected.map((row) => Object.values(row)))
    },
  )
})
