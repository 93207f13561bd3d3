import type { Newsletter } from '../newsletter/newsletter.ts'
import type { SubscriberStore } from '../store/subscribers.ts'
import { type ReaderLinkDeps, readReaderLink } from './reader-link.ts'
import type { ConsentCircumstances, SubscriptionStatus } from './subscriber.ts'

export type PreferencesDeps = ReaderLinkDeps & {
  readonly subscribers: Pick<SubscriberStore, 'get' | 'confirm' | 'unsubscribe'>
}

/** What a reader is shown of themselves. The address is masked, because mails are forwarded with their links. */
export type Preferences =
  | {
      readonly kind: 'ok'
      readonly newsletter: Newsletter
      readonly status: SubscriptionStatus
      readonly maskedAddress: string
    }
  | { readonly kind: 'invalid' }

/** What the holder of a preferences link has chosen; changes nothing. */
export async function readPreferences(deps: PreferencesDeps, token: string): Promise<Preferences> {
  const link = await readReaderLink(deps, 'preferences', token)
  if (link.kind !== 'ok') return { kind: 'invalid' }
  const { newsletter } = link
  const subscriber = await deps.subscribers.get(link.subscriberId)
  const subscription = subscriber?.subscriptions.find(({ newsletterId }) => newsletterId === newsletter.id)
  if (!subscriber || !subscription) return { kind: 'invalid' }
  return { kind: 'ok', newsletter, status: subscription.status, maskedAddress: mask(subscriber.address) }
}

/** Leaves the newsletter, or comes back to it, and says how things stand then. */
export async function changePreferences(
  deps: PreferencesDeps,
  token: string,
  choice: 'leave' | 'return',
  circumstances: ConsentCircumstances,
): Promise<Preferences> {
  const link = await readReaderLink(deps, 'preferences', token)
  if (link.kind !== 'ok') return { kind: 'invalid' }
  const { newsletter, subscriberId } = link
  if (choice === 'leave') await deps.subscribers.unsubscribe(newsletter.id, subscriberId, circumstances)
  else await deps.subscribers.confirm(newsletter.id, subscriberId, circumstances)
  return readPreferences(deps, token)
}

function mask(address: string): string {
  return `${address.slice(0, 1)}…${address.slice(address.lastIndexOf('@'))}`
}
