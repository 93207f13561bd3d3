import type { SubscriberId } from '../id.ts'
import type { Logger } from '../log.ts'
import type { Newsletter } from '../newsletter/newsletter.ts'
import type { SingleEdition } from '../newsletter/single-mail.ts'
import type { Queue } from '../queue/queue.ts'
import { ringForSingles } from '../send/bells.ts'
import type { SubscriberStore } from '../store/subscribers.ts'
import { type ReaderLinkDeps, readReaderLink } from './reader-link.ts'
import type { ConsentCircumstances } from './subscriber.ts'

export type ConfirmReaderDeps = {
  readonly subscribers: Pick<SubscriberStore, 'get' | 'confirm'>
  readonly singleEdition: SingleEdition
  /** Is rung for the welcome mail. */
  readonly queue: Pick<Queue, 'enqueue'>
  readonly log: Logger
}

/**
 * `confirmed` also for somebody who had confirmed before; `left`: they have unsubscribed since they asked, and stay so;
 * `unknown`: they never asked, or were erased.
 */
export type Confirmed = 'confirmed' | 'left' | 'unknown'

/**
 * Makes somebody who asked for a newsletter a reader of it, and greets them if it has a welcome mail, in one
 * transaction; a mail that cannot be made keeps nobody out. Doing it twice is harmless. The caller has made sure that it
 * is them who confirms.
 */
export async function confirmReader(
  deps: ConfirmReaderDeps,
  newsletter: Newsletter,
  subscriberId: SubscriberId,
  circumstances: ConsentCircumstances,
): Promise<Confirmed> {
  const welcome = newsletter.welcomeMail ? await welcomeMail(deps, newsletter, subscriberId) : undefined
  const { was, moved } = await deps.subscribers.confirm(newsletter.id, subscriberId, circumstances, welcome)
  if (moved && welcome !== undefined) void ringForSingles(deps.queue)
  if (was === null) return 'unknown'
  return was === 'unsubscribed' ? 'left' : 'confirmed'
}

async function welcomeMail(
  { subscribers, singleEdition, log }: ConfirmReaderDeps,
  newsletter: Newsletter,
  subscriberId: SubscriberId,
) {
  try {
    const reader = await subscribers.get(subscriberId)
    return { editionHash: await singleEdition('welcome', newsletter, reader?.locale ?? null), slotValues: {} }
  } catch (err) {
    log.error({ event: 'welcome_not_made', newsletterId: newsletter.id, err })
    return undefined
  }
}

export type ConfirmDeps = ReaderLinkDeps & ConfirmReaderDeps

export type ConfirmAnswer =
  | {
      readonly kind: 'confirmed' | 'expired' | 'left'
      readonly newsletter: Newsletter
      readonly subscriberId: SubscriberId
    }
  | { readonly kind: 'invalid' }

/** Makes whoever holds the link of a confirmation mail a reader; see `confirmReader`. */
export async function confirmSubscription(
  deps: ConfirmDeps,
  token: string,
  circumstances: ConsentCircumstances,
): Promise<ConfirmAnswer> {
  const link = await readReaderLink(deps, 'confirm', token)
  if (link.kind !== 'ok') return link
  const kind = await confirmReader(deps, link.newsletter, link.subscriberId, circumstances)
  return kind === 'unknown' ? { kind: 'invalid' } : { ...link, kind }
}
