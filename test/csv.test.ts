import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import { csvLine, withoutGuard } from '../src/csv.ts'

const HOSTILE = [
  '=1+1',
  '+1',
  '-1',
  '@x',
  '\tx',
  '\rx',
  '\nx',
  '＝1',
  "'=1",
  "''=1",
  "'",
  "it's",
  '',
  ',',
  '"',
  'a\r\nb',
  ' =1',
]

describe('a cell', () => {
  test.each(HOSTILE)('%j begins with nothing that a spreadsheet runs, and comes back as it was', (cell) => {
    const written = parse(csvLine([cell, 'end']))[0]?.[0] ?? ''
    expect(written).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/)
    expect(withoutGuard(written)).toBe(cell)
  })

  test('that is not there is empty', () => {
    expect(csvLine([null, 'a', null])).toBe(',a,')
  })
})
