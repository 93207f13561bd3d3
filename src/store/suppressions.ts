import type { NewsletterId } from '../id.ts'
import type { LiftedSuppression, Suppression, SuppressionReason } from '../suppression/suppression.ts'
import type { Page, PageRequest } from './store.ts'

/** What makes a suppression: all but its id and time. `newsletterId` null: for every newsletter. */
export type NewSuppression = Pick<Suppression, 'addressKey' | 'newsletterId' | 'reason' | 'source'>

/** Whether it is new, stood already, or is left out because its address was erased on request. */
export type SuppressionFate = 'suppressed' | 'duplicate' | 'kept_suppressed' | 'erased'

export interface SuppressionStore {
  /** Takes effect before it returns. What stands stays, unless the new reason says more. */
  add(suppression: NewSuppression): Promise<SuppressionFate>
  /** The same for some thousand, with what became of each. `dryRun`: nothing is written. */
  addMany(
    suppressions: readonly NewSuppression[],
    options?: { readonly dryRun?: boolean | undefined },
  ): Promise<readonly SuppressionFate[]>
  find(addressKey: string): Promise<readonly Suppression[]>
  /** Newest first; `newsletterId` null: those for every newsletter, undefined: all. */
  list(
    page: PageRequest & {
      readonly newsletterId?: NewsletterId | null | undefined
      readonly reason?: SuppressionReason | undefined
    },
  ): Promise<Page<Suppression>>
  /** Every one for a newsletter, or (null) for all of them, some thousand at a time, in the order of addresses. */
  all(newsletterId: NewsletterId | null): AsyncIterable<readonly Suppression[]>
  /** Takes it away and keeps who did so, and why; false when there is none of that id. */
  lift(id: string, by: { readonly actor: string; readonly why: string | null }): Promise<boolean>
  /** What was lifted, the latest first. */
  lifted(page: PageRequest & { readonly addressKey?: string | undefined }): Promise<Page<LiftedSuppression>>
}
