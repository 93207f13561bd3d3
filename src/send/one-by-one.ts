import type { Edition } from '../edition/edition.ts'
import type { Evidence } from '../outcome/outcome.ts'
import type { Body, CallAnswer, FrozenRecipient, MessageAnswer } from '../provider/provider.ts'
import type { BatchStore, ClaimedBatch } from '../store/batches.ts'
import { describeAnswer, heedAnswer, pauseWhenMuchFails } from './answer.ts'
import { callInTime, LEASE, RENEW_EVERY_MS } from './call.ts'
import type { DeliverDeps } from './deliver.ts'
import { type Domains, enterDomains } from './domains.ts'
import { recordEvidence } from './record.ts'
import type { Turn } from './turn.ts'

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
  firstTurn: Turn,
  signal: AbortSignal,
): Promise<void> {
  await deps.reach?.('frozen')
  const edition = await deps.readEdition(batch.frozen.batch.editionHash)
  const domains = await enterDomains(deps, batch)
  const waits: number[] = []
  let turn: Turn | null = firstTurn
  let setback = false
  for (const recipient of batch.frozen.batch.recipients) {
    const waitMs = domains.waitMs(recipient)
    if (waitMs > 0) {
      waits.push(waitMs)
      continue
    }
    turn ??= await nextTurn(deps, batch, signal)
    const step: Step = turn
      ? await submitMessage(deps, { batch, edition, recipient, domains, turn })
      : { kind: 'stop', afterMs: 0 }
    turn = null
    if (step.kind === 'lost_fence') return
    if (step.kind === 'done') continue
    waits.push(step.afterMs)
    if (step.kind === 'later') continue
    setback = step.setback ?? false
    break
  }
  if (turn) await deps.turns.unused(turn)
  if (waits.length === 0) return
  await deps.store.batches.giveBack(batch, { nothingAccepted: true, afterMs: Math.min(...waits), setback })
}

/**
 * The next turn at the provider; null when there is none, or `signal` aborts. Where waiting for it outlasts the lease,
 * nothing is under way, and `begin` finds out whose the batch is.
 */
async function nextTurn({ store, clock, turns }: DeliverDeps, batch: ClaimedBatch, signal: AbortSignal) {
  const since = clock.now().getTime()
  const turn = await turns.take(signal)
  if (turn) await clock.sleep(Math.max(0, turn.at - clock.now().getTime()), signal)
  if (clock.now().getTime() - since > RENEW_EVERY_MS) await store.batches.renew(batch, LEASE)
  if (!turn || !signal.aborted) return turn
  await turns.unused(turn)
  return null
}

type Unit = {
  readonly batch: ClaimedBatch
  readonly edition: Edition
  readonly recipient: FrozenRecipient
  readonly domains: Domains
  readonly turn: Turn
}

async function submitMessage(deps: DeliverDeps, unit: Unit): Promise<Step> {
  const { store, provider, clock, turns } = deps
  const { batch, recipient, turn } = unit
  const { deliveryId } = recipient
  const body = assemble(deps, unit)
  const permittedAt = clock.now()
  const beginning = body ? await store.batches.begin(batch, recipient) : 'unassembled'
  if (!body || beginning !== 'begun') {
    await turns.unused(turn)
    return stepWithoutCall(beginning)
  }
  await deps.reach?.('leaving')
  const submission = await callInTime(deps, batch, permittedAt, (signal) =>
    provider.submit(body, { idempotencyKey: deliveryId, signal }),
  )
  if (!submission) {
    await store.batches.putBack(batch, deliveryId, { deferred: false })
    await turns.unused(turn)
    return { kind: 'stop', afterMs: 0 }
  }
  await deps.reach?.('answered')
  // What was learned comes first: nothing else here may keep it from being written down.
  const step = await applyAnswer(deps, unit, submission.answer)
  if (turn.probe && submission.answer.kind === 'answered') await store.pace.unblock(provider.account, 'down')
  await deps.reach?.('recorded')
  return step
}

/** What follows for a batch one of whose messages was not begun. */
function stepWithoutCall(beginning: 'unassembled' | Awaited<ReturnType<BatchStore['begin']>>): Step {
  switch (beginning) {
    case 'gone':
      return { kind: 'done' }
    case 'lost_fence':
      return { kind: 'lost_fence' }
    case 'unassembled':
      return { kind: 'later', afterMs: UNASSEMBLED_MS }
    default:
      return { kind: 'stop', afterMs: 0 }
  }
}

function assemble({ provider, log }: DeliverDeps, { batch, edition, recipient }: Unit): Body | null {
  try {
    return provider.assemble(edition, { ...batch.frozen.batch, recipients: [recipient] })
  } catch (err) {
    log.error({ event: 'message_not_assembled', batch: batch.id, delivery: recipient.deliveryId, err })
    return null
  }
}

async function applyAnswer(deps: DeliverDeps, unit: Unit, answer: CallAnswer): Promise<Step> {
  const { batch, recipient } = unit
  if (answer.kind !== 'answered') deps.log.warn(describeAnswer(batch, answer))
  switch (answer.kind) {
    case 'answered': {
      const [message] = answer.messages
      return message ? applyMessageAnswer(deps, unit, message) : unknown(deps, unit)
    }
    case 'invalid':
      return record(deps, unit, { kind: 'refused', reason: answer.detail })
    case 'lost':
    case 'in_flight':
    case 'key_mismatch':
      return unknown(deps, unit)
    default:
      await deps.store.batches.putBack(batch, recipient.deliveryId, { deferred: false })
      return { kind: 'stop', ...(await heedAnswer(deps, batch, answer)) }
  }
}

/** Whatever lost this answer may lose the next one: the others wait for a probe. */
async function unknown(deps: DeliverDeps, unit: Unit): Promise<Step> {
  const { store, provider } = deps
  await record(deps, unit, { kind: 'uncertain', reason: 'answer_lost' })
  await store.pace.block(provider.account, 'down', 0, 'the answer to a message was lost')
  return { kind: 'stop', afterMs: 0 }
}

async function applyMessageAnswer(deps: DeliverDeps, unit: Unit, answer: MessageAnswer): Promise<Step> {
  const { batch, recipient, domains } = unit
  if (answer.kind !== 'deferred') {
    const step = await record(deps, unit, answer)
    await domains.clear(recipient)
    return step
  }
  const { reason, retryAfterMs, domainWide } = answer
  const deferrals = await deps.store.batches.putBack(batch, recipient.deliveryId, { deferred: true })
  if (domainWide) await domains.defer(recipient, retryAfterMs)
  else await domains.clear(recipient)
  if (deferrals >= MAX_DEFERRALS)
    return record(deps, unit, { kind: 'refused', reason: `deferred too often: ${reason}` })
  const afterMs = Math.min(retryAfterMs * 2 ** Math.max(0, deferrals - 1), LONGEST_DEFERRAL_MS)
  return { kind: 'later', afterMs }
}

type Learned =
  | { readonly kind: 'accepted'; readonly providerMessageId: string }
  | { readonly kind: 'refused' | 'uncertain'; readonly reason: string }

async function record(deps: DeliverDeps, { batch, recipient }: Unit, learned: Learned): Promise<Step> {
  const { deliveryId, address } = recipient
  const evidence: Evidence = { ...learned, deliveryId, address }
  await recordEvidence(deps, batch.id, [evidence])
  if (learned.kind !== 'accepted') await pauseWhenMuchFails(deps, batch)
  return { kind: 'done' }
}
