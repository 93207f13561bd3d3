import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { evaluate } from '../../eval/bounces.ts'
import { readBounce } from '../../src/inbound/bounce.ts'
import { readComplaint } from '../../src/inbound/complaint.ts'
import { parseMail } from '../../src/inbound/parse.ts'
import { readMail } from '../../src/inbound/read-mail.ts'
import { severityOf } from '../../src/inbound/severity.ts'
import { understand } from '../../src/inbound/understand.ts'
import { complaintOf, letterOf, mailOf, type ReportFacts, reportOf } from './mails.ts'

const SAMPLES = join(import.meta.dirname, '..', '..', '..', 'shared', 'samples', 'bounces')

const read = async (raw: Uint8Array) => readBounce(await parseMail(raw))

describe('a report', () => {
  test.each<[string, ReportFacts, string]>([
    ['of an unknown user', { status: '5.1.1', diagnostic: '550 5.1.1 User unknown' }, 'permanent'],
    ['whose status is only in the words', { status: '5.0.0', diagnostic: '550 5.1.1 who?' }, 'permanent'],
    [
      'of a domain that takes no mail',
      { status: '5.7.27', diagnostic: '550 Domain does not accept mail' },
      'permanent',
    ],
    ['of a full mailbox', { status: '5.2.2', diagnostic: '552 5.2.2 Mailbox full' }, 'transient'],
    ['of an account that is locked', { status: '5.2.1', diagnostic: '550 5.2.1 account disabled' }, 'transient'],
    ['that gave up waiting', { status: '4.4.7', diagnostic: 'delivery time expired' }, 'transient'],
    ['of a temporary no, given up', { status: '4.1.1', diagnostic: '450 4.1.1 User unknown' }, 'transient'],
    ['of a mail that is spam to them', { status: '5.7.1', diagnostic: '554 5.7.1 rejected as spam' }, 'policy'],
    [
      'of a sender they do not know',
      { status: '5.1.8', diagnostic: '553 5.1.8 Sender domain does not exist' },
      'policy',
    ],
    ['of authentication', { status: '5.7.26', diagnostic: '550-5.7.26 fails DMARC' }, 'policy'],
    ['of a blocked address of ours', { diagnostic: '550 IP 192.0.2.1 blocked by RBL' }, 'policy'],
    ['of a program of theirs', { status: '5.1.1', diagnostic: 'x-unix; procmail: No such user' }, 'transient'],
    ['that says nothing', { status: '5.0.0' }, 'transient'],
    [
      'of a full mailbox that sendmail calls unknown',
      { status: '5.0.0', diagnostic: '550 Mailbox full', text: '550 5.1.1 <ada@example.com>... User unknown' },
      'transient',
    ],
    [
      'of a temporary no to the recipient',
      { diagnostic: '450 user unknown (in reply to RCPT TO command)' },
      'transient',
    ],
    ['of spam under the status of an address', { status: '5.1.1', diagnostic: '550 5.1.1 blocked as spam' }, 'policy'],
    ['of "no such user" from nobody known', { status: '5.0.0', diagnostic: '550 No such user' }, 'transient'],
    ['of "no such user" to the recipient', { diagnostic: '550 No such user (in reply to RCPT TO)' }, 'permanent'],
    ['of delay', { action: 'delayed', status: '4.4.1' }, 'deferred'],
    ['of arrival', { action: 'delivered', status: '2.0.0' }, 'delivered'],
    ['whose address is called like a reason', { status: '5.2.2', final: 'user-unknown@example.com' }, 'transient'],
    ['that points to a page about it', { diagnostic: '550 see https://x.example/user-unknown' }, 'transient'],
  ])('%s is read', async (_what, facts, result) => {
    const address = facts.final ?? 'ada@example.com'
    expect(await read(reportOf(facts))).toMatchObject([{ addresses: [address], result }])
  })

  test('is about whom it was written to, and about whom it was passed on to', async () => {
    const raw = reportOf({ status: '5.1.1', original: 'Ada@Example.com', final: 'ada@elsewhere.example' })
    expect(await read(raw)).toMatchObject([
      { addresses: ['ada@example.com', 'ada@elsewhere.example'], result: 'permanent', status: '5.1.1' },
    ])
  })

  test('of several recipients tells them apart', async () => {
    const raw = reportOf({ status: '5.1.1' })
      .toString()
      .replace(
        'Status: 5.1.1\r\n',
        'Status: 5.1.1\r\n\r\nFinal-Recipient: rfc822; bob@example.com\r\nAction: failed\r\nStatus: 5.2.2\r\n',
      )
    const results = (await read(Buffer.from(raw)))?.map(({ addresses, result }) => [addresses, result])
    expect(results).toEqual([
      [['ada@example.com'], 'permanent'],
      [['bob@example.com'], 'transient'],
    ])
  })

  test.each(['\n', '\r'])('is read with other line ends (%j)', async (end) => {
    const raw = Buffer.from(reportOf({ status: '5.1.1' }).toString().replaceAll('\r\n', end))
    expect(await read(raw)).toMatchObject([{ addresses: ['ada@example.com'], result: 'permanent' }])
  })
})

describe('a bounce without a report', () => {
  const daemon = { From: 'MAILER-DAEMON@mx.example.net', Subject: 'failure notice', 'Return-Path': '<>' }
  test.each([
    [
      'of qmail',
      'Hi. This is the qmail-send program.\n\n<ada@example.com>:\nRemote host said: 550 5.1.1 no such user\n\n--- Below this line is a copy of the message.\n\nSubject: spam virus blocked',
      'permanent',
    ],
    [
      'of Exim',
      'A message that you sent could not be delivered.\n\n  ada@example.com\n    SMTP error from remote mail server after RCPT TO:<ada@example.com>:\n    host mx.example.com: 550 No such user\n',
      'permanent',
    ],
    [
      'that answers the content',
      'Could not deliver to\n<ada@example.com>:\n550 No such user (in reply to end of DATA command)',
      'transient',
    ],
    ['of a full mailbox', 'User mailbox exceeds allowed size: ada@example.com', 'transient'],
    ['that may be late', 'THIS IS A WARNING MESSAGE ONLY\n\n<ada@example.com>: connection timed out', 'deferred'],
  ])('%s is read', async (_what, text, result) => {
    expect(await read(mailOf(daemon, text))).toMatchObject([{ addresses: ['ada@example.com'], result }])
  })

  test('is not seen in what a person writes about one', async () => {
    const text = 'Your mail to ada@example.com could not be delivered: 550 5.1.1 user unknown. What is wrong?'
    expect(await read(letterOf('bob@example.com', { Subject: 'Trouble' }, text))).toBeNull()
  })
})

describe('a complaint', () => {
  test('names whom the mail went to, if it says so', async () => {
    expect(readComplaint(await parseMail(complaintOf({ to: 'Ada@Example.com' })))).toEqual({
      isAbuse: true,
      addresses: ['ada@example.com'],
    })
    expect(readComplaint(await parseMail(complaintOf({})))).toEqual({ isAbuse: true, addresses: [] })
  })

  test.each(['auth-failure', 'not-spam', 'virus', ''])('is not what reports %j', async (type) => {
    expect(readComplaint(await parseMail(complaintOf({ type })))).toMatchObject({ isAbuse: false })
  })
})

describe('hostile mail', () => {
  const nested = `${Array.from({ length: 400 }, (_, at) => `Content-Type: multipart/mixed; boundary=b${at}\n\n--b${at}\n`).join('')}x`
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['zeros', Buffer.alloc(10_000)],
    ['a header without end', Buffer.from(`Subject: ${'x'.repeat(300_000)}`)],
    ['parts in parts', Buffer.from(nested)],
    ['a report without fields', reportOf({ final: '', action: '' })],
    ['JSON that is none', mailOf({ Subject: 'AWS Notification Message' }, '{"notificationType":"Bounce","bounce":')],
    ['JSON of other shapes', mailOf({}, '{"notificationType":"Bounce","bounce":{"bouncedRecipients":[{},7,null]}}')],
    ['thousands of addresses', mailOf({ From: 'mailer-daemon@x.example' }, '<a@b.example>:\n'.repeat(100_000))],
    ['blanks', mailOf({ From: 'mailer-daemon@x.example' }, `could not be delivered ${' '.repeat(60_000)}x`)],
    ['at signs', mailOf({ From: 'mailer-daemon@x.example', Subject: 'failure notice' }, '@'.repeat(60_000))],
    ['letters', mailOf({ From: 'mailer-daemon@x.example', Subject: 'failure notice' }, 'user'.repeat(15_000))],
  ])('that holds %s ends nobody, and comes to an end', async (_what, raw) => {
    const reported = await read(raw).catch(() => null)
    expect((reported ?? []).filter(({ result }) => result === 'permanent')).toEqual([])
  })
})

test('words about who sends say nothing about who reads', () => {
  const said = [
    '550 5.7.1 Our system does not accept mail from 192.0.2.1',
    '550 This server does not accept email without authentication',
    '550 no MX record for domain of sender',
    '550 5.1.2 Sender domain not found',
    '550 Helo command rejected: Host not found',
  ].map((words) => severityOf({ words, status: words.split(' ')[1] ?? '' }))
  expect(said.filter((severity) => severity === 'permanent')).toEqual([])
  expect(severityOf({ words: '556 5.1.10 Domain example.com does not accept mail (nullMX)' })).toBe('permanent')
  expect(severityOf({ words: 'The domain example.com doesn’t exist or does not accept e-mail.' })).toBe('permanent')
})

describe('what is built to be slow', () => {
  const headers = { From: 'MAILER-DAEMON@x.example', Subject: 'failure notice' }
  const report = { ...headers, 'Content-Type': 'multipart/report; boundary=b' }
  const blocks = Array.from({ length: 1_600 }, (_, at) => `Final-Recipient: a${at}@b.c\n\n`).join('')
  const status = `--b\nContent-Type: message/delivery-status\n\n${blocks}`
  const links = `--b\nContent-Type: text/rfc822-headers\n\nList-Unsubscribe: ${'<http:///u/'.repeat(6_000)}`
  test.each([
    ['ten thousand parts', mailOf(report, '--b\n'.repeat(15_000))],
    ['thousands of recipients', mailOf(report, `--b\n\n${'x\n'.repeat(6_000)}${status.repeat(4)}`)],
    ['thousands of addresses', mailOf(headers, Array.from({ length: 9_000 }, (_, at) => `a${at}@b\n`).join(''))],
    [
      'links in links',
      mailOf(report, `--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n\n${links}`),
    ],
  ])('is read soon: %s', async (_what, raw) => {
    const mail = await readMail(raw)
    const before = process.cpuUsage()
    if (mail) understand({ recipient: { kind: 'desk', name: 'abuse' }, mail, sender: '', isFromUs: false })
    expect([mail !== null, process.cpuUsage(before).user < 500_000]).toEqual([true, true])
  })

  test.each([
    [
      'markup that never ends',
      mailOf(report, `--b\nContent-Type: text/html\n\n${'<'.repeat(400_000)}\n--b\n\nx\n--b--`),
    ],
    ['a sender of fifty thousand names', mailOf({ From: 'a@b,'.repeat(50_000) })],
  ])(
    'is given up, and the next mail is read: %s',
    async (_what, raw) => {
      expect(await readMail(raw)).toBeNull()
      expect(await readMail(letterOf('ada@example.com'))).toMatchObject({ from: 'ada@example.com' })
    },
    30_000,
  )
})

test('words that nobody knows say nothing', () => {
  expect(severityOf({ words: 'The quick brown fox jumps over the lazy dog.' })).toBeNull()
})

describe.runIf(existsSync(SAMPLES))('of real mails', () => {
  test('97 of 100 of those that are beyond doubt are read right, and none ends a reader who is not meant', async () => {
    const marks = await evaluate(SAMPLES)
    const strict = marks.filter(({ isStrict }) => isStrict)
    expect(marks.filter(({ isHarmful }) => isHarmful)).toEqual([])
    expect(strict.length).toBeGreaterThan(200)
    expect(strict.filter(({ isRight }) => isRight).length / strict.length).toBeGreaterThanOrEqual(0.97)
  })
})
