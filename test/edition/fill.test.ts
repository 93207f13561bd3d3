import { describe, expect, test } from 'vitest'
import type { Edition, SlotContext } from '../../src/edition/edition.ts'
import { fillEdition } from '../../src/edition/fill.ts'

function fill(context: SlotContext, first_name: string): string {
  const piece = { slot: { kind: 'text', name: 'first_name', fallback: 'a & b' }, context } as const
  return fillEdition(edition({ html: [piece] }), { first_name }).html
}

function link(context: SlotContext, view: string): string {
  return fillEdition(edition({ html: [{ slot: { kind: 'url', name: 'view' }, context }] }), { view }).html
}

function edition(parts: Partial<Edition>): Edition {
  return { hash: '', template: 't', locale: 'en', subject: [], html: [], text: [], headers: [], ...parts }
}

describe('a text slot', () => {
  test.each<[SlotContext, string, string]>([
    ['html', '$&<b>"\'', '$&amp;&lt;b&gt;&quot;&#39;'],
    ['html', "$` $' $$ $1 %s {{x}}", '$` $&#39; $$ $1 %s {{x}}'],
    ['html', 'Zoë 😀 👩‍👩‍👧 ‮abc', 'Zoë 😀 👩‍👩‍👧 ‮abc'],
    ['html', 'a\u0000\r\nb\ud83d', 'a b\uFFFD'],
    ['url_part', 'a b&c=d/é"', 'a%20b%26c%3Dd%2F%C3%A9%22'],
    ['url_part', 'javascript:alert(1)', 'javascript%3Aalert(1)'],
    ['text', '$&<b>"', '$&<b>"'],
    ['text', 'a\r\n\r\nb\u2028c', 'a b c'],
    ['header', 'Eve\r\nBcc: a@b.example', 'Eve Bcc: a@b.example'],
    ['html', '', 'a &amp; b'],
    ['text', ' \t ', 'a & b'],
    ['header', '\u200b\r\n', 'a & b'],
    ['text', ' Ada ', ' Ada '],
  ])('in %s shows %j as %j', (context, value, shown) => {
    expect(fill(context, value)).toBe(shown)
  })
})

describe('a URL slot', () => {
  test.each([
    'https://news.example',
    'https://news.example:8443/u/a_b-c~1?x=%20&y=[1]#z',
    'http://localhost:3000/u',
    'http://127.0.0.1:3000/u',
    'http://[::1]:3000/u',
    'http://news.localhost/u',
  ])('takes %s', (url) => {
    expect(link('text', url)).toBe(url)
  })

  test.each([
    ['', 'nothing'],
    ['http://news.example/u', 'plain http'],
    ['http://localhost.news.example/u', 'a name that only begins like loopback'],
    ['http://127.0.0.1@news.example/u', 'a user name'],
    ['https://user@news.example/', 'a user name'],
    ['javascript:alert(1)', 'a script'],
    ['https://news.example/"><script>', 'markup'],
    ['https://news.example/a b', 'a space'],
    ['https://news.example/\r\nBcc: x', 'a line break'],
    ['https://news.example/u\n', 'a line break at the end'],
    ['//news.example/u', 'no scheme'],
    ['https://', 'no host'],
    ['https://news.example\\@evil.example/', 'a backslash'],
  ])('refuses %j: %s', (url) => {
    expect(() => link('url', url)).toThrowError(expect.objectContaining({ code: 'invalid_input' }))
  })

  test('is escaped in html and encoded in another URL', () => {
    const url = "https://news.example/?a=1&b='2'"
    expect(link('url', url)).toBe('https://news.example/?a=1&amp;b=&#39;2&#39;')
    expect(link('url_part', url)).toBe(encodeURIComponent(url))
    expect(link('header', url)).toBe(url)
  })

  test('that is not given is an error that names it and no address', () => {
    const part = { html: [{ slot: { kind: 'url', name: 'unsubscribe' }, context: 'url' }] } as const
    expect(() => fillEdition(edition(part), {})).toThrowError('The URL slot unsubscribe has no value')
  })
})

test('a choice compares exactly, and without a value asks whether there is one', () => {
  const choice = { attribute: 'plan', shown: ['some'], otherwise: ['none'] }
  const html = (is: object, plan: string) => fillEdition(edition({ html: [{ ...choice, ...is }] }), { plan }).html
  expect([html({}, 'x'), html({}, ''), html({ is: 'paid' }, 'paid'), html({ is: 'paid' }, 'Paid')]).toEqual([
    'some',
    'none',
    'some',
    'none',
  ])
})

test('a value of which nothing can be seen is none, for a choice as for a slot', () => {
  const slot = { slot: { kind: 'text', name: 'first_name', fallback: '' }, context: 'text' } as const
  const choice = { attribute: 'first_name', shown: ['Dear ', slot], otherwise: ['Hello'] }
  const greetings = ['', ' ', '\t\u00a0', '\u200b', ' Bo'].map(
    (first_name) => fillEdition(edition({ text: [choice] }), { first_name }).text,
  )
  expect(greetings).toEqual(['Hello', 'Hello', 'Hello', 'Hello', 'Dear  Bo'])
})

test('values that objects have by nature are no values', () => {
  const piece = { slot: { kind: 'text', name: 'constructor', fallback: 'x' }, context: 'text' } as const
  expect(fillEdition(edition({ text: [piece] }), {}).text).toBe('x')
})
