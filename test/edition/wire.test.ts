import { describe, expect, test } from 'vitest'
import { compileEdition } from '../../src/edition/compile.ts'
import type { Edition, Piece } from '../../src/edition/edition.ts'
import { fillEdition } from '../../src/edition/fill.ts'
import { appendJsonMessage, ByteSink, jsonInside, prepareEdition } from '../../src/edition/wire.ts'

const name = { kind: 'text', name: 'first_name', fallback: 'there' } as const
const leave = { kind: 'url', name: 'unsubscribe' } as const

function edition(parts: Partial<Omit<Edition, 'hash'>>): Edition {
  return { hash: '', template: 't', locale: 'en', subject: [], html: [], text: [], headers: [], ...parts }
}

const EVERY_PLACE = edition({
  subject: ['For "', { slot: name, context: 'header' }, '"'],
  html: [
    '<p title="a\\b">\n\u2028é😀 ',
    { slot: name, context: 'html' },
    { attribute: 'plan', is: 'paid', shown: ['<b>', { slot: name, context: 'html' }, '</b>'], otherwise: ['"free"'] },
    '<a href="',
    { slot: leave, context: 'url' },
    '">x</a><a href="https://a.example/?n=',
    { slot: name, context: 'url_part' },
    '">y</a>',
  ],
  text: ['Hi ', { slot: name, context: 'text' }, '\n\n', { slot: leave, context: 'text' }, '\t'],
  headers: [
    { name: 'List-Unsubscribe', value: ['<', { slot: leave, context: 'header' }, '>'] },
    { name: 'X-Reader', value: [{ slot: name, context: 'header' }] },
  ],
})

const HOSTILE = [
  '$&<b>"',
  '"\\"',
  '\\u0000\\',
  'a\r\nBcc: x@y.example',
  '\u0000\u001f\u007f\u0085',
  'e\u0301 \u00e9 \u202eabc',
  '👩‍👩‍👧 😀',
  '\ud83d',
  'x\udc00y',
  '\u2028\u2029',
  '</script><!--',
  "'; drop table",
  '{{first_name}} %s',
  '   ',
  '',
]

function parsed(prepared: ReturnType<typeof prepareEdition>, values: Record<string, string>) {
  const sink = new ByteSink(Buffer.alloc(8))
  appendJsonMessage(prepared, values, sink)
  const { headers, ...parts } = JSON.parse(`{${new TextDecoder('utf-8', { fatal: true }).decode(sink.view())}}`)
  return { ...parts, headers: Object.entries(headers ?? {}).map(([key, value]) => ({ name: key, value })) }
}

describe('the bytes of a message', () => {
  test.each(HOSTILE)('say what the filled edition says for the name %j', (first_name) => {
    for (const plan of ['paid', 'free', '']) {
      const values = { first_name, plan, unsubscribe: "https://p.example/u?a=1&b='2'" }
      expect(parsed(prepareEdition(EVERY_PLACE), values)).toEqual(fillEdition(EVERY_PLACE, values))
    }
  })

  test('say what the filled edition says for 500 random names and literals', () => {
    const random = lcg(7)
    for (let round = 0; round < 500; round++) {
      const literal = compiled(randomText(random))
      const values = { first_name: randomText(random), plan: 'paid', unsubscribe: 'https://p.example/u' }
      expect(parsed(prepareEdition(literal), values)).toEqual(fillEdition(literal, values))
    }
  })

  test('hold no headers member when the edition has none', () => {
    const sink = new ByteSink()
    appendJsonMessage(prepareEdition(edition({ subject: ['é'], html: ['<p>'], text: ['t'] })), {}, sink)
    expect(sink.view().toString()).toBe('"subject":"é","html":"<p>","text":"t"')
  })

  test('are not made when a URL is missing, unless only an untaken block shows it', () => {
    const link: Piece = { slot: leave, context: 'url' }
    const always = prepareEdition(edition({ html: [link] }))
    const sometimes = prepareEdition(edition({ html: [{ attribute: 'plan', shown: [link], otherwise: [] }] }))
    expect(() => appendJsonMessage(always, {}, new ByteSink())).toThrowError(/unsubscribe has no value/)
    expect(parsed(sometimes, {})).toEqual({ subject: '', html: '', text: '', headers: [] })
  })
})

describe('a byte sink', () => {
  test('grows without losing what it holds, and starts anew when cleared', () => {
    const sink = new ByteSink(Buffer.alloc(1))
    sink.text('a😀')
    sink.bytes(new Uint8Array([0x62]))
    sink.text('c'.repeat(100))
    expect(sink.view().toString()).toBe(`a😀b${'c'.repeat(100)}`)
    expect(sink.length).toBe(106)
    sink.clear()
    sink.text('z')
    expect(sink.view().toString()).toBe('z')
  })
})

test('a JSON string keeps characters that need no escape and escapes the others', () => {
  expect(jsonInside('plain é 😀 \u2028')).toBe('plain é 😀 \u2028')
  expect(jsonInside('"\\\n\u0001\ud800')).toBe('\\"\\\\\\n\\u0001\uFFFD')
})

function compiled(literal: string): Edition {
  const key = { nonce: '9012345678', declared: [name, leave] }
  const both = `${literal}90123456780000 https://slot.invalid/90123456780010`
  return compileEdition(
    {
      template: 't',
      locale: 'en',
      subject: both,
      html: `<p>${both}</p>`,
      text: both,
      headers: [{ name: 'X-A', value: both }],
    },
    key,
  )
}

function lcg(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648
    return state / 2147483648
  }
}

function randomText(random: () => number): string {
  const alphabet = [
    'a',
    '"',
    '\\',
    '\n',
    '\u0000',
    '\u007f',
    '&',
    '<',
    '>',
    "'",
    '😀',
    '\ud83d',
    '\udc00',
    '\u2028',
    'é',
    '$&',
    '\\u',
  ]
  return Array.from({ length: Math.floor(random() * 12) }, () => alphabet[Math.floor(random() * alphabet.length)]).join(
    '',
  )
}
