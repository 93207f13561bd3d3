import type { NewsletterId, SubscriberId } from '../id.ts'
import type {
  ConsentCircumstances,
  Subscriber,
  Subscription,
  SubscriptionMove,
  SubscriptionStatus,
} from '../subscriber/subscriber.ts'
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
  /** The link in the last one, which works for so many ms, keeps the next one back no longer. */
  readonly linkWorksMs: number
  /** What the request adds to. Once one of them is beyond its `max`, nothing else is done. */
  readonly counts: readonly RequestCount[]
  /** The confirmation mail for whoever it turns out to be: may be called more than once. */
  readonly confirmation: (subscriberId: SubscriberId) => SingleMail
}

/** For the log and tests; the reader is told the same whatever it is, but when there were too many. */
export type SubscriptionAnswer =
  | 'confirmation_written'
  | 'already_confirmed'
  | 'enough_confirmations'
  | 'suppressed'
  | { readonly tooMany: readonly RequestCount[] }

/** Something that asks: it adds `weight` to the count of `key`, which starts anew `withinMs` after its first. */
export type RequestCount = {
  readonly key: string
  readonly weight: number
  readonly max: number
  readonly withinMs: number
}

/** A mail that a move causes, written with it, to the subscriber as they are. */
export type ReaderMail = Pick<SingleMail, 'editionHash' | 'slotValues'>

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
  /** Counts a request by each of different keys, and says for each whether there are more than its `max` now. */
  count(counts: readonly RequestCount[]): Promise<readonly boolean[]>
  /** Counts it; then subscriber, pending subscription, consent record and confirmation mail, in one statement. */
  request(request: SubscriptionRequest): Promise<SubscriptionAnswer>
  /** Confirms a pending subscription, and writes `welcome` if it did. */
  confirm(
    newsletterId: NewsletterId,
    subscriberId: SubscriberId,
    circumstances: ConsentCircumstances,
    welcome?: ReaderMail,
  ): Promise<SubscriptionMove>
  /** Confirms a pending or an unsubscribed subscription: for a reader who says so where they could as well leave. */
  comeBack(
    newsletterId: NewsletterId,
    subscriberId: SubscriberId,
    circumstances: ConsentCircumstances,
  ): Promise<SubscriptionMove>
  /**
   * Takes effect before it returns: no batch frozen later holds the reader. `goodbye` is written for one who had
   * confirmed, unless they left within the last day too.
   */
  unsubscribe(
    newsletterId: NewsletterId,
    subscriberId: SubscriberId,
    circumstances: ConsentCircumstances,
    goodbye?: ReaderMail,
  ): Promise<SubscriptionMove>
  /** No send that is prepared, and no batch that is frozen, before then holds the reader; null ends a pause. */
  pause(
    newsletterId: NewsletterId,
    subscriberId: SubscriberId,
    until: Date | null,
    circumstances: ConsentCircumstances,
  ): Promise<void>
  /** What they say about themselves, for all newsletters; what is frozen stays. Null: as the newsletter has it. */
  setDetails(
    newsletterId: NewsletterId,
    subscriberId: SubscriberId,
    details: Pick<Subscriber, 'firstName' | 'locale' | 'timeZone'>,
    circumstances: ConsentCircumstances,
  ): Promise<void>
  /** Everything known of a confirmed reader that slots could show; for previews and test mail. */
  anyConfirmed(newsletterId: NewsletterId): Promise<Subscriber | null>
}
