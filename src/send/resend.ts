import type { ReadEdition } from '../edition/keep.ts'
import { AppError } from '../error.ts'
import type { Provider } from '../provider/provider.ts'
import type { Queue } from '../queue/queue.ts'
import type { Chosen, ResendRequest, Resent, Scope } from '../store/operator.ts'
import type { Store } from '../store/store.ts'
import { deliverBells, singleBell } from './bells.ts'
import { batchSizes } from './prepare.ts'

/** What resending needs to know of the world. */
export type ResendDeps = {
  readonly store: Store
  readonly queue: Pick<Queue, 'enqueueMany'>
  readonly provider: Pick<Provider, 'account' | 'limits' | 'flags'>
  readonly readEdition: ReadEdition
}

/** What resending came to: who is planned again, and who was left out. */
export type ResentDeliveries = Omit<Extract<Resent, { kind: 'resent' }>, 'kind'>

/**
 * Sends to those whom the provider refused or a cancellation left out. Never to anybody uncertain, or who left, is
 * suppressed, or has the issue; a batch is checked once more when it is claimed, as always.
 * @throws AppError `not_found`, `conflict` with what is in the way
 */
export function resendMissing(
  deps: ResendDeps,
  of: Scope,
  { reason, dryRun }: { readonly reason?: string | undefined; readonly dryRun: boolean },
  actor: string,
): Promise<ResentDeliveries> {
  return resend(deps, { of, which: { kind: 'missing', reason }, dryRun, actor })
}

/**
 * Sends to readers of whom nobody knows whether they have it: they may get it twice.
 * @throws AppError `not_found`, `conflict` with what is in the way
 */
export function resendUncertain(
  deps: ResendDeps,
  of: Scope,
  { chosen, dryRun }: { readonly chosen: Chosen; readonly dryRun: boolean },
  actor: string,
): Promise<ResentDeliveries> {
  return resend(deps, { of, which: { kind: 'uncertain', chosen }, dryRun, actor })
}

async function resend(deps: ResendDeps, request: Omit<ResendRequest, 'sizes'>): Promise<ResentDeliveries> {
  const { of, dryRun } = request
  const sizes = of === null ? {} : await batchSizes(deps, of)
  const answer = await deps.store.operator.resend({ ...request, sizes })
  if (answer.kind !== 'resent') throw await refusal(deps, of, answer)
  const { kind: _, ...resent } = answer
  if (!dryRun && resent.deliveries > 0 && resent.state !== 'paused') {
    await deps.queue.enqueueMany(of === null ? [singleBell('resend')] : deliverBells(of))
  }
  return resent
}

async function refusal(
  { store }: ResendDeps,
  of: Scope,
  answer: Exclude<Resent, { kind: 'resent' }>,
): Promise<AppError> {
  switch (answer.kind) {
    case 'not_now': {
      const wait =
        answer.state === 'sending' ? 'Pause it first, or wait until it is sent.' : 'It has reached nobody yet.'
      return new AppError('conflict', `Send ${of} is ${answer.state}. ${wait}`)
    }
    case 'unfinished':
      return new AppError(
        'conflict',
        `Send ${of} was cancelled, and what was under way is not done yet. Try again soon.`,
      )
    case 'other_send': {
      const other = await store.sends.get(answer.sendId)
      const message = `Send ${answer.sendId} of the same issue is ${other?.state ?? 'there'}. `
      const what = other?.state === 'sent' ? 'Ask for a send `again` instead.' : 'Wait until it is sent, or cancel it.'
      return new AppError('conflict', message + what)
    }
  }
}
