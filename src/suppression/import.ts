import type { NewsletterId } from '../id.ts'
import { SUPPRESSES } from '../store/imports.ts'
import type { SuppressionStore } from '../store/suppressions.ts'
import { type FileRefused, type FileReport, type ReadOptions, readFileOfAddresses } from '../subscriber/import/file.ts'

export type SuppressionImport = Omit<ReadOptions, 'as'> & {
  /** Null: for every newsletter. */
  readonly newsletterId: NewsletterId | null
  /** Who or what says so; kept with each. */
  readonly source: string
  /** Why, where a row does not say something stricter: a bounce, then a complaint. Default: manual. */
  readonly reason?: 'manual' | 'bounced' | 'complained' | undefined
  /** Only tells what would become of the file. Default: false. */
  readonly dryRun?: boolean | undefined
}

/** Suppresses every address of a CSV file, whatever else its rows say. Importing a file again changes nothing. */
export function importSuppressions(
  suppressions: Pick<SuppressionStore, 'addMany'>,
  file: AsyncIterable<Uint8Array>,
  { newsletterId, source, reason = 'manual', dryRun, ...options }: SuppressionImport,
): Promise<FileReport | FileRefused> {
  const as = reason === 'manual' ? 'suppressed' : reason
  return readFileOfAddresses(
    file,
    { ...options, as },
    {
      read: ({ addressKey, means }) => {
        const known = means === 'bounced' || means === 'complained' ? means : 'suppressed'
        return { addressKey, newsletterId, reason: SUPPRESSES[known], source }
      },
      take: (rows) => suppressions.addMany(rows, { dryRun }),
    },
  )
}
