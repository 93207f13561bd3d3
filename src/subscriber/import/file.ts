import { setImmediate } from 'node:timers/promises'
import { withoutGuard } from '../../csv.ts'
import type { Kept, Meaning, TakenAs } from '../../store/imports.ts'
import { isInternational, NOT_YET, readAddress } from '../address.ts'
import { type ColumnNames, type Columns, readColumns, type ShownColumn } from './columns.ts'
import { NotLinesError } from './decode.ts'
import { type FileRow, readRows } from './rows.ts'
import { type Said, simplified, strictest, type ToldMeanings } from './status.ts'

/** How a file of addresses is to be read. */
export type ReadOptions = {
  /** Column names, where the usual ones are not used. */
  readonly columns?: ColumnNames | undefined
  /** What cells of status columns mean that are not known, or known otherwise. */
  readonly means?: Readonly<Record<string, Meaning>> | undefined
  /** Everybody in the file is at best this; a row may say something stricter. Default: confirmed. */
  readonly as?: Meaning | undefined
  /** What the file is called: Mailchimp says in the name who is in it. */
  readonly name?: string | undefined
  /** Told how many rows are done, every few thousand. */
  readonly onProgress?: ((rows: number) => void) | undefined
  /** Told of every row that was not taken, in the order in which that is known. */
  readonly onRowNotTaken?: ((row: RowNotTaken) => Promise<void> | void) | undefined
}

/** Why a row was not taken: because of what is known here, of what stands in it, or because it cannot be read. */
export type NotTaken = Kept | 'unconfirmed' | 'other_newsletter' | 'unknown_status' | 'not_valid' | 'unreadable'

/** A row that was not taken. Lines count from 1, the header included. `address` is as it stands in the file. */
export type RowNotTaken = {
  readonly line: number
  readonly address: string
  readonly why: NotTaken
  readonly reason: string
}

/** What the file was taken for, to be looked at before it counts. */
export type FileReading = {
  /** Whose export it is, as far as its columns tell. */
  readonly service: string | null
  readonly columns: readonly ShownColumn[]
  /** What its status columns say, in how many rows, and what that was taken to mean; the first hundred. */
  readonly statuses: readonly ShownStatus[]
}

export type ShownStatus = {
  readonly column: string
  readonly value: string
  readonly means: Meaning | 'unknown'
  readonly rows: number
}

/** What became of a file: rows = all that were taken + all that were not. */
export type FileReport = {
  readonly kind: 'imported'
  /** Rows read, the header not counted. */
  readonly rows: number
  readonly taken: Readonly<Record<TakenAs, number>>
  readonly notTaken: number
  readonly because: readonly { readonly why: NotTaken; readonly rows: number }[]
  /** The first thousand of those not taken. */
  readonly problems: readonly RowNotTaken[]
  readonly reading: FileReading
}

/** The file as a whole cannot be read; nothing of it, or nothing after that line, went in. */
export type FileRefused = { readonly kind: 'refused'; readonly reason: string }

/** A row whose address can be written to, and what it says of it. */
export type GoodRow = {
  readonly address: string
  readonly addressKey: string
  readonly means: Meaning
  readonly cells: readonly string[]
}

/** Why a row is not taken; `…` in the reason stands for the cell that says so. */
export type Refusal = { readonly why: NotTaken; readonly reason: string }

/** What is made of a file's rows. */
export type Taking<Row> = {
  /** A row as it is taken, or why it is not. */
  readonly read: (row: GoodRow, columns: Columns) => Row | Refusal
  readonly take: (rows: readonly Row[]) => Promise<readonly (TakenAs | Kept)[]>
}

const MAX_PROBLEMS = 1_000
const MAX_STATUSES = 100
const ROWS_A_SET = 2_500
/** So many are read at a stretch; then everybody else's turn comes, the database's answers among them. */
const ROWS_A_TURN = 100

/**
 * Reads a CSV file of addresses row by row, and hands what is good on in sets of some thousand: while one is taken, the
 * next is read, and no more than that is in memory. Bad rows are told with their line; the good ones go in all the same.
 */
export async function readFileOfAddresses<Row extends object>(
  file: AsyncIterable<Uint8Array>,
  options: ReadOptions,
  taking: Taking<Row>,
): Promise<FileReport | FileRefused> {
  const work = new Work(options, taking)
  try {
    return await work.run(readRows(file))
  } catch (error) {
    if (error instanceof NotLinesError) return refused('The file is no CSV: a line goes on for more than a megabyte.')
    throw error
  } finally {
    await work.settle()
  }
}

type Pending<Row> = { readonly line: number; readonly address: string; readonly row: Row }

class Work<Row extends object> {
  readonly #options: ReadOptions
  readonly #taking: Taking<Row>
  readonly #told: ToldMeanings
  readonly #taken: Record<TakenAs, number> = { added: 0, updated: 0, unsubscribed: 0, suppressed: 0 }
  readonly #because = new Map<NotTaken, number>()
  readonly #problems: RowNotTaken[] = []
  readonly #statuses = new Map<string, ShownStatus>()
  #rows = 0
  #set: Pending<Row>[] = []
  #underWay: Promise<void> = Promise.resolve()
  #as: Meaning = 'confirmed'

  constructor(options: ReadOptions, taking: Taking<Row>) {
    this.#options = options
    this.#taking = taking
    this.#told = new Map(Object.entries(options.means ?? {}).map(([cell, means]) => [simplified(cell), means]))
  }

  async run(rows: AsyncIterable<FileRow>): Promise<FileReport | FileRefused> {
    let columns: Columns | undefined
    let untilYield = ROWS_A_TURN
    for await (const row of rows) {
      untilYield -= 1
      if (untilYield === 0) {
        untilYield = ROWS_A_TURN
        await setImmediate()
      }
      if (row.kind === 'unreadable') await this.#refuse(row.line, '', 'unreadable', row.reason)
      else if (columns !== undefined) await this.#read(columns, row.line, row.cells)
      else {
        const reading = readColumns(row.cells, this.#options.columns, this.#told)
        if (reading.kind === 'refused') return reading
        columns = reading.columns
        this.#as = this.#options.as ?? whoIsIn(columns, this.#options.name)
      }
    }
    if (columns === undefined) return refused('The file has no first line that names its columns.')
    await this.#handOn()
    await this.#underWay
    return this.#report(columns)
  }

  /** Waits for what is still being taken, whether it ends well or not. */
  settle(): Promise<void> {
    return this.#underWay.catch(() => undefined)
  }

  async #read(columns: Columns, line: number, cells: readonly string[]): Promise<void> {
    const typed = columns.email.map((index) => cells[index]?.trim() ?? '').find((cell) => cell !== '') ?? ''
    const refuse = (why: NotTaken, reason: string) => this.#refuse(line, typed, why, reason)
    if (typed === '') return refuse('not_valid', 'There is no address in this row.')
    const text = withoutGuard(typed)
    const address = readAddress(text, { international: true })
    if (address.kind === 'refused') return refuse('not_valid', address.reason)
    const { means, because } = this.#status(columns, cells)
    // Whoever is kept out is, whatever else is wrong with their row.
    const isKeptOut = means !== 'confirmed' && means !== 'unknown'
    if (!isKeptOut && isInternational(address.address)) return refuse('not_valid', NOT_YET)
    if (!isKeptOut && cells.some((cell) => cell.includes('\ufffd'))) {
      return refuse('not_valid', 'This row holds bytes that are no text; save the file as UTF-8.')
    }
    if (means === 'unknown') {
      return refuse(
        'unknown_status',
        `${because}: ${UNKNOWN[columns.service ?? ''] ?? 'nobody has said what that means.'}`,
      )
    }
    const row = this.#taking.read({ address: address.address, addressKey: address.key, means, cells }, columns)
    if ('why' in row)
      return refuse(
        row.why,
        row.reason.replace('…', () => because),
      )
    this.#rows += 1
    this.#set.push({ line, address: typed, row })
    if (this.#set.length >= ROWS_A_SET) await this.#handOn()
  }

  /** What a row's columns say together, and which cell made it so. */
  #status(columns: Columns, cells: readonly string[]): { means: Meaning | 'unknown'; because: string } {
    const all = columns.status.flatMap(({ index, name, isTime, read }) => {
      const cell = cells[index] ?? ''
      const said = read(cell)
      if (said === null) return []
      const value = isTime ? 'a time' : cell.trim().slice(0, 40)
      this.#count(name, value, said)
      return [{ said, because: `${name} is ${JSON.stringify(value)}` }]
    })
    const means = strictest([this.#as, ...all.map(({ said }) => said)])
    return { means, because: all.find(({ said }) => said === means)?.because ?? 'So it was said of the whole file' }
  }

  #count(column: string, value: string, means: Exclude<Said, null>): void {
    const key = JSON.stringify([column, value.toLowerCase()])
    const known = this.#statuses.get(key)
    if (known === undefined && this.#statuses.size >= MAX_STATUSES) return
    this.#statuses.set(key, { column, value, means, rows: (known?.rows ?? 0) + 1 })
  }

  // The set before is done with first, so that two at most are in memory; the next is read meanwhile.
  async #handOn(): Promise<void> {
    const set = this.#set
    this.#set = []
    await this.#underWay
    this.#underWay = this.#take(set)
    // Its failure is met where it is waited for.
    this.#underWay.catch(() => undefined)
  }

  async #take(set: readonly Pending<Row>[]): Promise<void> {
    const fates = await this.#taking.take(set.map(({ row }) => row))
    for (const [index, { line, address }] of set.entries()) {
      const fate = fates[index]
      if (fate === undefined) throw new Error('A row came back without what became of it.')
      if (fate in this.#taken) this.#taken[fate as TakenAs] += 1
      else await this.#note({ line, address, why: fate as Kept, reason: REASONS[fate as Kept] })
    }
    this.#options.onProgress?.(this.#rows)
  }

  async #refuse(line: number, address: string, why: NotTaken, reason: string): Promise<void> {
    this.#rows += 1
    await this.#note({ line, address, why, reason })
  }

  async #note(row: RowNotTaken): Promise<void> {
    this.#because.set(row.why, (this.#because.get(row.why) ?? 0) + 1)
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(row)
    await this.#options.onRowNotTaken?.(row)
  }

  #report({ service, shown }: Columns): FileReport {
    const because = [...this.#because].map(([why, rows]) => ({ why, rows })).sort((a, b) => b.rows - a.rows)
    return {
      kind: 'imported',
      rows: this.#rows,
      taken: this.#taken,
      notTaken: because.reduce((sum, { rows }) => sum + rows, 0),
      because,
      problems: this.#problems.sort((a, b) => a.line - b.line),
      reading: { service, columns: shown, statuses: [...this.#statuses.values()] },
    }
  }
}

const REASONS: Readonly<Record<Kept, string>> = {
  duplicate: 'This address stands in the file before.',
  kept_unsubscribed: 'Left this newsletter before, and stays so.',
  kept_suppressed: 'Is suppressed, and stays so.',
  kept_confirmed: 'Left there, but has confirmed here, and stays subscribed.',
  erased: 'Asked to be erased, and is left out.',
}

// What to do about a status that a service has and does not explain.
const UNKNOWN: Readonly<Partial<Record<string, string>>> = {
  listmonk:
    'listmonk says so also of who left the list, or never confirmed. Export those who have confirmed alone, and say that ' +
    'it means confirmed.',
}

// In the names of Mailchimp's files: `cleaned_members_export_8a3f.csv`.
const MAILCHIMP = /(?:^|[^a-z])(cleaned|unsubscribed|nonsubscribed)_[^/\\]*export/i
const MAILCHIMP_FILES = { cleaned: 'bounced', unsubscribed: 'unsubscribed', nonsubscribed: 'unconfirmed' } as const

function whoIsIn({ service }: Columns, name = ''): Meaning {
  const [, which = ''] = (service === 'Mailchimp' && MAILCHIMP.exec(name)) || []
  const known = Object.entries(MAILCHIMP_FILES).find(([file]) => file === which.toLowerCase())
  return known?.[1] ?? 'confirmed'
}

function refused(reason: string): FileRefused {
  return { kind: 'refused', reason }
}
