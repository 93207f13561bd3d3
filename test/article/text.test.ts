import { describe, expect, test } from 'vitest'
import type { Block } from '../../src/article/article.ts'
import { plainText, readMinutes } from '../../src/article/text.ts'

const words = (count: number, word = 'word'): Block => ({
  type: 'paragraph',
  content: [{ type: 'text', text: Array(count).fill(word).join(' ') }],
})

test('the plain text of running text has no marks and a line feed for a break', async () => {
  expect(
    plainText([
      { type: 'text', text: 'a ' },
      {
        type: 'strong',
        children: [{ type: 'link', href: 'https://example.com/', children: [{ type: 'text', text: 'b' }] }],
      },
      { type: 'break' },
      { type: 'code', text: 'c' },
    ]),
  ).toBe('a b\nc')
})

describe('the minutes it takes to read', () => {
  test.each([
    ['nothing', [], 1],
    ['a rule', [{ type: 'rule' }], 1],
    ['344 words', [words(344)], 1],
    ['345 words', [words(345)], 2],
    ['2,300 words', [words(2_300)], 10],
    ['words with marks inside', [words(460, 'it’s-a-1,000.5')], 2],
    ['lone punctuation', [words(10_000, '—')], 1],
    ['1,000 Chinese characters', [words(1, '字'.repeat(1_000))], 2],
    ['Japanese in two scripts', [words(1, 'かナ'.repeat(750))], 3],
    ['Korean by words', [words(460, '한국어')], 2],
    ['Arabic by words', [words(460, 'كلمة')], 2],
    [
      'lists, quotes, tables and code',
      [
        { type: 'list', ordered: false, items: [[words(230)], [words(230)]] },
        { type: 'quote', paragraphs: [[{ type: 'text', text: 'word '.repeat(230) }]] },
        { type: 'table', head: [[{ type: 'text', text: 'word '.repeat(230) }]], rows: [] },
        { type: 'code', text: 'word\n'.repeat(230) },
      ],
      5,
    ],
  ] satisfies [string, Block[], number][])('%s', async (_, blocks, minutes) => {
    expect(readMinutes({ blocks })).toBe(minutes)
  })
})
