import type { Edition, SlotValues } from '../edition/edition.ts'
import type { DeliveryId } from '../id.ts'

/** One member of a frozen batch: everything its message is made of, apart from the edition. */
export type FrozenRecipient = {
  readonly deliveryId: DeliveryId
  /** The bare address, as it goes into `To`. */
  readonly address: string
  /** The values of this recipient's slots, finished URLs and tokens included. */
  readonly values: SlotValues
}

/**
 * What a batch's bytes are rebuilt from, to the last bit, whenever it has to be asked about again. Written down and
 * committed before the first byte leaves; never changed while the batch is in doubt.
 */
export type FrozenBatch = {
  readonly editionHash: string
  /** `Name <address>`, ready for the wire. */
  readonly from: string
  readonly replyTo: string | undefined
  /** Tags of every message, besides `delivery`, which a provider adds itself. Names and values: `[A-Za-z0-9_-]`, 1–256. */
  readonly tags: Readonly<Record<string, string>>
  /** Slot values that all recipients share (the view-in-browser link, say). */
  readonly shared: SlotValues
  readonly recipients: readonly FrozenRecipient[]
}

/** A batch as the provider takes it, once: when the call is over, its memory may hold another. */
export type Body = { readonly bytes: Uint8Array /** hex */; readonly sha256: string }

/** What became of one message of a batch, in the order of its recipients. */
export type MessageAnswer =
  | { readonly kind: 'accepted'; readonly providerMessageId: string }
  /** The provider said no to this message, for good. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The provider said no to this message, for now. `domainWide`: to whatever goes to that domain. */
  | {
      readonly kind: 'deferred'
      readonly reason: string
      readonly retryAfterMs: number
      readonly domainWide?: boolean
    }
  /** Nobody can know. */
  | { readonly kind: 'uncertain'; readonly reason: string }

/**
 * What a call came to. `answered` holds one answer a message. All other kinds are about the whole call; `proof` says
 * whether they prove that nothing of it was accepted.
 */
export type CallAnswer =
  | { readonly kind: 'answered'; readonly messages: readonly MessageAnswer[] }
  /** 429: nothing was taken, ask again later; never counts as an attempt. */
  | { readonly kind: 'slow_down'; readonly retryAfterMs: number }
  /** A quota is used up until `retryAfterMs` from now; undefined: until the operator has dealt with it. */
  | { readonly kind: 'quota'; readonly retryAfterMs: number | undefined; readonly detail: string }
  /** The key, the domain or the account is not allowed to send: the operator's business. */
  | { readonly kind: 'unauthorised'; readonly detail: string }
  /** No connection was made, so nothing was taken. */
  | { readonly kind: 'unreachable'; readonly detail: string }
  /** The call as a whole is not valid, so nothing was taken. */
  | { readonly kind: 'invalid'; readonly detail: string }
  /** An earlier call with the same key is still running there: ask again with the same bytes. */
  | { readonly kind: 'in_flight'; readonly retryAfterMs: number }
  /** An earlier call with the same key had other bytes: never ask again, never with another key. */
  | { readonly kind: 'key_mismatch'; readonly detail: string }
  /** The answer was lost, cut short or is a 5xx: it may or may not have been taken. */
  | { readonly kind: 'lost'; readonly detail: string }

/** What the provider let us know in passing, with any answer: its limit, and what was used of the day's quota. */
export type PaceReport = {
  readonly requestsPerSecond?: number | undefined
  /** The place of the call, from 1, among those that the provider counted in a window of its limit. */
  readonly placeInWindow?: number | undefined
  readonly day?: UsedToday | undefined
}

/** Recipients counted against the quota of a day that ends at `resetsAt`. */
export type UsedToday = { readonly used: number; readonly resetsAt: Date }

/** A quota of the day; `limit` null: there is none. */
export type DailyQuota = UsedToday & { readonly limit: number | null }

export type Submission = { readonly answer: CallAnswer; readonly pace?: PaceReport | undefined }

export type ProviderName = 'outbox' | 'resend' | 'smtp'

/**
 * The way out: takes batches and says what became of them. Implementations are small and keep nothing between calls;
 * what has to last is in the rows. `docs/providers.md` tells how to write one.
 */
export interface Provider {
  readonly name: ProviderName
  /** Tells one account at the provider from another without giving its key away. */
  readonly account: string
  /** The version of the assembling code. A frozen batch of another version is never rebuilt and submitted. */
  readonly wire: string
  readonly flags: {
    /** Repeating a call with the same key and bytes is harmless. Without it, the unit is one message. */
    readonly idempotent: boolean
    /** Takes more than one message in a call. Without it, `assemble` and `submit` are only ever given one. */
    readonly batch: boolean
    /** Tells later what became of a message, by webhook. */
    readonly reportsEvents: boolean
    /** Mail leaves this machine, so links have to work elsewhere. */
    readonly leavesMachine: boolean
    /** Writes to addresses with letters beyond ASCII before the @ (RFC 6531), as far as servers on the way do. Default: no. */
    readonly internationalAddresses?: boolean
  }
  readonly limits: {
    readonly maxRecipients: number
    readonly maxBodyBytes: number
    /** To start with; the row in the store learns the real one. */
    readonly requestsPerSecond: number
    /** How long one call may take before its answer counts as lost. */
    readonly deadlineMs: number
  }
  /** Pure: no clock, no randomness; the same edition and batch give the same bytes for ever (within one `wire`). */
  assemble(edition: Edition, batch: FrozenBatch): Body
  /**
   * Never throws for what a provider or a network can do; `signal` aborts the call, and its answer is then lost. The key
   * is the batch's and its generation's; without `flags.batch`, the delivery's.
   */
  submit(body: Body, call: { readonly idempotencyKey: string; readonly signal: AbortSignal }): Promise<Submission>
  /** Asks for the quota of the day, without sending anything; null when it cannot be told. */
  dailyQuota?(signal: AbortSignal): Promise<DailyQuota | null>
  /** Whether the account can be used now, without sending anything; for `doctor`. */
  check(signal: AbortSignal): Promise<{ readonly ok: boolean; readonly detail: string }>
  /** Ends what it keeps open, calls under way included. */
  close?(): Promise<void>
}

/** Whether an answer proves that nothing of the call was accepted (design: an answer that proves non-acceptance). */
export function provesNothingAccepted(answer: CallAnswer): boolean {
  switch (answer.kind) {
    case 'slow_down':
    case 'quota':
    case 'unauthorised':
    case 'unreachable':
    case 'invalid':
      return true
    case 'answered':
    case 'in_flight':
    case 'key_mismatch':
    case 'lost':
      return false
  }
}
