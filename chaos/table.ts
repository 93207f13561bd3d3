import type { Tally } from './ledger.ts'
import type { Outcome } from './world.ts'

/** A scenario that is over. */
export type Row = Outcome & { readonly name: string; readonly seconds: number }

/** What a run came to, as its last line says it. */
export type Total = { readonly kills: number; readonly faults: number } & Tally

const NOTHING: Total = {
  kills: 0,
  faults: 0,
  recipients: 0,
  accepted: 0,
  refused: 0,
  uncertain: 0,
  skipped: 0,
  lost: 0,
  duplicated: 0,
}
const COLUMNS = Object.keys(NOTHING) as readonly (keyof Total)[]
const NAME_WIDTH = 22

export function totalOf(rows: readonly Row[]): Total {
  const total: Record<keyof Total, number> = { ...NOTHING }
  for (const { kills, faults, tally } of rows) {
    const row: Total = { kills, faults, ...tally }
    for (const column of COLUMNS) total[column] += row[column]
  }
  return total
}

export function heading(): string {
  return ['scenario'.padEnd(NAME_WIDTH), ...COLUMNS.map((name) => cell(name, name)), ' seconds'].join(' ')
}

/** One line of the table. */
export function tableRow({ name, seconds, ...row }: { name: string; seconds?: number } & Total): string {
  const counts = COLUMNS.map((column) => cell(row[column], column))
  const time = seconds === undefined ? '' : seconds.toFixed(1).padStart(8)
  return [name.padEnd(NAME_WIDTH), ...counts, time].join(' ').trimEnd()
}

function cell(value: string | number, column: string): string {
  return String(value).padStart(Math.max(6, column.length))
}
