import type { Reader } from '../links.ts'
import type { Newsletter } from '../newsletter/newsletter.ts'
import type { SubscriberStore } from '../store/subscribers.ts'
import { type ReaderLinkDeps, readReaderLink } from './reader-link.ts'
import type { ConsentCircumstances } from './subscriber.ts'

export type UnsubscribeDeps = ReaderLinkDeps & { readonly subscribers: Pick<SubscriberStore, 'unsubscribe'> }

/** `left` also for somebody who had left already, or of whom nothing is kept any more. */
export type UnsubscribeAnswer =
  | { readonly kind: 'left'; readonly newsletter: Newsletter; readonly reader: Reader }
  | { readonly kind: 'invalid' }

/**
 * Ends the subscription that an unsubscribe link is about, before it returns: no batch frozen later holds the reader.
 * These links work for ever, and using one twice is harmless.
 */
export async function unsubscribe(
  deps: UnsubscribeDeps,
  token: string,
  circumstances: ConsentCircumstances,
): Promise<UnsubscribeAnswer> {
  const link = await readReaderLink(deps, 'unsubscribe', token)
  if (link.kind !== 'ok') return { kind: 'invalid' }
  const { newsletter, subscriberId } = link
  await deps.subscribers.unsubscribe(newsletter.id, subscriberId, circumstances)
  return { kind: 'left', newsletter, reader: { newsletterId: newsletter.id, subscriberId } }
}
