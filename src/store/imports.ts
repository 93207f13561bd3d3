import type { NewsletterId } from '../id.ts'
import type { SubscriptionStatus } from '../subscriber/subscriber.ts'
import type { SuppressionReason } from '../suppression/suppression.ts'

/** What a row of a file says of its address, the strictest first. */
export const MEANINGS = ['complained', 'bounced', 'suppressed', 'unsubscribed', 'unconfirmed', 'confirmed'] as const
export type Meaning = (typeof MEANINGS)[number]

/** The reason for which an address is suppressed that was so elsewhere. */
export const SUPPRESSES = { bounced: 'bounced', complained: 'complained', suppressed: 'manual' } as const

/** One good row of an import. */
export type ImportRow = {
  readonly address: string
  readonly addressKey: string
  readonly firstName: string
  readonly attributes: Readonly<Record<string, string>>
  /** Null or left out: what is known stays. */
  readonly locale?: string | null
  readonly timeZone?: string | null
  /** Default: confirmed. */
  readonly means?: Exclude<Meaning, 'unconfirmed'>
  /** When they confirmed, or left, there; null, left out or in the future: now. */
  readonly since?: Date | null
}

/** What was made of a row that was taken. */
export type TakenAs = 'added' | 'updated' | 'unsubscribed' | 'suppressed'

/** Why a row changed nothing: the address stands earlier in the file, or what is known here counts for more. */
export type Kept = 'duplicate' | 'kept_unsubscribed' | 'kept_suppressed' | 'kept_confirmed' | 'erased'

/** An import under way. */
export interface ImportRun {
  /**
   * Takes some thousand rows, committed when it resolves; tells what became of each, in their order. Of rows with one
   * address the strictest counts.
   */
  take(rows: readonly ImportRow[]): Promise<readonly (TakenAs | Kept)[]>
  /** Forgets which addresses came by. */
  close(): Promise<void>
}

export interface ImportStore {
  /**
   * Begins to bring people whose consent was given elsewhere. Nobody who left, is suppressed or was erased comes back;
   * who left elsewhere is kept out here too, unless they have confirmed here themselves. `dryRun`: nothing is written.
   * @throws AppError `too_many` while three others are under way in this process
   */
  open(about: {
    readonly newsletterId: NewsletterId
    /** Where and how they agreed. */
    readonly source: string
    readonly dryRun?: boolean | undefined
  }): Promise<ImportRun>
}

/** A subscription as it is written into a file. `suppressed`: why its reader is not written to all the same. */
export type ExportRow = {
  readonly newsletter: string
  readonly address: string
  readonly firstName: string
  readonly status: SubscriptionStatus
  readonly suppressed: SuppressionReason | null
  readonly locale: string | null
  readonly timeZone: string | null
  readonly requestedAt: Date
  readonly confirmedAt: Date | null
  readonly unsubscribedAt: Date | null
  readonly attributes: Readonly<Record<string, string>>
}

export interface ExportStore {
  /** Every subscription once, in the order of ids, some thousand at a time; who comes meanwhile may be among them. */
  subscriptions(which: {
    readonly newsletterId?: NewsletterId | undefined
    readonly status?: SubscriptionStatus | undefined
  }): AsyncIterable<readonly ExportRow[]>
}
