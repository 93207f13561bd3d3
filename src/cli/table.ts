import { hasControlCharacter } from '../text.ts'

/** A column of a table: its heading, and what stands in it. */
export type Column<Row> = { readonly title: string; readonly value: (row: Row) => unknown; readonly align?: 'right' }

/** Rows under headings, in columns as wide as they need to be; `empty` when there are none. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], empty: string): string {
  if (rows.length === 0) return empty
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ value }) => shown(value(row))))]
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => width(line[index] ?? ''))))
  return cells
    .map((line) => line.map((cell, index) => pad(cell, widths[index] ?? 0, columns[index]?.align)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n')
}

/** Names and values, one pair a line; what is undefined is left out. */
export function fields(pairs: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(pairs).filter(([, value]) => value !== undefined)
  const widest = Math.max(0, ...lines.map(([name]) => name.length))
  return lines.map(([name, value]) => `${name.padEnd(widest)}  ${shown(value)}`.trimEnd()).join('\n')
}

/** A value as one line for a terminal: what came from outside can neither move the cursor nor colour anything. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return '-'
  if (Array.isArray(value)) return value.map(shown).join(', ') || '-'
  if (typeof value === 'number') return value.toLocaleString('en')
  return plainLine(typeof value === 'object' ? JSON.stringify(value) : String(value))
}

/** Text without control characters and without the marks that turn its direction around. */
export function plainLine(text: string): string {
  const turning = /[\u202a-\u202e\u2066-\u2069]/g
  return [...text.replace(turning, '')].map((character) => (hasControlCharacter(character) ? ' ' : character)).join('')
}

function pad(cell: string, to: number, align: 'right' | undefined): string {
  const blanks = ' '.repeat(Math.max(0, to - width(cell)))
  return align === 'right' ? `${blanks}${cell}` : `${cell}${blanks}`
}

// East Asian wide characters and emoji take two places; marks that combine take none.
function width(text: string): number {
  let places = 0
  for (const character of text) {
    if (/\p{Mn}|\p{Me}|\p{Cf}/u.test(character)) continue
    places += /\p{Emoji_Presentation}|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}/u.test(
      character,
    )
      ? 2
      : 1
  }
  return places
}
