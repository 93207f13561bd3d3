import { describe, expect, test } from 'vitest'
import { readArticle } from '../../src/article/read.ts'
import { paragraph, refusal } from './sources.ts'

const ARTICLE = {
  headline: 'Grüße',
  lang: 'en',
  dir: 'ltr',
  byline: { name: 'Ana', isAI: false },
  blocks: [paragraph('It did.')],
  related: [],
}
const JSON_TEXT = '{"headline": "Grüße", "author": "Ana", "body": "It did."}'
const MARKDOWN = '---\nheadline: Grüße\nauthor: Ana\n---\nIt did.\n'
const PAGE = 'Grüße\nBy Ana\n\nIt did.'

describe('the kind of a source', () => {
  test.each([
    ['a.json', JSON_TEXT],
    ['A.MD', MARKDOWN],
    ['a.markdown', MARKDOWN],
    ['a.txt', PAGE],
    [undefined, JSON_TEXT],
    [undefined, `\uFEFF\n ${JSON_TEXT}`],
    [undefined, MARKDOWN],
    [undefined, PAGE],
    ['a.html', PAGE],
  ])('is known from the name %j or the look of the text', async (name, text) => {
    expect(await readArticle({ text, name })).toEqual({ article: ARTICLE, warnings: [] })
  })

  test('that is given wins over the name, and the name over the look', async () => {
    expect((await readArticle({ text: PAGE, name: 'a.json', kind: 'text' })).article).toEqual(ARTICLE)
    expect((await refusal({ text: PAGE, name: 'a.json' })).problems).toEqual(['line 1, column 1: expected a value'])
  })

  test('is Markdown when it begins with a heading', async () => {
    expect((await refusal({ text: '# Grüße\n\nIt did.' })).problems).toEqual([
      'byline: expected the name of who wrote it, found none',
    ])
  })
})

describe('the bytes of a source', () => {
  test.each([
    ['UTF-8', Buffer.from(PAGE)],
    ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${PAGE}`)],
    ['UTF-16, little end first', Buffer.from(`\uFEFF${PAGE}`, 'utf16le')],
    ['UTF-16, big end first', Buffer.from(`\uFEFF${PAGE}`, 'utf16le').swap16()],
  ])('are read as %s', async (_, bytes) => {
    expect((await readArticle({ bytes })).article).toEqual(ARTICLE)
  })

  test('are refused in another encoding, by line', async () => {
    expect(await refusal({ bytes: Buffer.from('By Ana\n\nGrüße', 'latin1') })).toEqual({
      code: 'invalid_input',
      problems: ['line 3: expected text in UTF-8; save the file in that encoding'],
    })
  })

  test('are taken up to 1 MB and refused above', async () => {
    const filler = (size: number) => `${MARKDOWN}<!-- ${'x'.repeat(size - Buffer.byteLength(MARKDOWN) - 9)} -->`
    expect((await readArticle({ bytes: Buffer.from(filler(1_048_576)) })).article).toEqual(ARTICLE)
    expect(await refusal({ bytes: Buffer.from(filler(1_048_577)) })).toEqual({ code: 'too_large', problems: [] })
    expect(await refusal({ text: filler(1_048_577) })).toEqual({ code: 'too_large', problems: [] })
    expect((await refusal({ text: 'ü'.repeat(524_289) })).code).toBe('too_large')
  })
})
