import type { WebView } from '../../archive/web-view.ts'
import type { Clock } from '../../clock.ts'
import type { Links } from '../../links.ts'
import type { Logger } from '../../log.ts'
import type { SingleEdition } from '../../newsletter/single-mail.ts'
import type { Provider } from '../../provider/provider.ts'
import type { Queue } from '../../queue/queue.ts'
import type { NewsletterStore } from '../../store/store.ts'
import type { SubscriberStore } from '../../store/subscribers.ts'
import type { Tokens } from '../../subscriber/token.ts'

/** What the pages for readers need. */
export type PublicDeps = {
  /** Where readers reach this installation; a path in it goes before all links. */
  readonly publicUrl: string
  readonly newsletters: Pick<NewsletterStore, 'get' | 'find' | 'list'>
  readonly subscribers: Pick<
    SubscriberStore,
    'get' | 'request' | 'confirm' | 'comeBack' | 'unsubscribe' | 'pause' | 'setDetails'
  >
  readonly links: Links
  readonly tokens: Tokens
  readonly singleEdition: SingleEdition
  /** Null when there is no such edition, or it is none for everybody's eyes. */
  readonly webView: (editionHash: string) => Promise<WebView | null>
  readonly provider: { readonly flags: Pick<Provider['flags'], 'internationalAddresses'> }
  readonly queue: Pick<Queue, 'enqueue'>
  readonly clock: Clock
  readonly log: Logger
}
