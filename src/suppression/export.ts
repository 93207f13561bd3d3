import { csvLine } from '../csv.ts'
import type { NewsletterId } from '../id.ts'
import type { SuppressionStore } from '../store/suppressions.ts'

/** The suppressions for one newsletter, or (null) for every one, as a CSV file that an import reads back. */
export async function* exportSuppressions(
  suppressions: Pick<SuppressionStore, 'all'>,
  newsletterId: NewsletterId | null,
): AsyncGenerator<string> {
  yield 'email,reason,source,created_at\r\n'
  for await (const rows of suppressions.all(newsletterId)) {
    yield rows
      .map(({ addressKey, reason, source, createdAt }) => [addressKey, reason, source, createdAt.toISOString()])
      .map((cells) => `${csvLine(cells)}\r\n`)
      .join('')
  }
}
