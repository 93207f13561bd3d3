import type { IssueId, NewsletterId, SendId } from '../id.ts'

export type SendState = 'scheduled' | 'preparing' | 'sending' | 'paused' | 'sent' | 'cancelled' | 'missed'

/**
 * The moves a send may make; every other one is refused, here and by the guard in the SQL. Only an operator brings back
 * one that is over, to reach those who did not get it: the readers it has reached stay reached.
 */
export const SEND_MOVES: Readonly<Record<SendState, readonly SendState[]>> = {
  scheduled: ['preparing', 'cancelled', 'missed'],
  preparing: ['sending', 'sent', 'cancelled'],
  sending: ['paused', 'sent', 'cancelled'],
  paused: ['sending', 'cancelled'],
  sent: ['sending'],
  cancelled: ['sending'],
  missed: [],
}

export type PauseReason = 'operator' | 'failure_rate' | 'refused_whole'

/** One issue going to one audience at one time. */
export type Send = {
  readonly id: SendId
  readonly issueId: IssueId
  readonly newsletterId: NewsletterId
  readonly state: SendState
  readonly scheduledAt: Date
  /** How late it may still start; found later, it is missed. */
  readonly graceSeconds: number
  /** The time over which its batches are spread, from when it is prepared; null: as fast as the provider takes them. */
  readonly spreadSeconds: number | null
  /** Whether it repeats an issue, leaving out whoever may have it already. */
  readonly again: boolean
  readonly pauseReason: PauseReason | null
  /** The size of the frozen audience; null until it is frozen. */
  readonly recipients: number | null
  readonly createdAt: Date
  readonly preparedAt: Date | null
  readonly finishedAt: Date | null
  readonly editions: readonly SendEdition[]
  /** The rules whose errors were let pass, by their ids. */
  readonly allowedChecks: readonly string[]
}

/** The edition that one variant of a send is pinned to. `locale` null: everybody whom no other variant fits. */
export type SendEdition = { readonly variant: string; readonly locale: string | null; readonly editionHash: string }

/** Rules whose errors an operator lets pass, by their ids, and who that is. */
export type AllowedChecks = { readonly rules: readonly string[]; readonly actor: string }

/** What has become of a send's recipients so far. Once it is sent: recipients = accepted + refused + uncertain + skipped. */
export type Progress = {
  readonly recipients: number
  readonly accepted: number
  readonly refused: number
  readonly uncertain: number
  readonly skipped: number
  /** Not yet handed to the provider, or in its hands without an answer. */
  readonly open: number
}

/** The whole share (0 to 1) of recipients whose outcome is known; 1 for an empty audience. */
export function shareDone(progress: Progress): number {
  return progress.recipients === 0 ? 1 : (progress.recipients - progress.open) / progress.recipients
}
