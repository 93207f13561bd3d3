import { relative, resolve, sep } from 'node:path'
import { watch } from 'chokidar'

/** What was saved since the last time: files, absolute, and when the first of them was (ms since 1970). */
export type Saved = { readonly paths: readonly string[]; readonly at: number }

/** Files being watched. */
export type Following = {
  /** Watches more of them. */
  add(paths: readonly string[]): void
  stop(): Promise<void>
}

// Saving a file is often several events.
const SETTLE_MS = 30

/**
 * Calls `follow` after something was saved in `places` (folders and files, absolute), one call at a time; what is saved
 * during a call causes one more. Resolves once watching.
 */
export async function followSaves(
  places: readonly string[],
  follow: (saved: Saved) => Promise<void>,
): Promise<Following> {
  const roots = places.map((place) => resolve(place))
  const watcher = watch(roots, { ignoreInitial: true, alwaysStat: true, ignored: (path) => isHidden(path, roots) })
  let saved: { paths: Set<string>; at: number } | undefined
  let settling: NodeJS.Timeout | undefined
  let running = Promise.resolve()

  const run = async () => {
    if (saved === undefined) return
    const { paths, at } = saved
    saved = undefined
    await follow({ paths: [...paths], at })
  }
  watcher.on('all', (_, path, stats) => {
    // A file that was moved here keeps the time it was written at; when it came, its inode changed.
    const at = stats ? Math.max(stats.mtimeMs, stats.ctimeMs) : Number.POSITIVE_INFINITY
    saved ??= { paths: new Set(), at }
    saved.paths.add(resolve(path))
    saved.at = Math.min(saved.at, at)
    clearTimeout(settling)
    settling = setTimeout(() => {
      running = running.then(run)
    }, SETTLE_MS)
  })
  await new Promise<void>((ready) => watcher.once('ready', ready))
  return {
    add: (paths) => void watcher.add([...paths]),
    stop: async () => {
      clearTimeout(settling)
      await watcher.close()
      await running
    },
  }
}

// Seen from the watched folder: where that lies itself does not matter.
function isHidden(path: string, roots: readonly string[]): boolean {
  const root = roots.find((one) => path === one || path.startsWith(one + sep)) ?? path
  return relative(root, path)
    .split(sep)
    .some((part) => part === 'node_modules' || /^\.[^.]/.test(part))
}
