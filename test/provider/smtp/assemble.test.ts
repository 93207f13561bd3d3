import { describe, expect, test } from 'vitest'
import type { FrozenBatch, FrozenRecipient } from '../../../src/provider/provider.ts'
import { assembleSmtpMessage, readSmtpBody, SMTP_WIRE } from '../../../src/provider/smtp/assemble.ts'
import { deliveryId, edition, frozen, recipient } from '../batches.ts'

const assemble = (member: FrozenRecipient = recipient(1), more: Partial<FrozenBatch> = {}, of = edition) =>
  assembleSmtpMessage(of, frozen({ recipients: [member], ...more }))
const mailOf = (...given: Parameters<typeof assemble>) => readSmtpBody(assemble(...given).bytes)
const headOf = (...given: Parameters<typeof assemble>) =>
  mailOf(...given)
    .message.toString('latin1')
    .split('\r\n\r\n', 1)[0] ?? ''

describe('a message', () => {
  test('has the headers of bulk mail, once each, and leaves the date to the moment of sending', () => {
    expect(headOf().split('\r\n')).toEqual([
      'From: The Daily <news@example.com>',
      'To: reader1@example.org',
      'Reply-To: desk@example.com',
      'Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe=2C_Reader_1=3A_=22the=22?=',
      ' =?UTF-8?Q?_news?=',
      `Message-ID: <${deliveryId(1)}@example.com>`,
      'List-Unsubscribe: <https://news.example.com/u/t1>',
      'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
      'List-ID: The Daily <daily.example.com>',
      'MIME-Version: 1.0',
      'Content-Type: multipart/alternative;',
      ` boundary="=_${deliveryId(1)}"`,
    ])
  })

  test('takes no header twice, and none of those that are ours, from an edition', () => {
    const more = ['To', 'date', 'Message-Id', 'list-id', 'Feedback-ID', 'feedback-id'].map((name) => ({
      name,
      value: [`of ${name}`],
    }))
    const head = headOf(recipient(1), {}, { ...edition, headers: [...edition.headers, ...more] })
    const names = head.split(/\r\n(?! )/).map((line) => line.split(':', 1)[0]?.toLowerCase() ?? '')
    expect([...names].sort()).toEqual([...new Set(names)].sort())
    expect(names.filter((name) => ['date', 'feedback-id'].includes(name))).toEqual(['feedback-id'])
    expect(head).toContain('Feedback-ID: of Feedback-ID')
  })

  test('knows who it is from and to, bare, with domains in ASCII', () => {
    const member = { ...recipient(2), address: 'ada@bücher.example' }
    const { deliveryId: id, messageId, from, to } = mailOf(member, { from: '"Zoë, of the Daily" <news@köln.example>' })
    expect({ id, messageId, from, to }).toEqual({
      id: deliveryId(2),
      messageId: `${deliveryId(2)}@xn--kln-sna.example`,
      from: 'news@xn--kln-sna.example',
      to: 'ada@xn--bcher-kva.example',
    })
  })

  test('is plain ASCII in lines that mail can carry', () => {
    const values = { first_name: '😀'.repeat(300), unsubscribe: `https://news.example.com/${'t'.repeat(800)}` }
    const { message } = mailOf(recipient(1, values))
    expect(message.every((byte) => byte < 0x80)).toBe(true)
    const lines = message.toString('latin1').split('\r\n')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(998)
    expect(lines.join('')).not.toMatch(/[\r\n]/)
  })

  test('is one, and has a sender', () => {
    expect(() => assembleSmtpMessage(edition, frozen())).toThrow('one message')
    expect(() => assemble(recipient(1), { from: 'nobody' })).toThrow('no sender address')
  })
})

// When this fails, the bytes of messages that are in doubt right now can no longer be rebuilt: raise the wire version,
// and only then write down the new hash.
test('makes the bytes that its wire version stands for', () => {
  const { sha256 } = assemble(recipient(1, { first_name: 'Zoë\n"\\ \u2028', plan: 'paid' }))
  expect([SMTP_WIRE, sha256]).toEqual(['smtp-1', '391578a200dec5f915abb8a313ca2a8b8d4d322ecf9adac2418efc49a006d259'])
})
