import type { Article } from '../article/article.ts'
import { fillEdition } from '../edition/fill.ts'
import type { Links } from '../links.ts'
import type { EditionStore } from '../store/store.ts'

/** An edition as everybody may see it: filled for nobody, with the articles it was made of. */
export type WebView = { readonly html: string; readonly locale: string; readonly articles: readonly Article[] }

export type WebViewDeps = {
  readonly editions: Pick<EditionStore, 'get' | 'issueOf'>
  readonly links: Pick<Links, 'slotUrls' | 'view'>
}

/**
 * The same edition that went out by mail, for the browser: texts fall back as for a reader of whom nothing is known,
 * and links that would be a reader's own lead to the newsletter. Null when there is no such edition, or it is no
 * issue's (a confirmation mail).
 */
export async function webView(deps: WebViewDeps, editionHash: string): Promise<WebView | null> {
  const [edition, issue] = await Promise.all([deps.editions.get(editionHash), deps.editions.issueOf(editionHash)])
  if (edition === null || issue === null) return null
  const urls = { ...deps.links.slotUrls(issue.newsletterId, null), view: deps.links.view(editionHash) }
  return { html: fillEdition(edition, urls).html, locale: edition.locale, articles: issue.articles }
}
