import type { NewsletterId } from '../../src/id.ts'
import type { ImportRow, ImportStore } from '../../src/store/imports.ts'

/** Imports a set of rows, and gives what became of each. */
export async function importRows(
  imports: ImportStore,
  newsletterId: NewsletterId,
  rows: readonly ImportRow[],
  about: { readonly source?: string; readonly dryRun?: boolean } = {},
) {
  const run = await imports.open({ newsletterId, source: 'test', ...about })
  try {
    return await run.take(rows)
  } finally {
    await run.close()
  }
}
