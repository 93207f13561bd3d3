import type { Clock } from '../clock.ts'
import type { ReadEdition } from '../edition/keep.ts'
import type { Body, PaceReport } from '../provider/provider.ts'
import type { ClaimedBatch } from '../store/batches.ts'
import { type AnswerDeps, applyAnswer } from './answer.ts'
import { idempotencyKey } from './batch.ts'
import { callInTime, LEASE, LEASE_MS } from './call.ts'
import { freezeBatch, rebuildBody, type SlotLinks } from './freeze.ts'
import { submitOneByOne } from './one-by-one.ts'
import type { Turn, Turns } from './turn.ts'

/** What delivering needs to know of the world. */
export type DeliverDeps = AnswerDeps & {
  readonly links: SlotLinks
  readonly readEdition: ReadEdition
  readonly clock: Clock
  readonly turns: Turns
  /** Tells this worker from all others, in the rows and in the log. */
  readonly worker: string
  /** Called with the name of each step as it is reached; for tests that break things there. */
  readonly reach?: ((step: DeliverStep) => Promise<void> | void) | undefined
}

/** The steps of a batch, in order: between any two of them the process may die. */
export type DeliverStep = 'slot_taken' | 'frozen' | 'leaving' | 'answered' | 'recorded'

/**
 * Submits whatever is due for the provider's account, batch by batch at its pace, until nothing is due, the provider is
 * blocked, or `signal` aborts. Any number of these may run, in any number of processes. Returns the number of batches.
 */
export async function deliverDue(deps: DeliverDeps, signal: AbortSignal): Promise<number> {
  const { provider, clock, turns } = deps
  for (let batches = 0; ; batches++) {
    if (signal.aborted) return batches
    // The turn comes before the batch: whoever's turn it is takes the most urgent mail of that moment.
    const turn = await turns.take(signal)
    if (!turn) return batches
    await deps.reach?.('slot_taken')
    const claimed = await claimNext(deps, signal)
    if (!claimed) {
      await turns.unused(turn)
      return batches
    }
    // Freezing takes longer for one than for another; all leave on time.
    await clock.sleep(Math.max(0, turn.at - clock.now().getTime()), signal)
    if (provider.flags.batch) await submitBatch(deps, claimed, turn)
    else await submitOneByOne(deps, claimed.batch, turn, signal)
  }
}

type Claimed = { readonly batch: ClaimedBatch; readonly body: Body | undefined }

async function claimNext(deps: DeliverDeps, signal: AbortSignal): Promise<Claimed | null> {
  const { store, provider, log } = deps
  const { account, flags } = provider
  const claimant = { account, oneByOne: !flags.batch, worker: deps.worker, leaseMs: LEASE_MS }
  while (!signal.aborted) {
    const made: { body?: Body } = {}
    const claim = await store.batches.claim(claimant, async (editionHash) => {
      const edition = await deps.readEdition(editionHash)
      return (fresh) => {
        const { frozen, body } = freezeBatch(fresh, { ...deps, edition })
        made.body = body
        return frozen
      }
    })
    switch (claim.kind) {
      case 'claimed':
        return { batch: claim.batch, body: made.body }
      case 'none':
        return null
      case 'emptied':
        break
      case 'not_frozen':
        log.error({ event: 'batch_not_frozen', batch: claim.batchId, err: claim.error })
    }
  }
  return null
}

async function submitBatch(deps: DeliverDeps, { batch, body: made }: Claimed, turn: Turn): Promise<void> {
  const { store, provider, log, clock, turns } = deps
  await deps.reach?.('frozen')
  const rebuilt = made ? ({ kind: 'same', body: made } as const) : await rebuild(deps, batch)
  if (rebuilt.kind !== 'same') {
    log.error({ event: 'batch_held', batch: batch.id, send: batch.sendId, reason: rebuilt.kind })
    await store.batches.hold(batch, rebuilt.kind)
    return turns.unused(turn)
  }
  const permittedAt = clock.now()
  if (!(await store.batches.renew(batch, LEASE))) return turns.unused(turn)
  await deps.reach?.('leaving')
  const leftAt = clock.now().getTime()
  const submission = await callInTime(deps, batch, permittedAt, (signal) =>
    provider.submit(rebuilt.body, { idempotencyKey: idempotencyKey(batch), signal }),
  )
  if (!submission) return turns.unused(turn)
  const answeredAt = clock.now().getTime()
  const { answer, pace } = submission
  await deps.reach?.('answered')
  if (pace) await heedPace(deps, pace, turn, answer.kind === 'quota')
  if (turn.probe && answer.kind === 'answered') await store.pace.unblock(provider.account, 'down')
  await applyAnswer(deps, batch, answer)
  await turns.answered(turn, { leftAt, answeredAt }, pace)
  await deps.reach?.('recorded')
}

async function heedPace(
  { store, provider }: DeliverDeps,
  { requestsPerSecond, day }: PaceReport,
  turn: Turn,
  isUsedUp: boolean,
) {
  const known = turn.requestsPerSecond
  // A change of less than a tenth is noise.
  if (requestsPerSecond !== undefined && Math.abs(requestsPerSecond - known) > known / 10) {
    await store.pace.learn(provider.account, requestsPerSecond)
  }
  if (day && (turn.countsDay || isUsedUp)) await store.pace.noteUsed(provider.account, day)
}

async function rebuild(deps: DeliverDeps, batch: ClaimedBatch) {
  const edition = await deps.readEdition(batch.frozen.batch.editionHash)
  return rebuildBody(batch.frozen, { edition, provider: deps.provider })
}
