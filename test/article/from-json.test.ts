import { describe, expect, test } from 'vitest'
import { articleFromValue } from '../../src/article/from-json.ts'
import { readArticle } from '../../src/article/read.ts'
import { json, paragraph, refusal } from './sources.ts'

const LEAST = { headline: 'H', byline: { name: 'A' }, blocks: [paragraph('It did.')] }
const READ = { ...LEAST, lang: 'en', dir: 'ltr', byline: { name: 'A', isAI: false }, related: [] }
const link = (href: string) => ({ type: 'link', href, children: [{ type: 'text', text: 'a' }] })

describe('a JSON article', () => {
  test('is taken in the Article’s own form and comes back the same when it is read again', async () => {
    const { article } = await articleFromValue(LEAST)
    expect(article).toEqual(READ)
    expect(await articleFromValue(article)).toEqual({ article, warnings: [] })
  })

  test('is taken with short forms and a Markdown body', async () => {
    const short = {
      headline: 'H',
      author: 'A',
      ai: true,
      date: '2026-03-21',
      perspective: 'P',
      audio: true,
      body: 'It *did*.',
    }
    expect((await articleFromValue(short)).article).toEqual({
      ...READ,
      publishedAt: '2026-03-21T12:00:00.000Z',
      byline: { name: 'A', isAI: true },
      perspective: { text: 'P' },
      audio: {},
      blocks: [
        {
          type: 'paragraph',
          content: [
            { type: 'text', text: 'It ' },
            { type: 'em', children: [{ type: 'text', text: 'did' }] },
            { type: 'text', text: '.' },
          ],
        },
      ],
    })
  })

  test('counts null as absent', async () => {
    expect((await articleFromValue({ ...LEAST, dek: null, byline: { name: 'A', bio: null } })).article).toEqual(READ)
  })

  test('takes its language from the hint when it names none', async () => {
    expect((await articleFromValue(LEAST, { lang: 'ar' })).article).toEqual({ ...READ, lang: 'ar', dir: 'rtl' })
    expect((await articleFromValue({ ...LEAST, lang: 'fr' }, { lang: 'ar' })).article).toEqual({ ...READ, lang: 'fr' })
  })

  test('keeps the text of links that may not be followed, with a warning by path', async () => {
    const content = [
      link('javascript:alert(1)'),
      link('https://example.com/a b'),
      { type: 'em', children: [link('http://x.y')] },
    ]
    expect(await articleFromValue({ ...LEAST, blocks: [{ type: 'paragraph', content }] })).toEqual({
      article: {
        ...READ,
        blocks: [
          {
            type: 'paragraph',
            content: [
              { type: 'text', text: 'a' },
              link('https://example.com/a%20b'),
              { type: 'em', children: [{ type: 'text', text: 'a' }] },
            ],
          },
        ],
      },
      warnings: [
        {
          where: 'blocks[0].content[0]',
          message: 'link left out, its text stays: javascript:alert(1) is not an https or mailto address',
        },
        {
          where: 'blocks[0].content[2].children[0]',
          message: 'link left out, its text stays: http://x.y is not an https or mailto address',
        },
      ],
    })
  })

  test('says where in the Markdown of its body something was left out', async () => {
    const { warnings } = await articleFromValue({ headline: 'H', author: 'A', body: 'a\n\n[b](x)' })
    expect(warnings).toEqual([
      { where: 'body, line 3', message: 'link left out, its text stays: x is not an https or mailto address' },
    ])
  })
})

describe('JSON is refused', () => {
  test.each([
    ['a comma too many', '{"headline": "H",\n}', 'line 2, column 1: expected a key in double quotes'],
    ['a comma too many in a list', '{"blocks": [1,\n]}', 'line 2, column 1: expected a value'],
    ['single quotes', "{'headline': 1}", 'line 1, column 2: expected a key in double quotes, or "}"'],
    ['a missing comma', '{"a": 1\n "b": 2}', 'line 2, column 2: expected "," or "}"'],
    ['a missing colon', '{"a" 1}', 'line 1, column 6: expected ":"'],
    ['a missing end', '{"a": [1, 2', 'line 1, column 12: expected "," or "]"'],
    ['an open string', '{"a": "b\n}', 'line 1, column 7: expected a value'],
    ['a bad escape', '{"a": "\\x"}', 'line 1, column 7: expected a value'],
    ['something after its end', '{} {}', 'line 1, column 4: expected nothing more'],
    ['a number with a leading zero', '{"a": 01}', 'line 1, column 8: expected "," or "}"'],
    ['a word nobody knows', '{"a": NaN}', 'line 1, column 7: expected a value'],
    ['a list at the top', '[]', 'the article: expected an object'],
    ['a string at the top', '"a"', 'the article: expected an object'],
    ['a million brackets', '['.repeat(1_000_000), 'line 1, column 1000001: expected a value or "]"'],
  ])('with %s, by line and column', async (_, text, problem) => {
    expect(await refusal({ text, kind: 'json' })).toEqual({ code: 'invalid_input', problems: [problem] })
  })

  const deep = (levels: number) => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`)
  test.each([
    [
      'nothing in it',
      {},
      [
        'headline: expected a headline, found none',
        'byline: expected the name of who wrote it, found none',
        'blocks: expected a body, found none',
      ],
    ],
    ['both body and blocks', { ...LEAST, body: 'a' }, ['body: expected either body or blocks, found both']],
    ['a body that is no text', { headline: 'H', author: 'A', body: 5 }, ['body: expected Markdown text']],
    ['an empty body', { headline: 'H', author: 'A', body: ' ' }, ['blocks: expected a body, found none']],
    ['no blocks', { ...LEAST, blocks: [] }, ['blocks: expected a body, found none']],
    [
      'too many blocks',
      { ...LEAST, blocks: Array(2_001).fill({ type: 'rule' }) },
      ['blocks: expected at most 2,000 entries, found 2,001'],
    ],
    [
      'a block of no kind',
      { ...LEAST, blocks: [{ type: 'video' }, 5] },
      [
        'blocks[0].type: expected paragraph, heading, quote, list, image, rule, table or code',
        'blocks[1]: expected an object, found the number 5',
      ],
    ],
    [
      'keys nobody knows',
      { ...LEAST, titel: 1, byline: { name: 'A', avatr: 'x' }, blocks: [{ type: 'rule', onclick: 'x' }] },
      ['titel: unknown key', 'byline.avatr: unknown key; did you mean avatar?', 'blocks[0].onclick: unknown key'],
    ],
    [
      'a table whose rows differ',
      { ...LEAST, blocks: [{ type: 'table', head: [[], []], rows: [[[]]], align: [null] }] },
      [
        'blocks[0].rows[0]: expected 2 cells like the head, found 1',
        'blocks[0].align: expected 2 cells like the head, found 1',
      ],
    ],
    [
      'a heading of the first level',
      { ...LEAST, blocks: [{ type: 'heading', level: 1, content: [{ type: 'break' }] }] },
      ['blocks[0].level: expected 2, 3 or 4'],
    ],
    [
      'structures without end',
      { ...LEAST, blocks: deep(100_000) },
      ['the article: expected at most 40 objects and arrays inside each other'],
    ],
    [
      'a picture that is not https',
      { ...LEAST, hero: { src: 'data:image/png,x' } },
      ['hero.src: expected an https address such as https://example.com/picture.jpg'],
    ],
    [
      'a short form of the wrong kind',
      { ...LEAST, byline: 'A', ai: 'yes', audio: 'file:///a' },
      ['ai: expected true or false, found text', 'audio: expected an https address such as https://example.com/page'],
    ],
  ])('with %s, by path', async (_, value, problems) => {
    const { code, problems: found } = await refusal(() => articleFromValue(value))
    expect({ code, problems: found.toSorted() }).toEqual({ code: 'invalid_input', problems: problems.toSorted() })
  })

  test('and at most 50 problems are said, with their number in the message', async () => {
    const blocks = Array(100).fill({ type: 'x' })
    expect((await refusal(() => articleFromValue({ ...LEAST, blocks }))).problems).toHaveLength(50)
    await expect(articleFromValue({ ...LEAST, blocks }, { name: 'a.json' })).rejects.toThrow(
      'The article "a.json" cannot be read: blocks[0].type: expected paragraph, heading, quote, list, image, rule, table or code (and 49 more).',
    )
  })
})

describe('limits hold at both edges', () => {
  const byline = (name: string) => ({ byline: { name } })
  test.each([
    ['headline', 300, (text: string) => ({ headline: text })],
    ['dek', 1_000, (text: string) => ({ dek: text })],
    ['kicker', 100, (text: string) => ({ kicker: text })],
    ['dateline', 120, (text: string) => ({ dateline: text })],
    ['byline.name', 120, byline],
    ['perspective.text', 20_000, (text: string) => ({ perspective: { text } })],
    ['blocks[0].content[0].text', 20_000, (text: string) => ({ blocks: [paragraph(text)] })],
    ['blocks[0].text', 50_000, (text: string) => ({ blocks: [{ type: 'code', text }] })],
    ['blocks[0].language', 40, (text: string) => ({ blocks: [{ type: 'code', text: 'a', language: text }] })],
  ])('of %s', async (where, most, make) => {
    await expect(readArticle(json(make('x'.repeat(most))))).resolves.toBeDefined()
    const [found, limit] = [most + 1, most].map((number) => number.toLocaleString('en'))
    expect(await refusal(json(make('x'.repeat(most + 1))))).toEqual({
      code: 'invalid_input',
      problems: [`${where}: expected at most ${limit} characters, found ${found}`],
    })
    expect(await refusal(json(make('')))).toEqual({
      code: 'invalid_input',
      problems: [`${where}: expected some text, found none`],
    })
  })

  test('of addresses', async () => {
    const url = (length: number) => 'https://example.com/'.padEnd(length, 'x')
    expect((await readArticle(json({ url: url(2_048) }))).article.url).toBe(url(2_048))
    expect((await refusal(json({ url: url(2_049) }))).code).toBe('invalid_input')
  })
})

describe('text is cleaned', () => {
  test('of control characters and line ends in fields, not of tabs and line feeds in code', async () => {
    const blocks = [
      { type: 'paragraph', content: [{ type: 'text', text: ' a\r\nb\u0000\u001b[1m \u0085' }] },
      { type: 'code', text: '\ta\r\n\u0007b\n\n' },
    ]
    const { article } = await articleFromValue({ ...LEAST, headline: ' a\r\nBcc: b@example.com\u0000 ', blocks })
    expect([article.headline, ...article.blocks]).toEqual([
      'a Bcc: b@example.com',
      { type: 'paragraph', content: [{ type: 'text', text: ' a b[1m ' }] },
      { type: 'code', text: '\ta\nb' },
    ])
  })

  test('and a field of nothing else counts as empty', async () => {
    expect((await refusal(json({ headline: '\u0000\u0007 \n' }))).problems).toEqual([
      'headline: expected some text, found none',
    ])
  })
})

describe('dates', () => {
  test.each([
    ['2026-03-21', '2026-03-21T12:00:00.000Z'],
    ['2024-02-29', '2024-02-29T12:00:00.000Z'],
    ['2026-03-21T07:30Z', '2026-03-21T07:30:00.000Z'],
    ['2026-03-21T07:30:00.250+01:00', '2026-03-21T06:30:00.250Z'],
    ['2016-03-21 12:00:00 -4', '2016-03-21T16:00:00.000Z'],
    ['2016-03-21 12:00 +0530', '2016-03-21T06:30:00.000Z'],
  ])('takes %s', async (date, instant) => {
    expect((await readArticle(json({ publishedAt: date }))).article.publishedAt).toBe(instant)
  })

  test.each([
    '2026-02-29',
    '2026-13-01',
    '2026-03-21T07:30',
    '2026-03-21T25:00Z',
    '2026-03-21T07:30+99:00',
    '21 March',
    '',
    'x'.repeat(100_000),
  ])('refuses %.20j', async (date) => {
    expect((await refusal(json({ publishedAt: date }))).problems).toEqual([
      'publishedAt: expected a date such as 2026-03-21, or a time with its offset such as 2026-03-21T07:30:00+01:00',
    ])
  })
})

describe('language and direction', () => {
  test.each([
    ['en', 'en', 'ltr'],
    ['EN-gb', 'en-GB', 'ltr'],
    ['ar', 'ar', 'rtl'],
    ['fa-IR', 'fa-IR', 'rtl'],
    ['iw', 'he', 'rtl'],
    ['az-Arab', 'az-Arab', 'rtl'],
    ['ur-Latn', 'ur-Latn', 'ltr'],
    ['yi', 'yi', 'rtl'],
  ])('of %s are %s and %s', async (tag, lang, dir) => {
    const { article } = await readArticle(json({ lang: tag }))
    expect([article.lang, article.dir]).toEqual([lang, dir])
  })

  test('keeps a direction that is given', async () => {
    expect((await readArticle(json({ lang: 'ar', dir: 'ltr' }))).article.dir).toBe('ltr')
  })

  test.each(['', 'e', 'english language', '-', 'x'.repeat(1_000), 5])('refuses the tag %.20j', async (lang) => {
    expect((await refusal(json({ lang }))).code).toBe('invalid_input')
  })
})
