import type { Clock } from '../clock.ts'
import type { SubscriberId } from '../id.ts'
import type { Newsletter } from '../newsletter/newsletter.ts'
import type { NewsletterStore } from '../store/store.ts'
import type { TokenPurpose, Tokens } from './token.ts'

export type ReaderLinkDeps = {
  readonly newsletters: Pick<NewsletterStore, 'get'>
  readonly tokens: Pick<Tokens, 'read'>
  readonly clock: Clock
}

/** What the token of a reader's link turned out to be. */
export type ReaderLink =
  | { readonly kind: 'ok'; readonly newsletter: Newsletter; readonly subscriberId: SubscriberId }
  | { readonly kind: 'expired'; readonly newsletter: Newsletter; readonly subscriberId: SubscriberId }
  | { readonly kind: 'invalid' }

/** Reads a token and finds its newsletter; changes nothing. */
export async function readReaderLink(deps: ReaderLinkDeps, purpose: TokenPurpose, token: string): Promise<ReaderLink> {
  const reading = deps.tokens.read(purpose, token, deps.clock.now())
  if (reading.kind === 'invalid') return reading
  const newsletter = await deps.newsletters.get(reading.newsletterId)
  if (newsletter === null) return { kind: 'invalid' }
  return { kind: reading.kind, newsletter, subscriberId: reading.subscriberId }
}
