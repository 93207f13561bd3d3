import { describe, expect, test } from 'vitest'
import type { NewsletterId, SubscriberId } from '../../src/id.ts'
import { createLinks } from '../../src/links.ts'
import { createTokens } from '../../src/subscriber/token.ts'

const now = new Date('2026-01-05T08:00:00Z')
const reader = {
  newsletterId: '7d444840-9dc0-11d1-b245-5ffdce74fad2' as NewsletterId,
  subscriberId: 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6' as SubscriberId,
}

describe('tokens', () => {
  const tokens = createTokens(['a secret of some length'])

  test('read what they were made of', () => {
    const token = tokens.sign('unsubscribe', reader)
    expect(token).toMatch(/^[A-Za-z0-9_-]{67}$/)
    expect(tokens.read('unsubscribe', token, now)).toEqual({ kind: 'ok', ...reader })
  })

  test('are the same for the same claim, whenever they are made', () => {
    expect(createTokens(['a secret of some length']).sign('preferences', reader)).toBe(
      tokens.sign('preferences', reader),
    )
  })

  test('are worth nothing for another purpose, under another secret, or for other ids', () => {
    const token = tokens.sign('unsubscribe', reader)
    expect(tokens.read('confirm', token, now)).toEqual({ kind: 'invalid' })
    expect(createTokens(['another secret']).read('unsubscribe', token, now)).toEqual({ kind: 'invalid' })
    const changed = [...token].map((letter, index) => (index === 10 ? (letter === 'A' ? 'B' : 'A') : letter)).join('')
    expect(tokens.read('unsubscribe', changed, now)).toEqual({ kind: 'invalid' })
  })

  test('go on working when the secret is replaced and the old one kept', () => {
    const token = tokens.sign('unsubscribe', reader)
    const rotated = createTokens(['a new secret', 'a secret of some length'])
    expect(rotated.read('unsubscribe', token, now)).toEqual({ kind: 'ok', ...reader })
    expect(rotated.sign('unsubscribe', reader)).not.toBe(token)
  })

  test('with an end work until then, and tell whom they were about afterwards', () => {
    const token = tokens.sign('confirm', { ...reader, expiresAt: new Date('2026-01-05T08:00:00Z') })
    expect(tokens.read('confirm', token, new Date('2026-01-05T07:59:59.999Z'))).toEqual({ kind: 'ok', ...reader })
    expect(tokens.read('confirm', token, now)).toEqual({ kind: 'expired', ...reader })
  })

  test('have one spelling only', () => {
    const token = tokens.sign('unsubscribe', reader)
    for (const other of [
      '',
      'x',
      `${token}=`,
      `${token}A`,
      token.slice(0, -1),
      ` ${token}`,
      `${token}\n`,
      'A'.repeat(10_000),
    ]) {
      expect(tokens.read('unsubscribe', other, now)).toEqual({ kind: 'invalid' })
    }
  })

  test('give pseudonyms that are equal for equal texts only', () => {
    expect(tokens.pseudonym('192.0.2.1')).toBe(tokens.pseudonym('192.0.2.1'))
    expect(tokens.pseudonym('192.0.2.1')).not.toBe(tokens.pseudonym('192.0.2.2'))
  })
})

describe('links', () => {
  const tokens = createTokens(['a secret of some length'])

  test('stand under the public address, and under its path if it has one', () => {
    const token = tokens.sign('unsubscribe', reader)
    for (const publicUrl of ['https://news.example.com/letters', 'https://news.example.com/letters/']) {
      const links = createLinks({ publicUrl, tokens })
      expect(links.oneClick(reader)).toBe(`https://news.example.com/letters/u/${token}`)
      expect(links.view('ab12')).toBe('https://news.example.com/letters/view/ab12')
    }
  })

  test('fill the slots of a reader with links of their own', () => {
    const links = createLinks({ publicUrl: 'https://news.example.com', tokens })
    expect(links.slotUrls(reader.newsletterId, reader.subscriberId)).toEqual({
      unsubscribe: `https://news.example.com/unsubscribe/${tokens.sign('unsubscribe', reader)}`,
      preferences: `https://news.example.com/preferences/${tokens.sign('preferences', reader)}`,
      one_click: `https://news.example.com/u/${tokens.sign('unsubscribe', reader)}`,
      leave: `https://news.example.com/unsubscribe/${tokens.sign('unsubscribe', reader)}`,
    })
  })

  test('lead to addresses where mail is taken in', () => {
    const mail = { leave: () => 'leave+x@in.example.com', confirm: () => 'confirm+x@in.example.com' }
    const links = createLinks({ publicUrl: 'https://news.example.com', tokens, mail })
    expect(links.slotUrls(reader.newsletterId, null).leave).toBe('mailto:leave+x@in.example.com')
    expect(links.confirmByMail(reader, new Date())).toBe('confirm+x@in.example.com')
    expect(createLinks({ publicUrl: 'https://x.example', tokens }).confirmByMail(reader, new Date())).toBeNull()
  })

  test('lead nobody in particular to the newsletter', () => {
    const links = createLinks({ publicUrl: 'https://news.example.com', tokens })
    const page = `https://news.example.com/n/${reader.newsletterId}`
    expect(links.slotUrls(reader.newsletterId, null)).toMatchObject({ unsubscribe: page, preferences: page })
  })
})
