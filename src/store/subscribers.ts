import type { NewsletterId, SubscriberId } from '../id.ts'
import type { ConsentCircumstances, Subscriber, Subscription, SubscriptionStatus } from '../subscriber/subscriber.ts'
import type { Suppression, SuppressionReason } from '../suppression/suppression.ts'
import type { Page, PageRequest, SingleMail } from './store.ts'

/** Someone asks to read a newsletter. */
export type SubscriptionRequest = {
  readonly newsletterId: NewsletterId
  readonly address: string
  readonly addressKey: string
  readonly firstName: string
  readonly locale: string | null
  readonly circumstances: ConsentCircumstances
  /** At most so many confirmation mails until one is answered … */
  readonly maxConfirmations: number
  /** … and none within so many ms of the last. */
  readonly minGapMs: number
  /** The confirmation mail, once it is known whom it is for. Called inside the transaction: quick, no I/O. */
  readonly confirmation: (subscriberId: SubscriberId) => SingleMail
}

/** For the log and tests; the reader is told the same whatever it is. */
export type SubscriptionAnswer = 'confirmation_written' | 'already_confirmed' | 'enough_confirmations' | 'suppressed'

/** One good row of an import. */
export type ImportRow = {
  readonly address: string
  readonly addressKey: string
  readonly firstName: string
  readonly attributes: Readonly<Record<string, string>>
  /** Null or left out: what is known stays. */
  readonly locale?: string | null
}

/** What an import changed; rows of people who had left stay as they were. */
export type ImportResult = {
  readonly added: number
  readonly updated: number
  readonly keptUnsubscribed: number
  readonly suppressed: number
}

/** A subscriber with what they have subscribed to. */
export type SubscriberWithSubscriptions = Subscriber & { readonly subscriptions: readonly Subscription[] }

export interface SubscriberStore {
  get(id: SubscriberId): Promise<SubscriberWithSubscriptions | null>
  findByAddress(addressKey: string): Promise<SubscriberWithSubscriptions | null>
  list(
    page: PageRequest & {
      readonly newsletterId?: NewsletterId | undefined
      readonly status?: SubscriptionStatus | undefined
    },
  ): Promise<Page<SubscriberWithSubscriptions>>
  /** Subscriber, pending subscription, consent record and confirmation mail, in one transaction. */
  request(request: SubscriptionRequest): Promise<SubscriptionAnswer>
  /** Confirms a pending (or, as an undo, an unsubscribed) subscription; true also when it was confirmed already. */
  confirm(newsletterId: NewsletterId, subscriberId: SubscriberId, circumstances: ConsentCircumstances): Promise<boolean>
  /** Takes effect before it returns: no batch frozen later holds the reader. True also when they had left already. */
  unsubscribe(
    newsletterId: NewsletterId,
    subscriberId: SubscriberId,
    circumstances: ConsentCircumstances,
  ): Promise<boolean>
  /** The language of what they get and see from now on, in all newsletters; what is frozen stays. */
  setLocale(subscriberId: SubscriberId, locale: string): Promise<void>
  /** Adds people whose consent was given elsewhere, as confirmed. Nobody who left, or is suppressed, is brought back. */
  import(
    newsletterId: NewsletterId,
    rows: readonly ImportRow[],
    circumstances: ConsentCircumstances,
  ): Promise<ImportResult>
  /** Everything known of a confirmed reader that slots could show; for previews and test mail. */
  anyConfirmed(newsletterId: NewsletterId): Promise<Subscriber | null>
}

export interface SuppressionStore {
  /** Takes effect before it returns. True when it is new. */
  add(suppression: {
    readonly addressKey: string
    readonly newsletterId: NewsletterId | null
    readonly reason: SuppressionReason
    readonly source: string
  }): Promise<boolean>
  find(addressKey: string): Promise<readonly Suppression[]>
  list(page: PageRequest): Promise<Page<Suppression>>
  lift(id: string): Promise<boolean>
}
