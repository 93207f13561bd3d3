import { csvLine } from '../csv.ts'
import type { ExportRow, ExportStore } from '../store/imports.ts'

/**
 * All subscriptions as a CSV file, in parts of some thousand lines. A spreadsheet runs nothing of it as a formula, and
 * `importSubscribers` reads it back as it was.
 */
export async function* exportSubscribers(
  exports: ExportStore,
  which: Parameters<ExportStore['subscriptions']>[0],
): AsyncGenerator<string> {
  yield `${COLUMNS.join(',')}\r\n`
  for await (const rows of exports.subscriptions(which))
    yield rows.map((row) => `${csvLine(cellsOf(row))}\r\n`).join('')
}

// By these an import knows our own files.
const COLUMNS = [
  ...['newsletter', 'email', 'first_name', 'status', 'suppressed', 'locale', 'time_zone'],
  ...['requested_at', 'confirmed_at', 'unsubscribed_at', 'attributes'],
]

function cellsOf(row: ExportRow): readonly (string | null)[] {
  const { newsletter, address, firstName, status, suppressed, locale, timeZone, attributes } = row
  const times = [row.requestedAt, row.confirmedAt, row.unsubscribedAt].map((at) => at?.toISOString() ?? null)
  const json = Object.keys(attributes).length === 0 ? null : JSON.stringify(attributes)
  return [newsletter, address, firstName, status, suppressed, locale, timeZone, ...times, json]
}
