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

  test.each(['a;=1+1', "a;'=1", "a;''=1;x", 'a\n=1', 'a;"=1"', 'a;;@x\t-1', "a;'b", 'a; b', '{"a":"b;=1"}'])(
    '%j has nothing that runs in a spreadsheet that separates by semicolon, and comes back as it was',
    (cell) => {
      const line = csvLine(['daily', cell, 'end'])
      for (const field of line.split(/[;\t\r\n]/)) expect(field).not.toMatch(/^"*[=+\-@]/)
      expect(withoutGuard(parse(line)[0]?.[1] ?? '')).toBe(cell)
    },
  )

  test('that is not there is empty', () => {
    expect(csvLine([null, 'a', null])).toBe(',a,')
  })
})
