import { Readable } from 'node:stream'
import { type CsvError, type Parser, parse } from 'csv-parse'
import { decodeText, NotLinesError } from './decode.ts'

/** A record of a file with the line on which it begins, or why a stretch of the file is none. */
export type FileRow =
  | { readonly kind: 'row'; readonly line: number; readonly cells: readonly string[] }
  | { readonly kind: 'unreadable'; readonly line: number; readonly reason: string }

const DELIMITERS = [',', ';', '\t', '|'] as const
const MAX_RECORD = 200_000
const MAX_HEAD = 1_048_576
const BAD_QUOTES = 'The quotation marks of this record are not as they should be.'

/**
 * The records of a CSV file as it streams in: separated by comma, semicolon, tab or bar, whichever the first line uses, and
 * quoted as RFC 4180 says. A record that cannot be read comes out no later than after the next that can.
 */
export async function* readRows(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<FileRow> {
  const text = unifyLineEnds(decodeText(bytes))
  const head = await firstLine(text)
  const unreadable: FileRow[] = []
  // Of the records that are read and not yet taken; the parser could tell with each, which takes half of its time.
  const lines: number[] = []
  const parser = createParser(delimiterOf(head), lines, unreadable)
  const records: AsyncIterable<readonly string[]> = Readable.from(joined(head, text)).compose(parser)
  for await (const cells of records) {
    yield* unreadable.splice(0)
    const line = lines.shift() ?? 0
    yield cells.some(runsOn) ? { kind: 'unreadable', line, reason: BAD_QUOTES } : { kind: 'row', line, cells }
  }
  yield* unreadable
}

function createParser(delimiter: string, recordLines: number[], unreadable: FileRow[]): Parser {
  let lastLine = 0
  return parse({
    delimiter,
    record_delimiter: '\n',
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD,
    skip_records_with_error: true,
    // `lines` counts up to the end of the record.
    on_record: (cells, { lines }) => {
      lastLine = lines
      recordLines.push(lines - breaksIn(cells))
      return cells
    },
    on_skip: (error) => {
      if (error) unreadable.push(explain(error, lastLine + 1))
      return undefined
    },
  })
}

// So that lines are counted alike whatever ends them. A return at the end of a piece waits for what follows it.
async function* unifyLineEnds(text: AsyncIterable<string>): AsyncGenerator<string> {
  let held = ''
  for await (const piece of text) {
    const whole = held + piece
    held = whole.endsWith('\r') ? '\r' : ''
    const done = whole.slice(0, whole.length - held.length).replace(/\r\n?/g, '\n')
    if (done !== '') yield done
  }
  if (held !== '') yield '\n'
}

async function firstLine(text: AsyncIterator<string>): Promise<string> {
  let head = ''
  while (!head.trimStart().includes('\n')) {
    const next = await text.next()
    if (next.done) break
    head += next.value
    if (head.length > MAX_HEAD && !head.trimStart().includes('\n')) throw new NotLinesError('A line has no end.')
  }
  return head
}

async function* joined(head: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield head
  yield* rest
}

/** The one that the first line holds most often outside quotation marks. */
function delimiterOf(head: string): string {
  const [line = ''] = head
    .trimStart()
    .replace(/"[^"]*"/g, '')
    .split('\n')
  const counts = DELIMITERS.map((delimiter) => ({ delimiter, count: line.split(delimiter).length }))
  return counts.reduce((best, candidate) => (candidate.count > best.count ? candidate : best)).delimiter
}

function breaksIn(cells: readonly string[]): number {
  return cells.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0)
}

// Taken as it stands because its mark is closed nowhere near, it holds the address of the next row, and what that says of
// its status would count for this one.
function runsOn(cell: string): boolean {
  return cell.startsWith('"') && /\n.*@/s.test(cell)
}

function explain(error: CsvError, line: number): FileRow {
  return { kind: 'unreadable', line, reason: REASONS[error.code] ?? 'This record cannot be read.' }
}

const REASONS: Readonly<Partial<Record<string, string>>> = {
  CSV_QUOTE_NOT_CLOSED: 'A quotation mark is opened here and never closed; nothing after it was read.',
  CSV_MAX_RECORD_SIZE: `This record is longer than ${MAX_RECORD} characters; a quotation mark may be missing.`,
  CSV_INVALID_CLOSING_QUOTE: BAD_QUOTES,
}
