import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

/** Where compiled modules lie (absolute), and the sha256 of every source file they were made from. */
export type CachedBundle = {
  readonly engine: string
  readonly thread: string
  /** By template name. */
  readonly modules: Readonly<Record<string, string>>
  /** By absolute path. */
  readonly sources: Readonly<Record<string, string>>
}

/** The sha256 (hex) of text or bytes. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

/** The bundle kept under `key`, unless one of its sources or modules is no longer what it was. */
export async function recallBundle(key: string, cacheDir: string): Promise<CachedBundle | undefined> {
  try {
    const bundle: CachedBundle = JSON.parse(await readFile(noteFile(key, cacheDir), 'utf8'))
    const hashes = await hashSources(Object.keys(bundle.sources))
    const isFresh = Object.entries(bundle.sources).every(([path, hash]) => hashes[path] === hash)
    return isFresh && [bundle.engine, bundle.thread, ...Object.values(bundle.modules)].every((path) => existsSync(path))
      ? bundle
      : undefined
  } catch {
    // Not there, or not whole: it is made again.
    return undefined
  }
}

/** Writes modules and the note by which they are found again, and deletes what has not been used for long. */
export async function keepBundle(
  key: string,
  cacheDir: string,
  bundle: CachedBundle,
  files: readonly { readonly path: string; readonly contents: Uint8Array }[],
): Promise<void> {
  for (const { path, contents } of files) await writeWhole(path, contents)
  const note = noteFile(key, cacheDir)
  await writeWhole(note, JSON.stringify(bundle))
  await prune(cacheDir, [note, ...files.map(({ path }) => resolve(path))])
}

/** The sha256 of each file. */
export async function hashSources(paths: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const hashed = paths.map(async (path) => [path, sha256(await readFile(path))] as const)
  return Object.fromEntries(await Promise.all(hashed))
}

function noteFile(key: string, cacheDir: string): string {
  return join(cacheDir, `bundle-${key.slice(0, 16)}.json`)
}

let writes = 0

// Other processes read the same cache: a file is there whole or not at all.
async function writeWhole(path: string, contents: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const partial = `${path}.${process.pid}.${++writes}.partial`
  await writeFile(partial, contents)
  await rename(partial, path)
}

const KEPT_MS = 24 * 60 * 60 * 1000

// A day, because another process may have compiled other files into the same folder, and be about to load them.
async function prune(cacheDir: string, current: readonly string[]): Promise<void> {
  const [newestFile = cacheDir] = current
  const newest = (await stat(newestFile)).mtimeMs
  for (const entry of await readdir(cacheDir, { recursive: true, withFileTypes: true })) {
    const path = resolve(entry.parentPath, entry.name)
    if (!entry.isFile() || current.includes(path)) continue
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: newest }))
    if (mtimeMs < newest - KEPT_MS) await rm(path, { force: true })
  }
}
