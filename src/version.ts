import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The version of this Pressroom, from the package this file belongs to; `unknown` outside of one. */
export const VERSION = readVersion(import.meta.dirname)

function readVersion(directory: string): string {
  try {
    const { name, version } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
      name?: string
      version?: string
    }
    if (name === 'pressroom' && version) return version
  } catch {
    // No package here, or not ours: it is further up.
  }
  const parent = dirname(directory)
  return parent === directory ? 'unknown' : readVersion(parent)
}
