import type { Clock } from '../clock.ts'
import type { Edition, Message, SlotValues } from '../edition/edition.ts'
import { fillEdition } from '../edition/fill.ts'
import { mailLocale } from '../edition/languages.ts'
import { slotNames } from '../edition/slot-names.ts'
import type { IssueId, NewsletterId } from '../id.ts'
import type { Links } from '../links.ts'
import { findNewsletter } from '../newsletter/find.ts'
import type { Store } from '../store/store.ts'
import type { Subscriber } from '../subscriber/subscriber.ts'
import { findIssue } from './find.ts'
import { type RenderIssueDeps, renderIssue } from './render.ts'

export type PreviewDeps = Omit<RenderIssueDeps, 'store'> & {
  readonly store: Pick<Store, 'newsletters' | 'articles' | 'issues' | 'sends' | 'subscribers'>
  readonly links: Pick<Links, 'slotUrls' | 'view'>
  readonly clock: Clock
}

/** An issue as a reader would get it now. */
export type Preview = { readonly edition: Edition; readonly message: Message }

/**
 * Renders an issue and fills it for one of its readers, or for somebody without a name while it has none. Links that
 * would be the reader's own lead to the newsletter's page, so that nobody is unsubscribed from a preview. Stores nothing.
 * @param language as readers of that language would get it; default: the newsletter's
 * @throws AppError as `renderIssue` does
 */
export async function previewIssue(deps: PreviewDeps, id: IssueId, language?: string): Promise<Preview> {
  const issue = await findIssue(deps.store.issues, id)
  const newsletter = await findNewsletter(deps.store.newsletters, issue.newsletterId)
  const scheduled = await deps.store.sends.scheduledFor(id)
  const date = scheduled?.scheduledAt ?? deps.clock.now()
  const edition = await renderIssue(deps, issue, date, mailLocale(language, newsletter.locale))
  const reader = await deps.store.subscribers.anyConfirmed(issue.newsletterId)
  const view = deps.links.view(edition.hash)
  return {
    edition,
    message: fillEdition(edition, { ...sampleValues(deps.links, edition, issue.newsletterId, reader), view }),
  }
}

/** What an edition's slots show to `reader`, with links that are nobody's; without a reader, texts fall back. */
export function sampleValues(
  links: Pick<Links, 'slotUrls'>,
  edition: Edition,
  newsletterId: NewsletterId,
  reader: Pick<Subscriber, 'firstName' | 'attributes'> | null,
): SlotValues {
  const texts = new Map(Object.entries(reader ? { ...reader.attributes, first_name: reader.firstName } : {}))
  const known = slotNames(edition).texts.flatMap((name) => (texts.get(name) ? [[name, texts.get(name)]] : []))
  return { ...Object.fromEntries(known), ...links.slotUrls(newsletterId, null) }
}
