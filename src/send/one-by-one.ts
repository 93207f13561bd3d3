import type { Edition } from '../edition/edition.ts'
import type { Evidence } from '../outcome/outcome.ts'
import type { Body, CallAnswer, FrozenRecipient, MessageAnswer } from '../provider/provider.ts'
import type { ClaimedBatch } from '../store/batches.ts'
import { describeAnswer, heedAnswer, pauseWhenMuchFails } from './answer.ts'
import { callInTime, LEASE, RENEW_EVERY_MS } from './call.ts'
import type { DeliverDeps, TakenSlot } from './deliver.ts'
import { type Domains, enterDomains } from './domains.ts'
import { recordEvidence } from './record.ts'

/** A message that is deferred this often, an hour and more apart in the end, is refused: about a day. */
const MAX_DEFERRALS = 12
const LONGEST_DEFERRAL_MS = 4 * 3_600_000
/** A message that cannot be put together is looked at again then: the operator may have mended what it needs. */
const UNASSEMBLED_MS = 60_000

/** What one message came to: the next one's turn, or how long until there is something to do again. */
type Step =
  | { readonly kind: 'done' }
  /** This message has to wait; the others need not. */
  | { readonly kind: 'later'; readonly afterMs: number }
  /** No other message of the batch now. */
  | { readonly kind: 'stop'; readonly afterMs: number; readonly setback?: boolean }
  | { readonly kind: 'lost_fence' }

/**
 * Submits a batch message by message to a provider that cannot be asked about one again: each is committed as submitting
 * before its first byte leaves and recorded after its answer, so that at most one is uncertain when this process dies.
 */
export async function submitOneByOne(
  deps: DeliverDeps,
  batch: ClaimedBatch,
  firstSlot: TakenSlot,
  signal: AbortSignal,
): Promise<void> {
  await deps.reach?.('frozen')
  const edition = await deps.readEdition(batch.frozen.batch.editionHash)
  const domains = await enterDomains(deps, batch)
  const waits: number[] = []
  let slot: TakenSlot | null = firstSlot
  let setback = false
  for (const recipient of batch.frozen.batch.recipients) {
    const waitMs = domains.waitMs(recipient)
    if (waitMs > 0) {
      waits.push(waitMs)
      continue
    }
    slot ??= await nextSlot(deps, batch, signal)
    const step: Step = slot
      ? await submitMessage(deps, { batch, edition, recipient, slot, domains })
      : { kind: 'stop', afterMs: 0 }
    slot = null
    if (step.kind === 'lost_fence') return
    if (step.kind === 'done') continue
    waits.push(step.afterMs)
    if (step.kind === 'later') continue
    setback = step.setback ?? false
    break
  }
  if (waits.length === 0) return
  await deps.store.batches.giveBack(batch, { nothingAccepted: true, afterMs: Math.min(...waits), setback })
}

/** The next turn at the provider, waited for with the lease kept; null when there is none, or `signal` aborts. */
async function nextSlot(
  { store, provider, clock }: DeliverDeps,
  batch: ClaimedBatch,
  signal: AbortSignal,
): Promise<TakenSlot | null> {
  if (signal.aborted) return null
  const slot = await store.pace.takeSlot(provider.account)
  if (slot.kind === 'blocked') return null
  for (let leftMs = slot.waitMs; leftMs > 0; leftMs -= RENEW_EVERY_MS) {
    if (leftMs > RENEW_EVERY_MS) await store.batches.renew(batch, LEASE)
    await clock.sleep(Math.min(leftMs, RENEW_EVERY_MS), signal)
    if (signal.aborted) return null
  }
  return slot
}

type Turn = {
  readonly batch: ClaimedBatch
  readonly edition: Edition
  readonly recipient: FrozenRecipient
  readonly slot: TakenSlot
  readonly domains: Domains
}

async function submitMessage(deps: DeliverDeps, turn: Turn): Promise<Step> {
  const { store, provider, clock } = deps
  const { batch, recipient, slot } = turn
  const { deliveryId } = recipient
  const body = assemble(deps, turn)
  if (!body) return { kind: 'later', afterMs: UNASSEMBLED_MS }
  const permittedAt = clock.now()
  switch (await store.batches.begin(batch, recipient)) {
    case 'gone':
      return { kind: 'done' }
    case 'lost_fence':
      return { kind: 'lost_fence' }
    case 'stopped':
    case 'yield':
      return { kind: 'stop', afterMs: 0 }
    case 'begun':
  }
  await deps.reach?.('leaving')
  const submission = await callInTime(deps, batch, permittedAt, (signal) =>
    provider.submit(body, { idempotencyKey: deliveryId, signal }),
  )
  if (!submission) {
    await store.batches.putBack(batch, deliveryId, { deferred: false })
    return { kind: 'stop', afterMs: 0 }
  }
  await deps.reach?.('answered')
  // What was learned comes first: nothing else here may keep it from being written down.
  const step = await applyAnswer(deps, turn, submission.answer)
  if (slot.probe && submission.answer.kind === 'answered') await store.pace.unblock(provider.account, 'down')
  await deps.reach?.('recorded')
  return step
}

function assemble({ provider, log }: DeliverDeps, { batch, edition, recipient }: Turn): Body | null {
  try {
    return provider.assemble(edition, { ...batch.frozen.batch, recipients: [recipient] })
  } catch (err) {
    log.error({ event: 'message_not_assembled', batch: batch.id, delivery: recipient.deliveryId, err })
    return null
  }
}

async function applyAnswer(deps: DeliverDeps, turn: Turn, answer: CallAnswer): Promise<Step> {
  const { batch, recipient } = turn
  if (answer.kind !== 'answered') deps.log.warn(describeAnswer(batch, answer))
  switch (answer.kind) {
    case 'answered': {
      const [message] = answer.messages
      return message ? applyMessageAnswer(deps, turn, message) : unknown(deps, turn)
    }
    case 'invalid':
      return record(deps, turn, { kind: 'refused', reason: answer.detail })
    case 'lost':
    case 'in_flight':
    case 'key_mismatch':
      return unknown(deps, turn)
    default:
      await deps.store.batches.putBack(batch, recipient.deliveryId, { deferred: false })
      return { kind: 'stop', ...(await heedAnswer(deps, batch, answer)) }
  }
}

/** Whatever lost this answer may lose the next one: the others wait for a probe. */
async function unknown(deps: DeliverDeps, turn: Turn): Promise<Step> {
  const { store, provider } = deps
  await record(deps, turn, { kind: 'uncertain', reason: 'answer_lost' })
  await store.pace.block(provider.account, 'down', 0, 'the answer to a message was lost')
  return { kind: 'stop', afterMs: 0 }
}

async function applyMessageAnswer(deps: DeliverDeps, turn: Turn, answer: MessageAnswer): Promise<Step> {
  const { batch, recipient, domains } = turn
  if (answer.kind !== 'deferred') {
    const step = await record(deps, turn, answer)
    await domains.clear(recipient)
    return step
  }
  const { reason, retryAfterMs, domainWide } = answer
  const deferrals = await deps.store.batches.putBack(batch, recipient.deliveryId, { deferred: true })
  if (domainWide) await domains.defer(recipient, retryAfterMs)
  else await domains.clear(recipient)
  if (deferrals >= MAX_DEFERRALS)
    return record(deps, turn, { kind: 'refused', reason: `deferred too often: ${reason}` })
  const afterMs = Math.min(retryAfterMs * 2 ** Math.max(0, deferrals - 1), LONGEST_DEFERRAL_MS)
  return { kind: 'later', afterMs }
}

type Learned =
  | { readonly kind: 'accepted'; readonly providerMessageId: string }
  | { readonly kind: 'refused' | 'uncertain'; readonly reason: string }

async function record(deps: DeliverDeps, { batch, recipient }: Turn, learned: Learned): Promise<Step> {
  const { deliveryId, address } = recipient
  const evidence: Evidence = { ...learned, deliveryId, address }
  await recordEvidence(deps, batch.id, [evidence])
  if (learned.kind !== 'accepted') await pauseWhenMuchFails(deps, batch)
  return { kind: 'done' }
}
