import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../error.ts'
import type { Config } from './config.ts'
import { MIN_SECRET_LENGTH } from './settings.ts'

/** What links are signed with, the newest first. */
export type AppSecrets = readonly [string, ...string[]]

/**
 * The secrets of an installation: those of APP_SECRET, else the one kept in `DATA_DIR/app-secret`, which is made at the
 * first start and readable to its owner only. When APP_SECRET is set in an embedded installation that already made
 * one, links signed with that one go on working.
 * @throws AppError `config_invalid` without a secret beside a database of one's own, or when the kept one is damaged
 */
export async function readAppSecrets(
  config: Pick<Config, 'appSecrets' | 'databaseUrl' | 'dataDir'>,
): Promise<AppSecrets> {
  const file = join(config.dataDir, 'app-secret')
  const [newest, ...older] = config.appSecrets ?? []
  if (config.databaseUrl !== null) {
    if (newest === undefined) throw new AppError('config_invalid', 'APP_SECRET is required with DATABASE_URL.')
    return [newest, ...older]
  }
  if (newest === undefined) return [(await readKept(file)) ?? (await makeKept(file))]
  const kept = await readKept(file)
  return kept === null || kept === newest || older.includes(kept) ? [newest, ...older] : [newest, ...older, kept]
}

async function readKept(file: string): Promise<string | null> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw new AppError('config_invalid', `${file} cannot be read. It holds the secret that links are signed with.`, {
      cause: error,
    })
  })
  if (text === null || text.trim().length >= MIN_SECRET_LENGTH) return text?.trim() ?? null
  const message = `${file} does not hold a secret any more. Bring it back from a backup: with a new one, links in mail that was sent would stop working.`
  throw new AppError('config_invalid', message)
}

async function makeKept(file: string): Promise<string> {
  await mkdir(join(file, '..'), { recursive: true })
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  await writeFile(draft, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
  try {
    // Unlike a rename, a link does not replace: of processes that start together all take the first one's secret.
    await link(draft, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  } finally {
    await rm(draft, { force: true })
  }
  const kept = await readKept(file)
  if (kept === null) throw new AppError('config_invalid', `${file} could not be kept.`)
  return kept
}
