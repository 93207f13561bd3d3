import { expect, test } from 'vitest'
import { fields, plainLine, shown, table } from '../../src/cli/table.ts'

test('columns are as wide as they need to be, wide characters and combining marks counted as they are drawn', () => {
  const rows = [
    { name: '美咲', count: 7 },
    { name: 'Zoe\u0308', count: 12_345 },
  ]
  const columns = [
    { title: 'NAME', value: ({ name }: (typeof rows)[number]) => name },
    { title: 'COUNT', value: ({ count }: (typeof rows)[number]) => count, align: 'right' as const },
  ]
  expect(table(rows, columns, 'nobody')).toBe('NAME   COUNT\n美咲       7\nZoe\u0308   12,345')
  expect(table([], columns, 'nobody')).toBe('nobody')
})

test('what came from outside can neither move the cursor nor turn the text around', () => {
  expect(plainLine('a\u001b[2Jb\nc\u202ed')).toBe('a [2Jb cd')
})

test('values that are missing, empty or many are shown in a word', () => {
  expect([null, undefined, [], ['a', 'b'], 1234, true].map(shown)).toEqual(['-', '-', '-', 'a, b', '1,234', 'true'])
})

test('fields that are undefined are left out', () => {
  expect(fields({ Id: 1, 'Reply to': undefined, Name: 'x' })).toBe('Id    1\nName  x')
})
