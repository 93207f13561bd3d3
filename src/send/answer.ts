import type { Clock } from '../clock.ts'
import type { Logger } from '../log.ts'
import type { Evidence } from '../outcome/outcome.ts'
import { type CallAnswer, type MessageAnswer, type Provider, provesNothingAccepted } from '../provider/provider.ts'
import type { ClaimedBatch } from '../store/batches.ts'
import type { Store } from '../store/store.ts'
import { backoffMs } from './backoff.ts'
import { recordEvidence } from './record.ts'

/** What an answer is written down with. */
export type AnswerDeps = {
  readonly store: Store
  readonly provider: Provider
  readonly clock: Clock
  readonly log: Logger
}

/** From this many setbacks of one batch on, the provider and not the batch is taken to be what is wrong. */
const DOWN_AFTER_SETBACKS = 2
const FIRST_PROBE_MS = 5_000

/** A pace recovers within minutes; what asks for more is asked again then, instead of sleeping out of everybody's reach. */
const LONGEST_SLOW_DOWN_MS = 10 * 60_000

/** A send is paused when so many, and this share, of what the provider decided on was refused. */
const REFUSALS_AT_LEAST = 20
const REFUSED_SHARE = 0.2

/** Writes down what a call came to, and decides what the batch does next. Running it twice changes nothing. */
export async function applyAnswer(deps: AnswerDeps, batch: ClaimedBatch, answer: CallAnswer): Promise<void> {
  const { store, log } = deps
  if (answer.kind !== 'answered') log.warn(describeAnswer(batch, answer))
  const nothingAccepted = provesNothingAccepted(answer) && !batch.wasInDoubt
  switch (answer.kind) {
    case 'answered':
      return recordAnswers(deps, batch, answer.messages)
    case 'key_mismatch':
      await store.batches.hold(batch, 'key_mismatch')
      return
    case 'invalid':
      return batch.wasInDoubt
        ? giveBack(deps, batch, { nothingAccepted, afterMs: backoffMs(batch.setbacks), setback: true })
        : narrowDown(deps, batch, answer.detail)
    default:
      return giveBack(deps, batch, { nothingAccepted, ...(await heedAnswer(deps, batch, answer)) })
  }
}

/** An answer about the whole account or connection, and not about a message. */
export type AccountAnswer = Exclude<CallAnswer, { readonly kind: 'answered' | 'key_mismatch' | 'invalid' }>

/** Does what such an answer asks of the account's pace, and tells when its batch may be tried again. */
export async function heedAnswer(
  { store, provider }: AnswerDeps,
  { setbacks }: Pick<ClaimedBatch, 'setbacks'>,
  answer: AccountAnswer,
): Promise<{ readonly afterMs: number; readonly setback: boolean }> {
  const { account } = provider
  switch (answer.kind) {
    case 'slow_down': {
      const afterMs = Math.min(answer.retryAfterMs, LONGEST_SLOW_DOWN_MS)
      await store.pace.slowDown(account, afterMs)
      return { afterMs, setback: false }
    }
    case 'quota':
      await store.pace.block(account, 'quota', answer.retryAfterMs, answer.detail)
      return { afterMs: 0, setback: false }
    case 'unauthorised':
      await store.pace.block(account, 'auth', undefined, answer.detail)
      return { afterMs: 0, setback: false }
    case 'unreachable':
      await store.pace.block(account, 'down', FIRST_PROBE_MS, answer.detail)
      return { afterMs: backoffMs(setbacks), setback: true }
    case 'lost':
      if (setbacks >= DOWN_AFTER_SETBACKS) await store.pace.block(account, 'down', FIRST_PROBE_MS, answer.detail)
      return { afterMs: backoffMs(setbacks), setback: true }
    case 'in_flight':
      return { afterMs: answer.retryAfterMs, setback: false }
  }
}

async function recordAnswers(deps: AnswerDeps, batch: ClaimedBatch, answers: readonly MessageAnswer[]): Promise<void> {
  const { log } = deps
  const { recipients } = batch.frozen.batch
  const evidence: Evidence[] = []
  let deferredMs = 0
  for (const [index, { deliveryId, address }] of recipients.entries()) {
    const answer = answers[index]
    if (answer?.kind === 'deferred') deferredMs = Math.max(deferredMs, answer.retryAfterMs, 1)
    else if (answer) evidence.push({ ...answer, deliveryId, address })
  }
  await recordEvidence(deps, batch.id, evidence)
  log.debug({ event: 'batch_recorded', batch: batch.id, send: batch.sendId, messages: evidence.length })
  if (deferredMs > 0) {
    await giveBack(deps, batch, { nothingAccepted: !batch.wasInDoubt, afterMs: deferredMs, setback: false })
  }
  if (evidence.some((one) => one.kind === 'refused')) await pauseWhenMuchFails(deps, batch)
}

/** One bad message refuses a whole batch: halve it until that message stands alone. */
async function narrowDown(deps: AnswerDeps, batch: ClaimedBatch, detail: string): Promise<void> {
  const { store, log } = deps
  const [first, ...others] = batch.frozen.batch.recipients
  if (first && others.length === 0) {
    const { deliveryId, address } = first
    await recordEvidence(deps, batch.id, [{ kind: 'refused', deliveryId, address, reason: detail }])
    return pauseWhenMuchFails(deps, batch)
  }
  if ((await store.batches.split(batch)) !== 'alike') return
  await giveBack(deps, batch, { nothingAccepted: true, afterMs: 0, setback: true })
  if (batch.sendId && (await store.sends.pause(batch.sendId, 'refused_whole', 'pressroom'))) {
    log.error({ event: 'send_paused', send: batch.sendId, reason: 'refused_whole', detail })
  }
}

/** Stops a send of which much fails, and says so. What became uncertain counts like what was refused. */
export async function pauseWhenMuchFails({ store, log }: AnswerDeps, { sendId }: ClaimedBatch): Promise<void> {
  if (!sendId) return
  const { accepted, refused, uncertain } = await store.sends.progress(sendId)
  const failed = refused + uncertain
  if (failed < REFUSALS_AT_LEAST || failed < (accepted + failed) * REFUSED_SHARE) return
  if (await store.sends.pause(sendId, 'failure_rate', 'pressroom')) {
    log.error({ event: 'send_paused', send: sendId, reason: 'failure_rate', accepted, refused, uncertain })
  }
}

type Return = { readonly nothingAccepted: boolean; readonly afterMs: number; readonly setback: boolean }

async function giveBack({ store }: AnswerDeps, batch: ClaimedBatch, how: Return): Promise<void> {
  await store.batches.giveBack(batch, how)
}

/** For the log. */
export function describeAnswer(batch: ClaimedBatch, answer: CallAnswer) {
  return { event: 'batch_not_accepted', batch: batch.id, send: batch.sendId, attempt: batch.attempt, answer }
}
