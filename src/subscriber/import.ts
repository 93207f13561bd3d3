import type { NewsletterId } from '../id.ts'
import { localeSchema } from '../locale.ts'
import type { ImportResult, ImportRow, SubscriberStore } from '../store/subscribers.ts'
import { hasControlCharacter } from '../text.ts'
import { readAddress } from './address.ts'
import { MAX_FIRST_NAME } from './first-name.ts'
import { type ColumnNames, type Columns, readColumns } from './import/columns.ts'
import { NotLinesError } from './import/decode.ts'
import { type FileRow, readRows } from './import/rows.ts'
import { Seen } from './import/seen.ts'

export type ImportOptions = {
  readonly newsletterId: NewsletterId
  /** Where and how these people agreed to be written to; kept with each of them. */
  readonly consentSource: string
  /** Column names, where the usual ones are not used. */
  readonly columns?: ColumnNames | undefined
  /** Told how many rows are done, about every 2,000. */
  readonly onProgress?: ((rows: number) => void) | undefined
}

/** A row that did not go in. Lines count from 1, the header included. */
export type RowProblem = { readonly line: number; readonly reason: string }

export type ImportReport =
  | (ImportResult & {
      readonly kind: 'imported'
      /** Rows read, the header not counted. */
      readonly rows: number
      readonly problemCount: number
      /** The first thousand of them. */
      readonly problems: readonly RowProblem[]
    })
  /** The file as a whole cannot be read; nothing of it, or nothing after that line, went in. */
  | { readonly kind: 'refused'; readonly reason: string }

const MAX_PROBLEMS = 1_000
const ROWS_A_SET = 2_000
const MAX_ATTRIBUTE = 2_000

/**
 * Reads a CSV file of people who agreed elsewhere and subscribes them, confirmed, to a newsletter. The file streams
 * through: memory grows by 8 to 32 bytes a row. The good rows go in whatever the others hold; importing a file again
 * changes nothing; nobody who left or is suppressed comes back.
 */
export async function importSubscribers(
  subscribers: Pick<SubscriberStore, 'import'>,
  file: AsyncIterable<Uint8Array>,
  options: ImportOptions,
): Promise<ImportReport> {
  const source = options.consentSource.trim()
  if (source === '') return refused('An import needs to say where these people agreed to be written to.')
  const work = new Import(subscribers, { ...options, consentSource: source })
  try {
    return await work.run(readRows(file))
  } catch (error) {
    if (error instanceof NotLinesError) return refused('The file is no CSV: a line goes on for more than a megabyte.')
    throw error
  }
}

class Import {
  readonly #subscribers: Pick<SubscriberStore, 'import'>
  readonly #options: ImportOptions
  readonly #seen = new Seen()
  readonly #problems: RowProblem[] = []
  #problemCount = 0
  #rows = 0
  #set: ImportRow[] = []
  #result: ImportResult = { added: 0, updated: 0, keptUnsubscribed: 0, suppressed: 0 }

  constructor(subscribers: Pick<SubscriberStore, 'import'>, options: ImportOptions) {
    this.#subscribers = subscribers
    this.#options = options
  }

  async run(rows: AsyncIterable<FileRow>): Promise<ImportReport> {
    let columns: Columns | undefined
    for await (const row of rows) {
      if (row.kind === 'unreadable') this.#report(row.line, row.reason)
      else if (columns !== undefined) await this.#take(columns, row.line, row.cells)
      else {
        const reading = readColumns(row.cells, this.#options.columns)
        if (reading.kind === 'refused') return reading
        columns = reading.columns
      }
    }
    if (columns === undefined) return refused('The file has no first line that names its columns.')
    await this.#flush()
    const { added, updated, keptUnsubscribed, suppressed } = this.#result
    const [problemCount, problems] = [this.#problemCount, this.#problems]
    return { kind: 'imported', rows: this.#rows, added, updated, keptUnsubscribed, suppressed, problemCount, problems }
  }

  async #take(columns: Columns, line: number, cells: readonly string[]): Promise<void> {
    this.#rows += 1
    const reading = readPerson(columns, cells)
    if (reading.kind === 'refused') this.#report(line, reading.reason)
    else if (this.#seen.has(reading.row.addressKey)) this.#report(line, 'This address stands in the file before.')
    else this.#set.push(reading.row)
    if (this.#set.length >= ROWS_A_SET) await this.#flush()
  }

  async #flush(): Promise<void> {
    const { newsletterId, consentSource, onProgress } = this.#options
    const part = await this.#subscribers.import(newsletterId, this.#set, { source: consentSource })
    this.#set = []
    this.#result = sum(this.#result, part)
    onProgress?.(this.#rows)
  }

  #report(line: number, reason: string): void {
    this.#problemCount += 1
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push({ line, reason })
  }
}

type PersonReading =
  | { readonly kind: 'ok'; readonly row: ImportRow }
  | { readonly kind: 'refused'; readonly reason: string }

function readPerson(columns: Columns, cells: readonly string[]): PersonReading {
  const cell = (index: number | undefined) => (index === undefined ? '' : (cells[index] ?? ''))
  if (cells.some((text) => text.includes('\ufffd')))
    return refused('This row holds bytes that are no text; save the file as UTF-8.')
  const email = cell(columns.email).trim()
  if (email === '') return refused('There is no address in this row.')
  const address = readAddress(email)
  if (address.kind === 'refused') return address
  const left = columns.leftOut(cells)
  if (left !== undefined) return refused(left)
  const firstName = onOneLine(cell(columns.firstName))
  if (firstName.length > MAX_FIRST_NAME) return refused(`The first name is longer than ${MAX_FIRST_NAME} characters.`)
  const attributes = readAttributes(columns, cells)
  const locale = localeOf(cell(columns.locale))
  return { kind: 'ok', row: { address: address.address, addressKey: address.key, firstName, attributes, locale } }
}

// `de_AT` is written by many; `German`, though it has the form of a tag, is none of a language.
function localeOf(cell: string): string | null {
  const tag = cell.trim().replaceAll('_', '-')
  return /^[a-z]{2,3}(-|$)/i.test(tag) && localeSchema.safeParse(tag).success ? tag : null
}

// Empty cells are left out, so that they erase nothing that is known.
function readAttributes(columns: Columns, cells: readonly string[]): Record<string, string> {
  const named = columns.attributes.map(({ index, name }) => [name, onOneLine(cells[index] ?? '')] as const)
  return Object.fromEntries(named.filter(([, value]) => value !== '').map(([name, value]) => [name, cut(value)]))
}

/** Control characters become blanks: nothing of a file can break a line, a header or a row. */
function onOneLine(text: string): string {
  if (!hasControlCharacter(text)) return text.trim()
  const characters = [...text].map((character) => (hasControlCharacter(character) ? ' ' : character))
  return characters.join('').replace(/ +/g, ' ').trim()
}

function cut(text: string): string {
  return text.length <= MAX_ATTRIBUTE ? text : `${text.slice(0, MAX_ATTRIBUTE).toWellFormed()}…`
}

function sum(one: ImportResult, other: ImportResult): ImportResult {
  return {
    added: one.added + other.added,
    updated: one.updated + other.updated,
    keptUnsubscribed: one.keptUnsubscribed + other.keptUnsubscribed,
    suppressed: one.suppressed + other.suppressed,
  }
}

function refused(reason: string): { readonly kind: 'refused'; readonly reason: string } {
  return { kind: 'refused', reason }
}
