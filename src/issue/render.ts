import { createHash } from 'node:crypto'
import type { Article } from '../article/article.ts'
import { withAssetUrls } from '../assets/asset.ts'
import type { Edition } from '../edition/edition.ts'
import { issueHeaders } from '../edition/headers.ts'
import { issueProps } from '../edition/props.ts'
import { renderEdition } from '../edition/render.ts'
import type { LoadedTemplate } from '../edition/templates.ts'
import { AppError, notFound } from '../error.ts'
import { brandingInMail } from '../newsletter/branding.ts'
import { remember } from '../remember.ts'
import type { Store } from '../store/store.ts'
import type { Issue } from './issue.ts'

/** What rendering an issue needs. */
export type RenderIssueDeps = {
  readonly store: Pick<Store, 'newsletters' | 'articles'>
  /** The template of that name, ready to render. @throws AppError when it is unknown or broken */
  readonly template: (name: string) => Promise<LoadedTemplate>
  /** Without a slash at the end; its host stands in `List-Id` and names the sender to Gmail. */
  readonly publicUrl: string
  /** Set where mail is taken in: then the issue can be left by mail. */
  readonly inbound?: object | null
}

/**
 * Renders an issue as its readers will get it, dated `date` in the newsletter's zone. `locale` decides the language of
 * everything but the articles; default: the newsletter's. The same issue, date and templates give an edition of the
 * same hash.
 * @throws AppError `not_found` when an article or the newsletter is gone; `invalid_input` when the template refuses
 */
export async function renderIssue(deps: RenderIssueDeps, issue: Issue, date: Date, locale?: string): Promise<Edition> {
  const render = await openIssue(deps, issue, date)
  return render(locale)
}

/** Reads what an issue is made of, to be rendered in one language or in several. @throws AppError as `renderIssue` does */
export async function openIssue(
  deps: RenderIssueDeps,
  issue: Issue,
  date: Date,
): Promise<(locale?: string) => Promise<Edition>> {
  const { publicUrl, inbound } = deps
  const newsletter = await deps.store.newsletters.get(issue.newsletterId)
  if (!newsletter) throw notFound('newsletter', issue.newsletterId)
  const articles = await readArticles(deps, issue)
  const template = await deps.template(issue.template)
  const { subject, preheader, number, excerpt } = issue
  const mail = { newsletter: newsletter.slug, publicUrl, issueId: issue.id }
  return (locale = newsletter.locale) => {
    const facts = { ...newsletter, branding: brandingInMail(newsletter.branding, publicUrl), locale }
    const props = issueProps(facts, { subject, preheader, number, date, excerpt }, articles)
    const leavesByMail = Boolean(inbound)
    // All that an edition is made of: a compiled template is named by its content.
    const all = [template.name, template.compiled, props, mail, leavesByMail, locale]
    const key = createHash('sha256').update(JSON.stringify(all)).digest('hex')
    return rendered(key, () =>
      renderEdition({
        template,
        props,
        headers: (slots) =>
          issueHeaders({
            ...mail,
            oneClickUrl: slots.url('one_click'),
            leaveUrl: leavesByMail ? slots.url('leave') : undefined,
          }),
        locale,
      }),
    )
  }
}

/** Rendering takes a tenth of a second an edition; an issue is looked at, checked and scheduled as it is, again and again. */
const rendered = remember<Edition>(60)

async function readArticles(
  { store, publicUrl }: RenderIssueDeps,
  { id, articleIds }: Issue,
): Promise<[Article, ...Article[]]> {
  const stored = await store.articles.getMany(articleIds)
  const missing = articleIds.find((wanted) => !stored.some((one) => one.id === wanted))
  if (missing) throw notFound('article', missing)
  const [lead, ...others] = stored.map(({ article }) => withAssetUrls(article, publicUrl))
  if (!lead) throw new AppError('invalid_input', `Issue ${id} has no article. Give it at least one.`)
  return [lead, ...others]
}
