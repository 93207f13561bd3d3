import type { Newsletter } from '../newsletter/newsletter.ts'
import type { SubscriberStore } from '../store/subscribers.ts'
import { type ReaderLinkDeps, readReaderLink } from './reader-link.ts'
import type { ConsentCircumstances, SubscriptionStatus } from './subscriber.ts'

export type PreferencesDeps = ReaderLinkDeps & {
  readonly subscribers: Pick<SubscriberStore, 'get' | 'comeBack' | 'unsubscribe' | 'setLocale'>
}

/** What a reader is shown of themselves. The address is masked, because mails are forwarded with their links. */
export type Preferences =
  | {
      readonly kind: 'ok'
      readonly newsletter: Newsletter
      readonly status: SubscriptionStatus
      readonly maskedAddress: string
      /** Null: the newsletter's. */
      readonly locale: string | null
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
  const { address, locale } = subscriber
  return { kind: 'ok', newsletter, status: subscription.status, maskedAddress: mask(address), locale }
}

/** What a reader may choose: to leave the newsletter, to come back to it, or the language of their mail and pages. */
export type Choice = { readonly kind: 'leave' | 'return' } | { readonly kind: 'language'; readonly locale: string }

/** Does what the holder of a preferences link has chosen, and says how things stand then. */
export async function changePreferences(
  deps: PreferencesDeps,
  token: string,
  choice: Choice,
  circumstances: ConsentCircumstances,
): Promise<Preferences> {
  const link = await readReaderLink(deps, 'preferences', token)
  if (link.kind !== 'ok') return { kind: 'invalid' }
  const { newsletter, subscriberId } = link
  if (choice.kind === 'language') await deps.subscribers.setLocale(subscriberId, choice.locale)
  else if (choice.kind === 'leave') await deps.subscribers.unsubscribe(newsletter.id, subscriberId, circumstances)
  else await deps.subscribers.comeBack(newsletter.id, subscriberId, circumstances)
  return readPreferences(deps, token)
}

function mask(address: string): string {
  return `${address.slice(0, 1)}…${address.slice(address.lastIndexOf('@'))}`
}
