/**
 * A row as CSV (RFC 4180), without an end of line. What a spreadsheet would take for a formula begins with an apostrophe,
 * also within a cell, where those of many countries separate by semicolon.
 */
export function csvLine(cells: readonly (string | null)[]): string {
  return cells.map(cell).join(',')
}

/** A cell as it was before `csvLine` put an apostrophe before it. */
export function withoutGuard(cell: string): string {
  return (GUARDED.test(cell) ? cell.slice(1) : cell).replace(GUARDED_WITHIN, '$1')
}

// Full-width forms count too: spreadsheets set to Japanese read them alike. An apostrophe that stood there gets a second.
const FORMULA = /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/
const GUARDED = new RegExp(`^'${FORMULA.source.slice(1)}`)
const BEGINS_WITHIN = `(?=["']*[=+\\-@\uff1d\uff0b\uff0d\uff20])`
const FORMULA_WITHIN = new RegExp(`[;\t\r\n]${BEGINS_WITHIN}`, 'g')
const GUARDED_WITHIN = new RegExp(`([;\t\r\n])'${BEGINS_WITHIN}`, 'g')

function cell(value: string | null): string {
  const within = (value ?? '').replace(FORMULA_WITHIN, "$&'")
  const text = FORMULA.test(within) ? `'${within}` : within
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
