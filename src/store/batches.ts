import type { BatchId, DeliveryId, SendId, SubscriberId } from '../id.ts'
import type { Newsletter } from '../newsletter/newsletter.ts'
import type { Evidence } from '../outcome/outcome.ts'
import type { FrozenBatch } from '../provider/provider.ts'
import type { HeldReason } from '../send/batch.ts'

/** Everything that the bytes of a batch depend on, committed before the first of them leaves. */
export type Frozen = {
  readonly batch: FrozenBatch
  /** The assembling code's version. */
  readonly wire: string
  readonly provider: string
  readonly account: string
  /** Of the body, hex; null where messages go one by one: none of them is ever repeated. */
  readonly sha256: string | null
}

/** A batch in a worker's hands, frozen: its bytes may leave. */
export type ClaimedBatch = {
  readonly id: BatchId
  readonly kind: 'bulk' | 'single'
  readonly sendId: SendId | null
  readonly generation: number
  /** The fence: decisions about the batch count only while this is its newest attempt. */
  readonly attempt: number
  readonly setbacks: number
  /** True when the provider may have taken it in an earlier attempt. */
  readonly wasInDoubt: boolean
  readonly frozen: Frozen
}

/** One member of a batch at the time it is frozen, with all that its slots can be filled from. */
export type Member = {
  readonly deliveryId: DeliveryId
  readonly subscriberId: SubscriberId | null
  readonly address: string
  readonly firstName: string
  readonly attributes: Readonly<Record<string, string>>
  /** Values that only this delivery has (a confirmation link). */
  readonly slotValues: Readonly<Record<string, string>>
}

/** A batch about to be frozen for the first time in its generation. */
export type FreshBatch = {
  readonly id: BatchId
  readonly kind: 'bulk' | 'single'
  readonly newsletter: Newsletter
  readonly sendId: SendId | null
  readonly members: readonly Member[]
}

/**
 * Gives what turns a fresh batch of an edition into what its bytes are made of. The edition is read first, while nobody
 * waits; the rest happens while readers who want to leave wait for it: quick, and without I/O.
 */
export type Freeze = (editionHash: string) => Promise<(fresh: FreshBatch) => Frozen>

/** Who claims: the account whose slot was taken, and the worker that will hold the lease. */
export type Claimant = {
  readonly account: string
  /** Its messages are submitted one at a time, each begun and recorded for itself. */
  readonly oneByOne: boolean
  readonly worker: string
  readonly leaseMs: number
}

export type Claim =
  /** Frozen and committed: its bytes may leave. */
  | { readonly kind: 'claimed'; readonly batch: ClaimedBatch }
  /** A batch was due, but nobody in it is to be written to: all have left, or its send was just stopped. Claim again. */
  | { readonly kind: 'emptied' }
  /** A batch was due, but freezing it failed; it was put off and `error` wants to be logged. */
  | { readonly kind: 'not_frozen'; readonly batchId: BatchId; readonly error: unknown }
  /** Nothing is due for this account. */
  | { readonly kind: 'none' }

/** Whether one message of a batch may leave now. */
export type Begin =
  /** Committed: should nobody record what became of it, it is uncertain. */
  | 'begun'
  /** Its outcome is known already. */
  | 'gone'
  /** Its send was paused or cancelled. */
  | 'stopped'
  /** Single mail is waiting, and goes first. */
  | 'yield'
  /** The batch is another attempt's by now. */
  | 'lost_fence'

/** A batch as held by one attempt; what is decided with an outdated attempt changes nothing. */
export type Fence = { readonly id: BatchId; readonly attempt: number }

/** The sending protocol's rows. Decisions are fenced; evidence is not. Every method commits before it returns. */
export interface BatchStore {
  /**
   * Takes the next due batch, single mail first: members who left or are suppressed become skipped, the rest is frozen,
   * and all of it is committed at once. A batch that is in doubt is taken as it was frozen.
   */
  claim(claimant: Claimant, freeze: Freeze): Promise<Claim>
  /** Extends the lease; false when the batch is no longer this attempt's, or in doubt for longer than `maxDoubtMs`. */
  renew(fence: Fence, lease: { readonly leaseMs: number; readonly maxDoubtMs: number }): Promise<boolean>
  /** Before one message of a batch that goes one by one: its delivery becomes submitting, if that is still to be. */
  begin(fence: Fence, message: { readonly deliveryId: DeliveryId; readonly address: string }): Promise<Begin>
  /** What was begun and certainly not taken is planned again. `deferred` counts; returns how often it has been. */
  putBack(fence: Fence, deliveryId: DeliveryId, how: { readonly deferred: boolean }): Promise<number>
  /** Writes down what was learned, by delivery, and settles the batch when no member of it is left open. */
  record(batchId: BatchId, evidence: readonly Evidence[]): Promise<void>
  /**
   * Gives the batch back. With `nothingAccepted` it becomes pending under a new generation, to be checked and frozen
   * anew; without, it is in doubt and will be asked about with the same bytes. `setback` counts towards the back-off.
   */
  giveBack(
    fence: Fence,
    how: { readonly nothingAccepted: boolean; readonly afterMs: number; readonly setback: boolean },
  ): Promise<boolean>
  /** Holds the batch for the operator; its open deliveries become uncertain. */
  hold(fence: Fence, reason: HeldReason): Promise<boolean>
  /**
   * Splits a batch that was refused whole into two pending halves. `alike` when its other half was refused whole too:
   * then nothing is split. The caller gives the batch back as pending, as a setback; after one it is split all the same.
   */
  split(fence: Fence): Promise<'split' | 'alike' | 'lost_fence'>
  /**
   * Leases that ran out become doubts; doubts that no provider will remember (older than `tooOldMs`) are held. Where
   * messages go one by one, only what was begun is uncertain, for good; the others are pending again.
   */
  takeOver(tooOldMs: number): Promise<{ readonly expired: number; readonly held: number }>
  /** Holds the doubts that belong to another account than the configured one. */
  holdForeign(account: string): Promise<number>
}
