import type { Command } from 'commander'
import { wholeNumber } from './numbers.ts'
import type { Output } from './output.ts'
import { type Column, table } from './table.ts'

/** A page of a list, as the API answers it. */
export type Page<Row> = { readonly rows: readonly Row[]; readonly next: string | null }

/** What every command that lists can be asked. */
export type PageOptions = { readonly limit?: number; readonly after?: string }

/** Adds `--limit` and `--after` to a command. */
export function withPages(command: Command): Command {
  return command
    .option('--limit <rows>', 'How many rows at most, up to 100 (default: 50).', wholeNumber(1, 100))
    .option('--after <cursor>', 'Go on behind the page that ended with it.')
}

/** Gives a page as the result; it ends with how to get the next one. */
export function showPage<Row>(output: Output, page: Page<Row>, columns: readonly Column<Row>[], empty: string): void {
  const more = page.next === null ? '' : `\n\nThere is more: --after ${page.next}`
  output.result(page, () => `${table(page.rows, columns, empty)}${more}`)
}
