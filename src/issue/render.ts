import type { Edition } from '../edition/edition.ts'
import { issueProps } from '../edition/props.ts'
import { renderEdition } from '../edition/render.ts'
import type { LoadedTemplate } from '../edition/templates.ts'
import { AppError, notFound } from '../error.ts'
import type { Newsletter } from '../newsletter/newsletter.ts'
import type { Store } from '../store/store.ts'
import type { Issue } from './issue.ts'

/** What rendering an issue needs. */
export type RenderIssueDeps = {
  readonly store: Pick<Store, 'newsletters' | 'articles'>
  /** The template of that name, ready to render. @throws AppError when it is unknown or broken */
  readonly template: (name: string) => Promise<LoadedTemplate>
  /** Without a slash at the end; its host stands in `List-Id`. */
  readonly publicUrl: string
}

/**
 * Renders an issue as its readers will get it, dated `date` in the newsletter's zone. The same issue, date and
 * templates give an edition of the same hash.
 * @throws AppError `not_found` when an article or the newsletter is gone; `invalid_input` when the template refuses
 */
export async function renderIssue(deps: RenderIssueDeps, issue: Issue, date: Date): Promise<Edition> {
  const newsletter = await deps.store.newsletters.get(issue.newsletterId)
  if (!newsletter) throw notFound('newsletter', issue.newsletterId)
  const stored = await deps.store.articles.getMany(issue.articleIds)
  const missing = issue.articleIds.find((id) => !stored.some((one) => one.id === id))
  if (missing) throw notFound('article', missing)
  const [lead, ...others] = stored.map((one) => one.article)
  if (!lead) throw new AppError('invalid_input', `Issue ${issue.id} has no article. Give it at least one.`)
  const { subject, preheader, number } = issue
  return renderEdition({
    template: await deps.template(issue.template),
    props: issueProps(newsletter, { subject, preheader, number, date }, [lead, ...others]),
    headers: (slots) => listHeaders(newsletter, deps.publicUrl, slots.url('one_click')),
    locale: newsletter.locale,
  })
}

/**
 * The headers that make a mail part of a list: leaving with one click (RFC 8058 section 3.1: one https URI, and exactly
 * this Post value), and the list's stable name (RFC 2919).
 */
export function listHeaders(newsletter: Pick<Newsletter, 'slug'>, publicUrl: string, oneClickUrl: string) {
  return {
    'List-Unsubscribe': `<${oneClickUrl}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    'List-Id': `<${newsletter.slug}.${new URL(publicUrl).hostname}>`,
  }
}
