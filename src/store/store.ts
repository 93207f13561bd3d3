import type { Article } from '../article/article.ts'
import type { Edition } from '../edition/edition.ts'
import type { ArticleId, BatchId, DeliveryId, IssueId, NewsletterId, SendId, SubscriberId } from '../id.ts'
import type { Issue, IssueChanges, StoredArticle } from '../issue/issue.ts'
import type { NewNewsletter, Newsletter, NewsletterChanges } from '../newsletter/newsletter.ts'
import type { Delivery, Outcome } from '../outcome/outcome.ts'
import type { DailyQuota, UsedToday } from '../provider/provider.ts'
import type { AllowedChecks, PauseReason, Progress, Send, SendEdition, SendState } from '../send/send.ts'
import type { BatchStore } from './batches.ts'
import type { EventStore } from './events.ts'
import type { ExportStore, ImportStore } from './imports.ts'
import type { InboundStore } from './inbound.ts'
import type { OperatorStore } from './operator.ts'
import type { PersonalDataStore } from './personal-data.ts'
import type { SubscriberStore } from './subscribers.ts'
import type { SuppressionStore } from './suppressions.ts'

/** A page of a list in a stable order: pass `next` on as `after` to go on; null at the end. */
export type Page<Row> = { readonly rows: readonly Row[]; readonly next: string | null }

/** `limit` 1 to 100; `after` is a page's `next`. */
export type PageRequest = { readonly limit: number; readonly after?: string | undefined }

export interface NewsletterStore {
  /** Null when the slug is taken. */
  create(newsletter: NewNewsletter): Promise<Newsletter | null>
  get(id: NewsletterId): Promise<Newsletter | null>
  /** By slug, or by id. */
  find(slugOrId: string): Promise<Newsletter | null>
  update(id: NewsletterId, changes: NewsletterChanges): Promise<Newsletter | null>
  list(): Promise<readonly Newsletter[]>
}

export interface ArticleStore {
  create(article: Article): Promise<StoredArticle>
  get(id: ArticleId): Promise<StoredArticle | null>
  /** In the order asked for; unknown ids are left out. */
  getMany(ids: readonly ArticleId[]): Promise<readonly StoredArticle[]>
  update(id: ArticleId, article: Article): Promise<StoredArticle | null>
  list(page: PageRequest): Promise<Page<StoredArticle>>
}

export interface IssueStore {
  /** Gives it the newsletter's next number. */
  create(
    issue: Omit<Issue, 'id' | 'number' | 'excerpt' | 'createdAt' | 'updatedAt'> & Partial<Pick<Issue, 'excerpt'>>,
  ): Promise<Issue>
  get(id: IssueId): Promise<Issue | null>
  update(id: IssueId, changes: IssueChanges): Promise<Issue | null>
  list(page: PageRequest & { readonly newsletterId?: NewsletterId | undefined }): Promise<Page<Issue>>
}

export interface EditionStore {
  /** Storing the same edition twice is storing it once. `issueId`: the issue it is a rendering of. */
  put(edition: Edition, issueId?: IssueId): Promise<void>
  get(hash: string): Promise<Edition | null>
  /** The issue that an edition is a rendering of, as it is now; null for a confirmation mail, say. */
  issueOf(hash: string): Promise<EditionIssue | null>
}

export type EditionIssue = {
  readonly issueId: IssueId
  readonly newsletterId: NewsletterId
  readonly articles: readonly Article[]
}

export type NewSend = {
  readonly issueId: IssueId
  readonly newsletterId: NewsletterId
  readonly scheduledAt: Date | 'now'
  readonly graceSeconds: number
  readonly spreadSeconds: number | null
  readonly again: boolean
  readonly editions: readonly SendEdition[]
  /** The checks that it was let pass in spite of, and by whom. */
  readonly allowed?: AllowedChecks | undefined
  /** A repeated request with the same key is answered with the send it made. */
  readonly idempotency: IdempotentRequest | undefined
}

/** A request that may come again: its key, and a hash (hex) of all that was asked for. */
export type IdempotentRequest = { readonly key: string; readonly requestHash: string }

export type Created =
  | { readonly kind: 'created'; readonly send: Send }
  /** The same request was made before. */
  | { readonly kind: 'replayed'; readonly send: Send }
  /** The key was used for another request. */
  | { readonly kind: 'key_reused' }
  /** The issue has a send that is not cancelled or missed and `again` was not asked for; or one that is not done with. */
  | { readonly kind: 'exists'; readonly sendId: SendId }

export type Prepared =
  | { readonly kind: 'prepared'; readonly recipients: number; readonly batches: number }
  /** Another process is at it, or it is past that state. */
  | { readonly kind: 'not_ours' }

/** What the rows say is due, for the sweep to ring about. */
export type DueWork = {
  readonly toPrepare: readonly SendId[]
  readonly toDeliver: readonly SendId[]
  readonly singles: boolean
}

export interface SendStore {
  create(send: NewSend): Promise<Created>
  /** What an earlier request with this key made, or that the key was used for another one; null when it is new. */
  findRequest(request: IdempotentRequest): Promise<Exclude<Created, { kind: 'created' | 'exists' }> | null>
  get(id: SendId): Promise<Send | null>
  list(
    page: PageRequest & { readonly newsletterId?: NewsletterId | undefined; readonly state?: SendState | undefined },
  ): Promise<Page<Send>>
  /** The open send of an issue, if there is one that has not begun. */
  scheduledFor(issueId: IssueId): Promise<Send | null>
  /** Only while it is scheduled; false otherwise. The same holds for `replaceEditions`. */
  reschedule(id: SendId, at: Date): Promise<boolean>
  replaceEditions(id: SendId, editions: readonly SendEdition[], allowed?: AllowedChecks): Promise<boolean>
  /** Moves a due send on to preparing, or to missed when its grace is over; null when it is neither. */
  begin(id: SendId): Promise<'preparing' | 'missed' | null>
  /** Freezes the audience and cuts the batches, in one transaction; `sizes` gives recipients a batch for each variant. */
  prepare(id: SendId, sizes: Readonly<Record<string, number>>): Promise<Prepared>
  /** Whether anybody would be written to now. */
  hasReaders(newsletterId: NewsletterId): Promise<boolean>
  /** Which of these languages its confirmed readers have, however many readers there are. */
  languagesOf(newsletterId: NewsletterId, among: readonly string[]): Promise<readonly string[]>
  pause(id: SendId, reason: PauseReason, actor: string): Promise<boolean>
  resume(id: SendId, actor: string): Promise<boolean>
  /** From then on nothing of it is claimed any more. */
  cancel(id: SendId, actor: string): Promise<boolean>
  /** Unclaimed members of cancelled sends become skipped, their doubts are held; a part of them a call. Returns the batches done. */
  finishCancelled(): Promise<number>
  progress(id: SendId): Promise<Progress>
  /** Marks the sends as sent that have nothing open any more; returns them. */
  settle(): Promise<readonly SendId[]>
  /** `account`: the one that mail would go through. */
  due(account: string): Promise<DueWork>
}

export interface DeliveryStore {
  get(id: DeliveryId): Promise<Delivery | null>
  list(page: PageRequest & { readonly sendId: SendId; readonly outcome?: Outcome | undefined }): Promise<Page<Delivery>>
  /** Writes a mail to one reader down as a batch of one. */
  addSingle(mail: SingleMail): Promise<{ readonly deliveryId: DeliveryId; readonly batchId: BatchId }>
}

/** A mail to one reader: a confirmation, a test. */
export type SingleMail = {
  readonly newsletterId: NewsletterId
  readonly subscriberId: SubscriberId | null
  readonly address: string
  readonly editionHash: string
  readonly slotValues: Readonly<Record<string, string>>
}

export type BlockReason = 'quota' | 'auth' | 'down'

/** The account's row: its pace and whether it can be used. */
export type ProviderState = {
  readonly account: string
  readonly name: string
  readonly requestsPerSecond: number
  readonly blockedUntil: Date | null
  readonly blockedReason: BlockReason | null
  readonly blockedDetail: string | null
  /** Null: it has no quota of the day, or none is known. */
  readonly dailyQuota: DailyQuota | null
}

export type Slot =
  /** It is ours; the call may be made once `waitMs` have passed. A `probe` asks a provider that was down. */
  | {
      readonly kind: 'slot'
      readonly waitMs: number
      readonly requestsPerSecond: number
      readonly probe: boolean
      /** A quota of the day is known, so what is used of it matters. */
      readonly countsDay: boolean
      /** How much slots have been put off up to this one; means something to `postpone`. */
      readonly postponedMs: number
    }
  /** The next slot is too far off to be handed out; in `waitMs` it no longer is. */
  | { readonly kind: 'later'; readonly waitMs: number }
  | { readonly kind: 'blocked'; readonly reason: BlockReason }

export interface PaceStore {
  /** Makes the account's row if it is not there. */
  ensure(account: {
    readonly account: string
    readonly name: string
    readonly requestsPerSecond: number
  }): Promise<void>
  get(account: string): Promise<ProviderState | null>
  /** Takes the next slot of the account, for whatever is due when its time comes. At most a fifth of a second ahead. */
  takeSlot(account: string): Promise<Slot>
  /** The probe of a provider that is down led to no call: the next slot is one, at once. */
  probeAgain(account: string): Promise<void>
  /** No slot before `afterMs` from now. */
  slowDown(account: string, afterMs: number): Promise<void>
  /**
   * A call left so much later than it should have, whose slot knew of `postponedMs`: the slots that nobody has yet move by
   * what other late calls have not moved them since.
   */
  postpone(account: string, lateMs: number, postponedMs: number): Promise<void>
  /** From now on, slots are so far apart; those handed out already stay. */
  learn(account: string, requestsPerSecond: number): Promise<void>
  /** Whether it is time to ask for the quota of the day: bulk mail is to come, and nobody asked in the last minutes. */
  shouldAskQuota(account: string): Promise<boolean>
  learnQuota(account: string, quota: DailyQuota): Promise<void>
  noteUsed(account: string, day: UsedToday): Promise<void>
  /** `forMs` undefined: until the operator says otherwise. A `down` changes nothing about a block that stands. */
  block(account: string, reason: BlockReason, forMs: number | undefined, detail: string): Promise<void>
  /** Ends a block; with `reason`, only one of that reason. */
  unblock(account: string, reason?: BlockReason): Promise<void>
  /** Which of these receiving domains asked for less, and how long to wait; one whose time is over takes one message. */
  enterDomains(account: string, domains: readonly string[]): Promise<readonly DomainWait[]>
  /** Nothing to that domain for `forMs`, doubled each time in a row, at most 4 h. */
  deferDomain(account: string, domain: string, forMs: number): Promise<void>
  clearDomain(account: string, domain: string): Promise<void>
}

/** `waitMs` null: one message may go there now, to see whether it is taken. */
export type DomainWait = { readonly domain: string; readonly waitMs: number | null }

/** What an API key may do. `public`-facing pages need none. */
export type Scope = 'read' | 'write' | 'send'

export type ApiKey = {
  readonly id: string
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly createdAt: Date
  readonly lastUsedAt: Date | null
}

export interface KeyStore {
  create(key: { readonly name: string; readonly hash: string; readonly scopes: readonly Scope[] }): Promise<ApiKey>
  /** The key with that sha256 (hex), unless it was revoked; notes that it was used. */
  findByHash(hash: string): Promise<ApiKey | null>
  list(): Promise<readonly ApiKey[]>
  revoke(id: string): Promise<boolean>
}

/** Everything that lasts. One small interface an aggregate; `docs/architecture.md` shows which verb uses which. */
export interface Store {
  readonly newsletters: NewsletterStore
  readonly articles: ArticleStore
  readonly issues: IssueStore
  readonly editions: EditionStore
  readonly sends: SendStore
  readonly batches: BatchStore
  readonly deliveries: DeliveryStore
  readonly pace: PaceStore
  readonly subscribers: SubscriberStore
  readonly personalData: PersonalDataStore
  readonly suppressions: SuppressionStore
  readonly imports: ImportStore
  readonly exports: ExportStore
  readonly events: EventStore
  readonly inbound: InboundStore
  readonly keys: KeyStore
  readonly operator: OperatorStore
  /** Runs `work` unless another process is running work under the same name right now; tells whether it ran. */
  alone(name: 'sweep', work: () => Promise<void>): Promise<boolean>
  /** The database's time, to compare a worker's clock with. */
  now(): Promise<Date>
  /** What it is, for people: version and where. */
  describe(): Promise<string>
  close(): Promise<void>
}
