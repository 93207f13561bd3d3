import { constants } from 'node:fs'
import { access, mkdir } from 'node:fs/promises'
import { AppError } from '../error.ts'

/** What to do about a DATA_DIR that cannot be used. */
export const DATA_DIR_ADVICE =
  'Make it writable for the user that runs Pressroom, or set DATA_DIR to a directory that is.'

/**
 * Makes DATA_DIR, unless it is there.
 * @throws AppError `config_invalid` when it cannot be made or written
 */
export async function provideDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true })
    await access(dataDir, constants.W_OK)
  } catch (cause) {
    throw new AppError('config_invalid', `DATA_DIR ${dataDir} cannot be written. ${DATA_DIR_ADVICE}`, { cause })
  }
}
