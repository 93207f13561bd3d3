import type { Chosen, Scope } from '../store/operator.ts'
import type { Store } from '../store/store.ts'
import { findSend } from './schedule.ts'

/** What an answer came to. `notUncertain`: of those named, so many were answered already or belong elsewhere. */
export type Marked = { readonly deliveries: number; readonly notUncertain: number }

/**
 * Writes down what the operator found out about uncertain deliveries, at the provider or from the readers. A proof of
 * acceptance that comes later still wins.
 * @throws AppError `not_found`
 */
export async function markUncertain(
  { store }: { readonly store: Pick<Store, 'sends' | 'operator'> },
  of: Scope,
  { as, chosen }: { readonly as: 'accepted' | 'refused'; readonly chosen: Chosen },
  actor: string,
): Promise<Marked> {
  if (of !== null) await findSend({ store }, of)
  const deliveries = await store.operator.mark({ of, as, chosen, actor })
  return { deliveries, notUncertain: chosen === 'all' ? 0 : new Set(chosen).size - deliveries }
}
