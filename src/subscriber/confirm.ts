import type { SubscriberId } from '../id.ts'
import type { Newsletter } from '../newsletter/newsletter.ts'
import type { SubscriberStore } from '../store/subscribers.ts'
import { type ReaderLinkDeps, readReaderLink } from './reader-link.ts'
import type { ConsentCircumstances } from './subscriber.ts'

export type ConfirmDeps = ReaderLinkDeps & { readonly subscribers: Pick<SubscriberStore, 'confirm'> }

export type ConfirmAnswer =
  | {
      readonly kind: 'confirmed' | 'expired'
      readonly newsletter: Newsletter
      readonly subscriberId: SubscriberId
    }
  | { readonly kind: 'invalid' }

/** Makes whoever holds the link of a confirmation mail a reader. Doing it twice is harmless. */
export async function confirmSubscription(
  deps: ConfirmDeps,
  token: string,
  circumstances: ConsentCircumstances,
): Promise<ConfirmAnswer> {
  const link = await readReaderLink(deps, 'confirm', token)
  if (link.kind !== 'ok') return link
  const known = await deps.subscribers.confirm(link.newsletter.id, link.subscriberId, circumstances)
  return known ? { ...link, kind: 'confirmed' } : { kind: 'invalid' }
}
