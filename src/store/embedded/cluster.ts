import { chown, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../error.ts'
import { newId } from '../../id.ts'
import { run } from './account.ts'
import { type Binaries, exists, program } from './binaries.ts'
import type { Place } from './place.ts'

/** The superuser of the server and the owner of everything in it. */
export const SUPERUSER = 'pressroom'

/**
 * Makes the cluster when there is none (about 0.9 s), else checks that it is of the version of these binaries: another
 * one is a `conflict`. It is made aside and moved into place, so that of two processes one wins, whichever dies when.
 */
export async function ensureCluster(place: Place, binaries: Binaries, passwordFile: string | null): Promise<void> {
  if (!(await exists(place.cluster))) await createCluster(place, binaries, passwordFile)
  const version = (await readFile(join(place.cluster, 'PG_VERSION'), 'utf8').catch(() => 'unknown')).trim()
  if (version === binaries.major) return
  const message = `The embedded database in ${place.cluster} is of PostgreSQL ${version}, but this Pressroom brings ${binaries.major}. Dump it with PostgreSQL ${version} and restore it, or set DATABASE_URL.`
  throw new AppError('conflict', message)
}

async function createCluster(place: Place, binaries: Binaries, passwordFile: string | null): Promise<void> {
  const half = `${place.cluster}.${newId()}`
  await mkdir(half, { mode: 0o700 })
  if (place.account) await chown(half, place.account.uid, place.account.gid)
  try {
    await initialise(half, place, binaries, passwordFile)
    await rename(half, place.cluster)
  } catch (cause) {
    await rm(half, { recursive: true, force: true })
    // A directory that is not empty refuses to be renamed over: another process was first.
    if (!(await exists(place.cluster))) throw cause
  }
}

async function initialise(
  directory: string,
  place: Place,
  binaries: Binaries,
  passwordFile: string | null,
): Promise<void> {
  // The builtin provider sorts and folds the same way on every machine, whatever its C library.
  const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  const auth = passwordFile === null ? ['--auth=trust'] : ['--auth=scram-sha-256', `--pwfile=${passwordFile}`]
  const args = ['-D', directory, '-U', SUPERUSER, '--encoding=UTF8', ...locale, ...auth]
  const { code, output } = await run(program(binaries, 'initdb'), args, place.account)
  if (code !== 0)
    throw new AppError('unavailable', 'The embedded database could not be made.', { cause: new Error(output.trim()) })
}
