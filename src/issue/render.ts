import { withAssetUrls } from '../assets/asset.ts'
import type { Edition } from '../edition/edition.ts'
import { issueHeaders } from '../edition/headers.ts'
import { issueProps } from '../edition/props.ts'
import { renderEdition } from '../edition/render.ts'
import type { LoadedTemplate } from '../edition/templates.ts'
import { AppError, notFound } from '../error.ts'
import { brandingInMail } from '../newsletter/branding.ts'
import type { Store } from '../store/store.ts'
import type { Issue } from './issue.ts'

/** What rendering an issue needs. */
export type RenderIssueDeps = {
  readonly store: Pick<Store, 'newsletters' | 'articles'>
  /** The template of that name, ready to render. @throws AppError when it is unknown or broken */
  readonly template: (name: string) => Promise<LoadedTemplate>
  /** Without a slash at the end; its host stands in `List-Id` and names the sender to Gmail. */
  readonly publicUrl: string
}

/**
 * Renders an issue as its readers will get it, dated `date` in the newsletter's zone. `locale` decides the language of
 * everything but the articles; default: the newsletter's. The same issue, date and templates give an edition of the
 * same hash.
 * @throws AppError `not_found` when an article or the newsletter is gone; `invalid_input` when the template refuses
 */
export async function renderIssue(deps: RenderIssueDeps, issue: Issue, date: Date, locale?: string): Promise<Edition> {
  const newsletter = await deps.store.newsletters.get(issue.newsletterId)
  if (!newsletter) throw notFound('newsletter', issue.newsletterId)
  const stored = await deps.store.articles.getMany(issue.articleIds)
  const missing = issue.articleIds.find((id) => !stored.some((one) => one.id === id))
  if (missing) throw notFound('article', missing)
  const [lead, ...others] = stored.map((one) => withAssetUrls(one.article, deps.publicUrl))
  if (!lead) throw new AppError('invalid_input', `Issue ${issue.id} has no article. Give it at least one.`)
  const { subject, preheader, number, excerpt } = issue
  const { publicUrl } = deps
  const branding = brandingInMail(newsletter.branding, publicUrl)
  const facts = { ...newsletter, branding, locale: locale ?? newsletter.locale }
  return renderEdition({
    template: await deps.template(issue.template),
    props: issueProps(facts, { subject, preheader, number, date, excerpt }, [lead, ...others]),
    headers: (slots) =>
      issueHeaders({
        newsletter: newsletter.slug,
        publicUrl,
        issueId: issue.id,
        oneClickUrl: slots.url('one_click'),
      }),
    locale: facts.locale,
  })
}
