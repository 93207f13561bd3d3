import { describe, expect, test } from 'vitest'
import { SlotSheet } from '../../emails/slots.tsx'
import { compileEdition, editionHash } from '../../src/edition/compile.ts'
import type { Piece } from '../../src/edition/edition.ts'

const NONCE = '9012345678'
const NAME = { kind: 'text', name: 'first_name', fallback: 'you' } as const
const VIEW = { kind: 'url', name: 'view' } as const

function compile(
  parts: { html?: string; text?: string; subject?: string; header?: string },
  sheet: SlotSheet,
  optional = 0,
) {
  const { html = '', text = '', subject = '', header } = parts
  const headers = header === undefined ? [] : [{ name: 'X-A', value: header }]
  const rendered = { template: 't', locale: 'en', subject, html, text, headers }
  return compileEdition(rendered, { nonce: NONCE, declared: sheet.declared, optional })
}

function html(write: (sheet: SlotSheet) => string): readonly Piece[] {
  const sheet = new SlotSheet(NONCE)
  return compile({ html: write(sheet) }, sheet).html
}

describe('a slot is escaped for the place it stands in', () => {
  const name = (sheet: SlotSheet) => sheet.text('first_name', 'you')

  test.each([
    ['text', (s: SlotSheet) => `<p>${name(s)}</p>`, ['<p>', { slot: NAME, context: 'html' }, '</p>']],
    [
      'an attribute',
      (s: SlotSheet) => `<p title="a ${name(s)}">`,
      ['<p title="a ', { slot: NAME, context: 'html' }, '">'],
    ],
    [
      'a part of a link',
      (s: SlotSheet) => `<a href="https://a.example/?n=${name(s)}">`,
      ['<a href="https://a.example/?n=', { slot: NAME, context: 'url_part' }, '">'],
    ],
    [
      'a whole link',
      (s: SlotSheet) => `<a href="${s.url('view')}#listen">`,
      ['<a href="', { slot: VIEW, context: 'url' }, '#listen">'],
    ],
    [
      'a link in a link',
      (s: SlotSheet) => `<a href="mailto:?body=${encodeURIComponent(s.url('view'))}">`,
      ['<a href="mailto:?body=', { slot: VIEW, context: 'url_part' }, '">'],
    ],
    [
      'a link shown as text',
      (s: SlotSheet) => `<p>${s.url('view')}</p>`,
      ['<p>', { slot: VIEW, context: 'url' }, '</p>'],
    ],
    [
      "Outlook's own markup",
      (s: SlotSheet) => `<!--[if mso]><v:rect href="${s.url('view')}"><![endif]-->`,
      ['<!--[if mso]><v:rect href="', { slot: VIEW, context: 'url' }, '"><![endif]-->'],
    ],
    ['upper case', (s: SlotSheet) => s.url('view').toUpperCase(), [{ slot: VIEW, context: 'url' }]],
  ])('%s', (_, write, pieces) => {
    expect(html(write)).toEqual(pieces)
  })

  test('text, subject and headers', () => {
    const sheet = new SlotSheet(NONCE)
    const both = `${sheet.text('first_name', 'you')} ${sheet.url('view')}`
    const edition = compile({ text: both, subject: both, header: both }, sheet)
    const pieces = (context: string) => [{ slot: NAME, context }, ' ', { slot: VIEW, context }]
    expect([edition.text, edition.subject]).toEqual([pieces('text'), pieces('header')])
    expect(edition.headers).toEqual([{ name: 'X-A', value: pieces('header') }])
  })
})

describe('conditional blocks', () => {
  test('nest, also in a block of their own kind', () => {
    const pieces = html((sheet) => {
      const { open, otherwise, close } = sheet.when('plan', 'paid')
      const named = sheet.when('first_name', undefined)
      const inner = `${open}x${otherwise}y${close}`
      return `a${open}b${named.open}c${named.otherwise}${named.close}${otherwise}${inner}${close}d`
    })
    expect(pieces).toEqual([
      'a',
      {
        attribute: 'plan',
        is: 'paid',
        shown: ['b', { attribute: 'first_name', shown: ['c'], otherwise: [] }],
        otherwise: [{ attribute: 'plan', is: 'paid', shown: ['x'], otherwise: ['y'] }],
      },
      'd',
    ])
  })

  test.each([
    ['is not closed', (a: string[]) => `${a[0]}x${a[1]}`],
    ['is not opened', (a: string[]) => `x${a[2]}`],
    ['is closed before its other side', (a: string[]) => `${a[0]}x${a[2]}`],
    ['has two other sides', (a: string[]) => `${a[0]}x${a[1]}y${a[1]}z${a[2]}`],
    ['overlaps another', (a: string[], b: string[]) => `${a[0]}${b[0]}${a[1]}${b[1]}${a[2]}${b[2]}`],
  ])('one that %s is refused', (_, write) => {
    const tokens = (sheet: SlotSheet, attribute: string) => Object.values(sheet.when(attribute, undefined))
    expect(() => html((sheet) => write(tokens(sheet, 'a'), tokens(sheet, 'b')))).toThrowError(
      expect.objectContaining({ code: 'invalid_input', message: expect.stringMatching(/conditional block/) }),
    )
  })
})

describe('an edition is refused', () => {
  test.each([
    ['a slot that is asked for and not shown', (s: SlotSheet) => `${s.url('view')}`.slice(0, 0), /does not show: view/],
    ['a slot that was cut short', (s: SlotSheet) => s.text('first_name', '').slice(0, -2), /not cut/],
    ['a slot in a style', (s: SlotSheet) => `<p style="color:${s.text('colour', 'red')}">`, /slot in a style/],
    [
      'a slot in a style sheet',
      (s: SlotSheet) => `<style>p{color:${s.text('colour', 'red')}}</style>`,
      /slot in a style/,
    ],
    ['a slot that nothing declared', () => `${NONCE}0070`, /nothing declared/],
  ])('for %s', (_, write, message) => {
    expect(() => html(write)).toThrowError(
      expect.objectContaining({ code: 'invalid_input', message: expect.stringMatching(message) }),
    )
  })

  test('for two headers of one name', () => {
    const headers = [
      { name: 'X-A', value: '1' },
      { name: 'x-a', value: '2' },
    ]
    const rendered = { template: 't', locale: 'en', subject: '', html: '', text: '', headers }
    expect(() => compileEdition(rendered, { nonce: NONCE, declared: [] })).toThrowError(/twice/)
  })
})

test("may lack an editor's slot, which a template can have shortened away", () => {
  const sheet = new SlotSheet(NONCE)
  sheet.text('city', '')
  expect(compile({ html: 'x' }, sheet, 1).html).toEqual(['x'])
})

test('finds a token behind digits that begin like one', () => {
  expect(html((sheet) => `9901${sheet.text('first_name', 'you')}90123`)).toEqual([
    '9901',
    { slot: NAME, context: 'html' },
    '90123',
  ])
})

test('keeps line breaks out of subject and headers, and broken characters out of everything', () => {
  const edition = compile(
    { subject: 'a\r\nb', header: 'c\u0000\u2028d', html: '\ud800', text: '\udc00\n' },
    new SlotSheet(NONCE),
  )
  expect([edition.subject, edition.headers, edition.html, edition.text]).toEqual([
    ['a b'],
    [{ name: 'X-A', value: ['c d'] }],
    ['\uFFFD'],
    ['\uFFFD\n'],
  ])
})

test('the hash covers every part and no order of keys', () => {
  const edition = compile({ html: '<p>' }, new SlotSheet(NONCE))
  const { hash, ...content } = edition
  expect(hash).toBe(editionHash(content))
  expect(editionHash({ headers: [], text: [], html: ['<p>'], subject: [], locale: 'en', template: 't' })).toBe(hash)
  for (const other of [{ text: ['x'] }, { subject: ['x'] }, { locale: 'de' }, { template: 'u' }, { html: ['<p'] }]) {
    expect(editionHash({ ...content, ...other })).not.toBe(hash)
  }
})
