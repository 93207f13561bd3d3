import type { SubscriberId } from '../id.ts'
import type { Links, Reader } from '../links.ts'
import type { Logger } from '../log.ts'
import type { Newsletter } from '../newsletter/newsletter.ts'
import type { SingleEdition } from '../newsletter/single-mail.ts'
import type { Queue } from '../queue/queue.ts'
import { ringForSingles } from '../send/bells.ts'
import type { SubscriberStore } from '../store/subscribers.ts'
import { type ReaderLinkDeps, readReaderLink } from './reader-link.ts'
import type { ConsentCircumstances } from './subscriber.ts'

export type LeaveNewsletterDeps = {
  readonly subscribers: Pick<SubscriberStore, 'get' | 'unsubscribe'>
  readonly singleEdition: SingleEdition
  readonly links: Pick<Links, 'newsletter'>
  /** Is rung for the goodbye mail. */
  readonly queue: Pick<Queue, 'enqueue'>
  readonly log: Logger
}

/**
 * Ends a subscription before it returns: no batch frozen later holds the reader. If the newsletter says goodbye by
 * mail, that is written in the same transaction, for a reader who had confirmed, at most once a day; a mail that cannot be
 * made keeps nobody here. Doing it twice is harmless. False when there never was such a subscription, or its reader was
 * erased.
 */
export async function leaveNewsletter(
  deps: LeaveNewsletterDeps,
  newsletter: Newsletter,
  subscriberId: SubscriberId,
  circumstances: ConsentCircumstances,
): Promise<boolean> {
  const goodbye = newsletter.goodbyeMail ? await goodbyeMail(deps, newsletter, subscriberId) : undefined
  const { was, moved } = await deps.subscribers.unsubscribe(newsletter.id, subscriberId, circumstances, goodbye)
  if (moved && goodbye !== undefined) void ringForSingles(deps.queue)
  return was !== null
}

async function goodbyeMail(
  { subscribers, singleEdition, links, log }: LeaveNewsletterDeps,
  newsletter: Newsletter,
  subscriberId: SubscriberId,
) {
  try {
    const reader = await subscribers.get(subscriberId)
    const editionHash = await singleEdition('goodbye', newsletter, reader?.locale ?? null)
    return { editionHash, slotValues: { subscribe: links.newsletter(newsletter.slug) } }
  } catch (err) {
    log.error({ event: 'goodbye_not_made', newsletterId: newsletter.id, err })
    return undefined
  }
}

export type UnsubscribeDeps = ReaderLinkDeps & LeaveNewsletterDeps

/** `left` also for somebody who had left already, or of whom nothing is kept any more. */
export type UnsubscribeAnswer =
  | { readonly kind: 'left'; readonly newsletter: Newsletter; readonly reader: Reader }
  | { readonly kind: 'invalid' }

/** Ends the subscription that an unsubscribe link is about; see `leaveNewsletter`. These links work for ever. */
export async function unsubscribe(
  deps: UnsubscribeDeps,
  token: string,
  circumstances: ConsentCircumstances,
): Promise<UnsubscribeAnswer> {
  const link = await readReaderLink(deps, 'unsubscribe', token)
  if (link.kind !== 'ok') return { kind: 'invalid' }
  const { newsletter, subscriberId } = link
  await leaveNewsletter(deps, newsletter, subscriberId, circumstances)
  return { kind: 'left', newsletter, reader: { newsletterId: newsletter.id, subscriberId } }
}
