import type { DeliveryId, SendId } from '../id.ts'
import type { Delivery } from '../outcome/outcome.ts'
import type { SendState } from '../send/send.ts'
import type { Page, PageRequest } from './store.ts'

/** Whose deliveries are asked about: those of a send, or (null) mail to single readers. */
export type Scope = SendId | null

/** Why somebody is without a mail. `open`: not yet decided. `undelivered`: accepted, and then told to have got lost. */
export type MissingKind = 'refused' | 'uncertain' | 'skipped' | 'open' | 'undelivered'

/** So many are without it, for this reason; `reason` null: there is none (yet). */
export type MissingCount = { readonly kind: MissingKind; readonly reason: string | null; readonly deliveries: number }

/** Which uncertain deliveries: these, or all there are. */
export type Chosen = readonly DeliveryId[] | 'all'

export type ResendRequest = {
  readonly of: Scope
  /** `missing`: refused and skipped(cancelled, operator), narrowed to one reason. */
  readonly which:
    | { readonly kind: 'missing'; readonly reason: string | undefined }
    | { readonly kind: 'uncertain'; readonly chosen: Chosen }
  /** Recipients a batch, by variant; single mail has batches of one. */
  readonly sizes: Readonly<Record<string, number>>
  readonly actor: string
  /** Only tells what would be done. */
  readonly dryRun: boolean
}

export type Resent =
  | {
      readonly kind: 'resent'
      readonly deliveries: number
      readonly batches: number
      /** Left out: they have the issue from another send, or may have. */
      readonly received: number
      /** Left out: their batch is in the provider's hands. */
      readonly underWay: number
      /** What the send is now; null for single mail. */
      readonly state: SendState | null
    }
  /** Not in this state: it has nothing to repeat yet, or workers are at it. */
  | { readonly kind: 'not_now'; readonly state: SendState }
  /** It was cancelled, and what was under way then is not done with. */
  | { readonly kind: 'unfinished' }
  /** Another send of the issue is in the way. */
  | { readonly kind: 'other_send'; readonly sendId: SendId }

/** One thing an operator did. No address is ever in it. */
export type LogEntry = {
  readonly id: number
  readonly sendId: SendId | null
  readonly action: string
  readonly detail: Readonly<Record<string, unknown>>
  readonly actor: string
  readonly at: Date
}

/** What an operator asks and answers, delivery by delivery; every answer is logged in the transaction that gives it. */
export interface OperatorStore {
  /** Who is without a mail, in the order of batches; `limit` up to 1,000. */
  missing(
    page: PageRequest & {
      readonly of: Scope
      readonly kind?: MissingKind | undefined
      readonly reason?: string | undefined
    },
  ): Promise<Page<Delivery>>
  /** The same, counted by reason; the 200 most frequent. Looks at every delivery there is. */
  countMissing(of: Scope): Promise<readonly MissingCount[]>
  /** Uncertain deliveries become what the operator found out; returns how many. A later proof of acceptance wins. */
  mark(answer: {
    readonly of: Scope
    readonly as: 'accepted' | 'refused'
    readonly chosen: Chosen
    readonly actor: string
  }): Promise<number>
  /** Plans deliveries again, in new batches of the same send, which goes on unless it is paused. */
  resend(request: ResendRequest): Promise<Resent>
  /** Newest first; `sendId` undefined: everything. */
  log(page: PageRequest & { readonly sendId?: SendId | undefined }): Promise<Page<LogEntry>>
  /** Ends whatever blocks an account; false when nothing did. */
  unblock(account: string, actor: string): Promise<boolean>
}
