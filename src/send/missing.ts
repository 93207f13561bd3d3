import type { Delivery } from '../outcome/outcome.ts'
import type { MissingCount, MissingKind, Scope } from '../store/operator.ts'
import type { Page, PageRequest, Store } from '../store/store.ts'
import { findSend } from './schedule.ts'

/** Who did not get a mail. `counts` says it by reason, on the first page; null on the others. */
export type Missing = Page<Delivery> & { readonly counts: readonly MissingCount[] | null }

/**
 * Lists who did not get a send, or which single mail has no good answer, and why.
 * @throws AppError `not_found`
 */
export async function findMissing(
  { store }: { readonly store: Pick<Store, 'sends' | 'operator'> },
  of: Scope,
  page: PageRequest & { readonly kind?: MissingKind | undefined; readonly reason?: string | undefined },
): Promise<Missing> {
  if (of !== null) await findSend({ store }, of)
  const [listed, counts] = await Promise.all([
    store.operator.missing({ of, ...page }),
    page.after === undefined ? store.operator.countMissing(of) : null,
  ])
  return { counts, ...listed }
}
