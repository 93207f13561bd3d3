import { describe, expect, test } from 'vitest'
import type { NewsletterId, SubscriberId } from '../../src/id.ts'
import type { Recipient } from '../../src/inbound/addresses.ts'
import { parseMail } from '../../src/inbound/parse.ts'
import { toldOf, understand } from '../../src/inbound/understand.ts'
import { deliveryId } from '../provider/batches.ts'
import { complaintOf, letterOf, mailOf, reportOf } from './mails.ts'

const reader = {
  newsletterId: '11111111-2222-4333-8444-555555555555' as NewsletterId,
  subscriberId: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee' as SubscriberId,
}
const TO = {
  bounce: { kind: 'bounce', deliveryId: deliveryId(1) },
  leave: { kind: 'leave', ...reader },
  confirm: { kind: 'confirm', ...reader, isExpired: false },
  subscribe: { kind: 'subscribe', newsletterId: reader.newsletterId, slug: 'tides' },
  desk: { kind: 'desk', name: 'postmaster' },
} as const satisfies Record<string, Recipient>

type Moment = { readonly sender?: string | null; readonly isFromUs?: boolean; readonly recipient?: Recipient }

async function meaning(to: keyof typeof TO, raw: Uint8Array, moment: Moment = {}) {
  const { sender = 'ada@example.com', isFromUs = false, recipient = TO[to] } = moment
  return understand({ recipient, mail: await parseMail(raw), sender, isFromUs })
}
const away = { Subject: 'Away until May', 'Auto-Submitted': 'auto-replied' }
const reply = letterOf('Ada <ada@example.com>')

describe('a mail to leave', () => {
  test.each([
    ['a person’s', reply, 'ada@example.com'],
    ['a mail program’s that calls itself automatic', letterOf('ada@example.com', away), 'ada@example.com'],
    ['one without sender or content', mailOf({}), ''],
    ['one from us, passed on by a reader', letterOf('letter@news.example.com'), 'ada@example.com'],
  ])('is taken: %s', async (_what, raw, sender) => {
    expect(await meaning('leave', raw, { sender, isFromUs: true })).toEqual({ kind: 'leave', ...reader })
  })

  test('that is a report leaves nobody', async () => {
    expect(await meaning('leave', reportOf({ status: '5.1.1' }), { sender: '' })).toMatchObject({ kind: 'report' })
  })
})

describe('a mail to confirm', () => {
  test('is taken from a person', async () => {
    expect(await meaning('confirm', reply)).toEqual({ kind: 'confirm', ...reader })
  })

  test.each([
    ['says so', away, 'ada@example.com'],
    ['has no sender', {}, ''],
    ['came back with none', { 'Return-Path': '<>' }, null],
    ['is a list’s', { Precedence: 'bulk' }, 'ada@example.com'],
    ['is from a list', { 'List-Id': '<x.example.com>' }, 'ada@example.com'],
    ['is Exchange’s', { 'X-Auto-Response-Suppress': 'DR, OOF, AutoReply' }, 'ada@example.com'],
    ['is Apple’s', { 'X-Apple-Action': 'VACATION' }, 'ada@example.com'],
    ['is a help desk', { 'X-Zendesk-Ticket': '7' }, 'ada@example.com'],
    ['counts tickets', { Subject: '[#4711] Please confirm' }, 'ada@example.com'],
    [
      'is a bounce of an ordinary address',
      { From: 'admin@example.com', Subject: 'Undeliverable: Please confirm' },
      'admin@example.com',
    ],
    ['is called so', { Subject: 'Automatic reply: Please confirm' }, 'ada@example.com'],
    ['is called so in German', { Subject: 'Abwesenheitsnotiz: Bitte bestätigen' }, 'ada@example.com'],
    ['is called so in Japanese', { Subject: '=?utf-8?B?6Ieq5YuV6L+U5L+h?=' }, 'ada@example.com'],
  ])('is not taken from a machine that %s', async (_what, headers, sender) => {
    const raw = letterOf('ada@example.com', headers)
    expect(await meaning('confirm', raw, { sender })).toEqual({
      kind: 'nothing',
      was: 'auto_reply',
      reason: 'automatic',
    })
  })

  test('is not taken from an address that nobody reads', async () => {
    expect(await meaning('confirm', letterOf('No Reply <no-reply@example.com>'))).toMatchObject({ was: 'auto_reply' })
  })

  test('is not taken when it is a bounce, comes from us, or goes round in circles', async () => {
    expect(await meaning('confirm', reportOf({ status: '5.1.1' }), { sender: '' })).toMatchObject({ was: 'auto_reply' })
    expect(await meaning('confirm', reply, { isFromUs: true })).toMatchObject({ was: 'loop' })
    const hops = Buffer.concat([Buffer.from('Received: from a by b\r\n'.repeat(51)), reply])
    expect(await meaning('confirm', hops)).toMatchObject({ was: 'loop' })
  })

  test('is not taken when it comes too late', async () => {
    const late = await meaning('confirm', reply, { recipient: { ...TO.confirm, isExpired: true } })
    expect(late).toEqual({ kind: 'nothing', was: 'confirm', reason: 'expired' })
  })
})

describe('a mail to subscribe', () => {
  test('asks for whoever wrote it, whatever is in it', async () => {
    const raw = letterOf('"Ada <eve@example.com>" <Ada@Example.COM>', {
      Subject: 'unsubscribe',
      'Reply-To': 'eve@example.com',
    })
    expect(await meaning('subscribe', raw)).toEqual({ kind: 'subscribe', slug: 'tides', address: 'Ada@example.com' })
  })

  test.each([
    ['nobody', mailOf({ Subject: 'x' })],
    ['no address', letterOf('Ada')],
    ['an address that cannot be one', letterOf('ada@localhost')],
  ])('of %s asks for nobody', async (_what, raw) => {
    expect(await meaning('subscribe', raw)).toEqual({ kind: 'nothing', was: 'subscribe', reason: 'no_sender' })
  })

  test('of a machine, or of ours, asks for nobody', async () => {
    expect(await meaning('subscribe', letterOf('ada@example.com', away))).toMatchObject({ was: 'auto_reply' })
    expect(await meaning('subscribe', reply, { sender: '' })).toMatchObject({ was: 'auto_reply' })
    expect(await meaning('subscribe', reply, { isFromUs: true })).toMatchObject({ was: 'loop' })
  })
})

describe('what comes back', () => {
  test('is about the delivery whose address it came to, whatever it holds', async () => {
    const raw = reportOf({ status: '5.1.1', returned: `Message-ID: <${deliveryId(2)}@news.example.com>` })
    const proof = { kind: 'delivery', deliveryId: deliveryId(1), by: 'address' }
    expect(await meaning('bounce', raw)).toMatchObject({ kind: 'report', proof, told: [{ report: 'permanent' }] })
  })

  test('to the postmaster is about the mail it holds', async () => {
    const byId = reportOf({ returned: `Message-ID: <${deliveryId(2)}@news.example.com>` })
    const proof = { kind: 'delivery', deliveryId: deliveryId(2), by: 'original' }
    expect(await meaning('desk', byId)).toMatchObject({ kind: 'report', proof })
    const token = 'x'.repeat(68)
    const byLink = complaintOf({
      returned: `List-Unsubscribe: <https://news.example.com/u/${token}>, <mailto:x@y.example>`,
    })
    expect(await meaning('desk', byLink)).toMatchObject({ kind: 'report', proof: { kind: 'link', token } })
    expect(await meaning('desk', complaintOf({}))).toMatchObject({ kind: 'report', proof: { kind: 'none' } })
  })

  test('may be an absence notice, or what nobody understands', async () => {
    expect(await meaning('bounce', letterOf('ada@example.com', away), { sender: '' })).toMatchObject({
      was: 'auto_reply',
    })
    const unknown = { kind: 'nothing', was: 'unknown', reason: 'not_understood' }
    expect(await meaning('bounce', reply)).toEqual(unknown)
    expect(await meaning('desk', reply)).toEqual(unknown)
  })

  test('may be a report that changes nothing', async () => {
    const raw = complaintOf({ type: 'auth-failure' })
    expect(await meaning('desk', raw)).toEqual({ kind: 'nothing', was: 'notice', reason: 'nothing_to_do' })
  })
})

describe('of what a report tells', () => {
  const [ada, eve, nobody] = [['ada@example.com'], ['eve@example.com'], []].map((addresses) => {
    return { addresses, report: 'permanent', words: '' } as const
  })
  const byAddress = { kind: 'delivery', deliveryId: deliveryId(1), by: 'address' } as const
  const byOriginal = { ...byAddress, by: 'original' } as const
  const told = (...all: (typeof ada)[]) => all.filter((one) => one !== undefined)

  test('a reader gets what names them, and nothing that names others', () => {
    expect(toldOf(told(eve, ada), 'ada@example.com', byAddress, null)).toBe(ada)
    expect(toldOf(told(eve), 'ada@example.com', byAddress, null)).toBeNull()
    expect(toldOf(told(eve, nobody), 'ada@example.com', byAddress, null)).toBeNull()
  })

  test('what names nobody is the reader’s by its address, or when the mail in it went to them', () => {
    const to = (address: string) => new Map([['to', [`Ada <${address}>`]]])
    expect(toldOf(told(nobody), 'ada@example.com', byAddress, null)).toBe(nobody)
    expect(toldOf(told(nobody), 'ada@example.com', byOriginal, null)).toBeNull()
    expect(toldOf(told(nobody), 'ada@example.com', byOriginal, to('ADA@example.com'))).toBe(nobody)
    expect(toldOf(told(nobody), 'ada@example.com', byOriginal, to('eve@example.com'))).toBeNull()
  })
})
