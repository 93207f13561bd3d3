import type { NewsletterId, SubscriberId } from '../id.ts'

/** A person we may write to, once a subscription of theirs is confirmed. */
export type Subscriber = {
  readonly id: SubscriberId
  readonly address: string
  readonly firstName: string
  /** Whatever else is known, by column name; shown by slots and asked by conditions. */
  readonly attributes: Readonly<Record<string, string>>
  /** BCP 47; null: the newsletter's. */
  readonly locale: string | null
  readonly timeZone: string | null
  readonly createdAt: Date
}

export type SubscriptionStatus = 'pending' | 'confirmed' | 'unsubscribed'

/** The moves a subscription may make. */
export const SUBSCRIPTION_MOVES: Readonly<Record<SubscriptionStatus, readonly SubscriptionStatus[]>> = {
  pending: ['confirmed', 'unsubscribed'],
  confirmed: ['unsubscribed'],
  unsubscribed: ['pending', 'confirmed'],
}

/** A person's consent to one newsletter. */
export type Subscription = {
  readonly newsletterId: NewsletterId
  readonly subscriberId: SubscriberId
  readonly status: SubscriptionStatus
  readonly requestedAt: Date
  readonly confirmedAt: Date | null
  readonly unsubscribedAt: Date | null
  /** No issue goes to them before that; null or past: not paused. */
  readonly pausedUntil: Date | null
}

/** What a move found, and whether it changed it; `was` null: there is no such subscription. */
export type SubscriptionMove = { readonly was: SubscriptionStatus | null; readonly moved: boolean }

/** Under what circumstances something about a subscription was said; goes into the consent record. */
export type ConsentCircumstances = {
  /** How: `form`, `api`, `one_click`, `page`, `mail`, or for imports the source that the operator stated. */
  readonly source: string
  /** Where: the page that held the form, or the address that was written to. */
  readonly form?: string | undefined
  /** The words the reader agreed to, as shown, and their version. */
  readonly wording?: string | undefined
  readonly wordingVersion?: string | undefined
  readonly ipHash?: string | undefined
  readonly userAgent?: string | undefined
}
