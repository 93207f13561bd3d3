import type { Clock } from '../clock.ts'
import type { Logger } from '../log.ts'
import type { Newsletter } from '../newsletter/newsletter.ts'
import { EVENTS_BELL } from '../outcome/apply.ts'
import type { MailSource } from '../provider/mail-source.ts'
import type { Queue } from '../queue/queue.ts'
import type { InboundStore, NamedDelivery, TakenInbound } from '../store/inbound.ts'
import type { NewsletterStore } from '../store/store.ts'
import { readAddress } from '../subscriber/address.ts'
import { type ConfirmReaderDeps, confirmReader } from '../subscriber/confirm.ts'
import { type SubscribeDeps, subscribe } from '../subscriber/subscribe.ts'
import type { ConsentCircumstances } from '../subscriber/subscriber.ts'
import type { Tokens } from '../subscriber/token.ts'
import { type LeaveNewsletterDeps, leaveNewsletter } from '../subscriber/unsubscribe.ts'
import type { MailAddresses, Recipient } from './addresses.ts'
import { mailEvent } from './event.ts'
import type { InboundOutcome, InboundReason } from './inbound.ts'
import type { ParsedMail } from './parse.ts'
import { readMail } from './read-mail.ts'
import { type Proof, type Told, toldOf, type Understanding, understand } from './understand.ts'

type ReaderDeps = ConfirmReaderDeps & LeaveNewsletterDeps & SubscribeDeps

/** What dealing with mail needs. */
export type ApplyInboundDeps = Omit<ReaderDeps, 'subscribers' | 'newsletters'> & {
  readonly store: {
    readonly inbound: InboundStore
    readonly newsletters: Pick<NewsletterStore, 'list' | 'find'>
    readonly subscribers: ReaderDeps['subscribers']
  }
  /** Null: no domain is set up for mail. */
  readonly inbound: { readonly addresses: MailAddresses } | null
  readonly mailSources: readonly MailSource[]
  readonly tokens: Tokens
  readonly queue: Pick<Queue, 'enqueue'>
  readonly clock: Clock
  readonly log: Logger
}

/** Longer than dealing with one takes. */
const LEASE_MS = 5 * 60_000
/** With what lies between them, about a day. */
const MAX_ATTEMPTS = 30
const MAX_WAIT_MS = 3_600_000
/** More than any mail needs that is answered, or waits for its delivery: whoever took it did not survive it. */
const MAX_TAKEN = 2 * MAX_ATTEMPTS
/** How long a bounce waits until it is known to whom its delivery went. */
const EARLY_FOR_MS = 24 * 3_600_000
const BY_MAIL: ConsentCircumstances = { source: 'mail' }
/** How long mail that is dealt with is kept. */
const KEEP_DAYS = 90

/**
 * Deals with what is due of the mail that came in until nothing is or `signal` aborts. Any number may be at it, and
 * dying at any point leaves the rest to the next: doing any of it twice is harmless.
 */
export async function applyDueMail(deps: ApplyInboundDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const taken = await deps.store.inbound.take(LEASE_MS)
    if (!taken) return
    if (taken.attempts > MAX_TAKEN) await settle(deps, taken, { state: 'kept', kind: 'unknown', reason: 'failed' })
    else await deal(deps, taken, signal).catch((err: unknown) => setBack(deps, taken, 'failed', err))
  }
}

/** Deletes mail that is dealt with and has been kept long enough, a part of it a call. */
export function pruneInbound(store: { readonly inbound: Pick<InboundStore, 'prune'> }): Promise<number> {
  return store.inbound.prune(KEEP_DAYS)
}

async function deal(deps: ApplyInboundDeps, taken: TakenInbound, signal: AbortSignal): Promise<void> {
  const { store, inbound, clock } = deps
  const newsletters = await store.newsletters.list()
  const recipient = inbound?.addresses.read(taken.recipient, newsletters, clock.now())
  if (!recipient) return settle(deps, taken, { state: 'kept', kind: 'unknown', reason: 'not_ours' })
  const raw = taken.raw ?? (await fetchContent(deps, taken, recipient, signal))
  if (!raw) return
  const mail = await readMail(raw)
  if (!mail) return withoutContent(deps, taken, recipient, { reason: 'not_readable' })
  const isFromUs = isOurs(
    mail.from,
    newsletters,
    (from) => inbound?.addresses.read(from, newsletters, clock.now()) ?? null,
  )
  await act(deps, taken, mail, understand({ recipient, mail, sender: taken.sender, isFromUs }), recipient)
}

/** A newsletter reads no newsletter, and our addresses write no mail: such a mail is ours that comes back. */
function isOurs(
  from: string | null,
  newsletters: readonly Newsletter[],
  read: (address: string) => Recipient | null,
): boolean {
  if (from === null) return false
  if (newsletters.some(({ fromAddress }) => fromAddress.toLowerCase() === from)) return true
  const recipient = read(from)
  return recipient !== null && recipient.kind !== 'desk'
}

async function fetchContent(
  deps: ApplyInboundDeps,
  taken: TakenInbound,
  recipient: Recipient,
  signal: AbortSignal,
): Promise<Uint8Array | null> {
  const source = deps.mailSources.find(({ name }) => name === taken.source)
  const fetched = source ? await source.fetch(taken.sourceId, signal) : null
  if (fetched?.kind === 'fetched') {
    await deps.store.inbound.fill(taken.id, fetched.raw)
    return fetched.raw
  }
  if (fetched?.kind === 'later') {
    if (!signal.aborted) await setBack(deps, taken, 'not_fetched', fetched.detail)
    return null
  }
  await withoutContent(deps, taken, recipient, { reason: 'not_fetched', detail: fetched?.detail })
  return null
}

/** Whoever wants to leave says so by the address alone. */
function withoutContent(
  deps: ApplyInboundDeps,
  taken: TakenInbound,
  recipient: Recipient,
  why: Pick<InboundOutcome, 'reason' | 'detail'>,
): Promise<void> {
  if (recipient.kind === 'leave') return actForReader(deps, taken, recipient)
  return settle(deps, taken, { state: 'kept', kind: 'unknown', ...why })
}

async function act(
  deps: ApplyInboundDeps,
  taken: TakenInbound,
  mail: ParsedMail,
  wanted: Understanding,
  recipient: Recipient,
): Promise<void> {
  switch (wanted.kind) {
    case 'report':
      return actOnReport(deps, taken, mail, wanted)
    case 'leave':
    case 'confirm':
      return actForReader(deps, taken, wanted)
    case 'subscribe':
      return actForNewcomer(deps, taken, wanted)
    case 'nothing': {
      const about = 'subscriberId' in recipient ? await readerOf(deps, recipient.subscriberId) : {}
      const { was: kind, reason } = wanted
      const state = reason === 'not_understood' ? 'kept' : 'ignored'
      return settle(deps, taken, { state, kind, reason, ...writerOf(mail), ...about })
    }
  }
}

type Report = Extract<Understanding, { kind: 'report' }>

/** What a report tells is written down as an event of its delivery, if it proves to be about it. */
async function actOnReport(
  deps: ApplyInboundDeps,
  taken: TakenInbound,
  mail: ParsedMail,
  wanted: Report,
): Promise<void> {
  const { proof, told, messageId } = wanted
  const kind = kindOf(told)
  const keep = (reason: InboundReason) =>
    settle(deps, taken, { state: 'kept', kind, reason, detail: detailOf(told[0]) })
  const delivery = await findDelivery(deps, proof)
  if (!delivery) return keep('no_delivery')
  const { id: deliveryId, addressKey, newsletterId } = delivery
  if (addressKey === null) {
    const waitedMs = deps.clock.now().getTime() - taken.receivedAt.getTime()
    if (waitedMs >= EARLY_FOR_MS) return keep('never_recorded')
    return deps.store.inbound.postpone(taken.id, waitOf(taken))
  }
  const theirs = toldOf(told, addressKey, proof, mail.original)
  if (!theirs) return keep('other_address')
  const event = { deliveryId, addressKey, messageId: messageId ?? deliveryId, report: theirs.report }
  const about = { deliveryId, newsletterId, addressKey, subscriberId: delivery.subscriberId ?? undefined }
  const outcome = {
    state: 'applied',
    kind: kindOf([theirs]),
    reason: null,
    detail: detailOf(theirs),
    ...about,
  } as const
  await settle(deps, taken, outcome, mailEvent(taken.id, event, taken.receivedAt))
  await deps.queue.enqueue(EVENTS_BELL)
}

function findDelivery({ store, tokens, clock }: ApplyInboundDeps, proof: Proof): Promise<NamedDelivery | null> {
  if (proof.kind === 'delivery') return store.inbound.findDelivery(proof.deliveryId)
  const read = proof.kind === 'link' ? tokens.read('unsubscribe', proof.token, clock.now()) : null
  if (read?.kind !== 'ok') return Promise.resolve(null)
  return store.inbound.findLastDelivery(read.newsletterId, read.subscriberId)
}

async function actForReader(
  deps: ApplyInboundDeps,
  taken: TakenInbound,
  { kind, newsletterId, subscriberId }: Extract<Understanding, { kind: 'leave' | 'confirm' }>,
): Promise<void> {
  const newsletter = await deps.store.newsletters.find(newsletterId)
  if (!newsletter) return settle(deps, taken, { state: 'kept', kind, reason: 'not_ours' })
  const about = { newsletterId, ...(await readerOf(deps, subscriberId)) }
  const using = { ...deps, subscribers: deps.store.subscribers }
  const isDone =
    kind === 'leave'
      ? await leaveNewsletter(using, newsletter, subscriberId, BY_MAIL)
      : (await confirmReader(using, newsletter, subscriberId, BY_MAIL)) === 'confirmed'
  const done = isDone ? ({ state: 'applied', reason: null } as const) : NOTHING_TO_DO
  await settle(deps, taken, { kind, ...done, ...about })
}

const NOTHING_TO_DO = { state: 'ignored', reason: 'nothing_to_do' } as const

async function actForNewcomer(
  deps: ApplyInboundDeps,
  taken: TakenInbound,
  { slug, address: email }: Extract<Understanding, { kind: 'subscribe' }>,
): Promise<void> {
  const { newsletters, subscribers } = deps.store
  const input = { newsletter: slug, email, firstName: '', locale: null }
  const answer = await subscribe({ ...deps, newsletters, subscribers }, input, BY_MAIL)
  const addressKey = email.toLowerCase()
  if (answer.kind !== 'heard') return settle(deps, taken, { kind: 'subscribe', addressKey, ...NOTHING_TO_DO })
  const newsletterId = answer.newsletter.id
  await settle(deps, taken, { state: 'applied', kind: 'subscribe', reason: null, addressKey, newsletterId })
}

/** What erasing whoever wrote finds their mail by. */
function writerOf({ from }: ParsedMail) {
  const reading = readAddress(from ?? '')
  return reading.kind === 'ok' ? { addressKey: reading.key } : {}
}

/** What erasing a reader finds their mail by. */
async function readerOf({ store }: ApplyInboundDeps, subscriberId: NonNullable<InboundOutcome['subscriberId']>) {
  const reader = await store.subscribers.get(subscriberId)
  return { subscriberId, ...(reader ? { addressKey: reader.address.toLowerCase() } : {}) }
}

async function settle(
  { store, log }: ApplyInboundDeps,
  { id }: TakenInbound,
  outcome: InboundOutcome,
  event?: Parameters<InboundStore['settle']>[2],
): Promise<void> {
  await store.inbound.settle(id, outcome, event)
  const { state, kind, reason } = outcome
  log[state === 'kept' ? 'info' : 'debug']({ event: 'inbound_mail', mail: id, state, kind, reason })
}

/** Tries again later; what has failed for about a day is kept for the operator. */
async function setBack(deps: ApplyInboundDeps, taken: TakenInbound, reason: 'failed' | 'not_fetched', why: unknown) {
  deps.log.warn({ event: 'inbound_mail_set_back', mail: taken.id, reason, attempt: taken.attempts, err: why })
  if (taken.attempts < MAX_ATTEMPTS) return deps.store.inbound.postpone(taken.id, waitOf(taken))
  return settle(deps, taken, { state: 'kept', kind: 'unknown', reason })
}

function waitOf({ attempts }: TakenInbound): number {
  return Math.min(5_000 * 2 ** attempts, MAX_WAIT_MS)
}

function kindOf(told: readonly Told[]): 'bounce' | 'complaint' | 'notice' {
  if (told.some(({ report }) => report === 'complained')) return 'complaint'
  return told.every(({ report }) => report === 'deferred' || report === 'delivered') ? 'notice' : 'bounce'
}

function detailOf(told: Told | undefined): string | undefined {
  return told && [told.report, told.status].filter(Boolean).join(' ')
}
