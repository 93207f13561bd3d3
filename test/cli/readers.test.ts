import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { madeUpReaders, readersCsv } from '../../src/cli/demo/readers.ts'

test('the demo’s readers are a thousand different people who get no mail, and come through CSV unharmed', () => {
  const readers = madeUpReaders(1_000)
  expect(new Set(readers.map(({ email }) => email)).size).toBe(1_000)
  expect(readers.every(({ email }) => email.endsWith('@example.com'))).toBe(true)
  const rows = parse(readersCsv(readers), { columns: ['email', 'firstName', 'town'], from: 2 })
  expect(rows).toEqual(readers)
})
