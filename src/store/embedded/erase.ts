import { readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SHELTER } from './place.ts'

/**
 * Removes the embedded database of `dataDir`, also where root keeps it elsewhere. Nothing may be attached to it. What
 * was never there is removed already.
 */
export async function eraseEmbedded(dataDir: string, shelter = SHELTER): Promise<void> {
  const text = await readFile(join(dataDir, 'embedded.json'), 'utf8').catch(() => null)
  const { home } = text === null ? { home: dataDir } : (JSON.parse(text) as { home: string })
  // The file lies in a directory that others may write to: it is believed only where it names a place of ours.
  if (dirname(home) === shelter) await rm(home, { recursive: true, force: true })
  await rm(dataDir, { recursive: true, force: true, maxRetries: 3 })
}
