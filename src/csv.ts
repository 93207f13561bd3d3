/** A row as CSV (RFC 4180), without an end of line. What a spreadsheet would take for a formula begins with an apostrophe. */
export function csvLine(cells: readonly (string | null)[]): string {
  return cells.map(cell).join(',')
}

/** A cell as it was before `csvLine` put an apostrophe before it. */
export function withoutGuard(cell: string): string {
  return GUARDED.test(cell) ? cell.slice(1) : cell
}

// Full-width forms count too: spreadsheets set to Japanese read them alike. An apostrophe that stood there gets a second.
const FORMULA = /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/
const GUARDED = new RegExp(`^'${FORMULA.source.slice(1)}`)

function cell(value: string | null): string {
  const text = value !== null && FORMULA.test(value) ? `'${value}` : (value ?? '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
