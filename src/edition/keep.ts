import { AppError } from '../error.ts'
import { remember } from '../remember.ts'
import type { EditionStore } from '../store/store.ts'
import type { Edition } from './edition.ts'

/** Gives the edition of a hash. @throws AppError `internal` when it is gone: editions are never deleted */
export type ReadEdition = (hash: string) => Promise<Edition>

/**
 * Reads editions from the store and keeps the `most` last used ones: an edition never changes under its hash, and a send
 * has a handful for thousands of batches.
 */
export function keepEditions(store: Pick<EditionStore, 'get'>, most = 20): ReadEdition {
  const kept = remember<Edition>(most)
  return (hash) =>
    kept(hash, async () => {
      const edition = await store.get(hash)
      if (edition) return edition
      throw new AppError('internal', `Edition ${hash} is not in the store; it must stay while anything refers to it.`)
    })
}
