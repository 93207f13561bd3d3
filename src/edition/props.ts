import type { ArticleProps, IssueProps, NewsletterProps, SingleProps } from '../../emails/props.ts'
import type { Article } from '../article/article.ts'
import { directionOf } from '../article/field.ts'
import { readMinutes } from '../article/text.ts'

/** What a mail says about the newsletter it belongs to; a `Newsletter` fits. */
export type NewsletterFacts = {
  readonly name: string
  readonly fromName: string
  readonly postalAddress: string
  readonly homepage: string | null
  /** BCP 47; decides how dates are written. */
  readonly locale: string
  /** IANA name; decides which day it is. */
  readonly timeZone: string
}

/** What a mail says about the issue as such; `date` is the day it goes out. */
export type IssueFacts = {
  readonly subject: string
  readonly preheader: string
  readonly number?: number | undefined
  readonly date?: Date | undefined
}

/** Maps an issue of at least one article to what its template sees. The same facts give the same props. */
export function issueProps(
  newsletter: NewsletterFacts,
  issue: IssueFacts,
  articles: readonly [Article, ...Article[]],
): IssueProps {
  const [lead, ...others] = articles
  const { subject, preheader, number, date } = issue
  return {
    newsletter: newsletterProps(newsletter),
    issue: {
      subject,
      preheader,
      ...(number === undefined ? {} : { number }),
      ...(date === undefined ? {} : { date: dayText(date, newsletter, { weekday: 'long' }) }),
    },
    articles: [articleProps(lead, newsletter), ...others.map((article) => articleProps(article, newsletter))],
  }
}

/** Maps a mail to one reader to what its template sees; subject and preheader are the template's own when it has any. */
export function singleProps(
  newsletter: NewsletterFacts,
  template: {
    readonly subject?: ((props: { readonly newsletter: NewsletterProps }) => string) | undefined
    readonly preheader?: ((props: { readonly newsletter: NewsletterProps }) => string) | undefined
  },
): SingleProps {
  const props = { newsletter: newsletterProps(newsletter) }
  const subject = template.subject?.(props) ?? newsletter.name
  return { ...props, subject, preheader: template.preheader?.(props) ?? subject }
}

/** Maps a newsletter to what a template sees of it. */
export function newsletterProps({ name, fromName, postalAddress, homepage, locale }: NewsletterFacts): NewsletterProps {
  return {
    name,
    senderName: fromName,
    postalAddress,
    ...(homepage === null ? {} : { homepage }),
    locale,
    dir: directionOf(locale),
    reason: `You receive ${name} because you subscribed to it.`,
  }
}

function articleProps(article: Article, newsletter: NewsletterFacts): ArticleProps {
  const { publishedAt, updatedAt, blocks, related, ...same } = article
  return {
    ...same,
    ...(publishedAt === undefined ? {} : { publishedText: dayText(new Date(publishedAt), newsletter) }),
    ...(isLater(updatedAt, publishedAt) ? { updatedText: momentText(new Date(updatedAt), newsletter) } : {}),
    readMinutes: readMinutes(article),
    blocks: [...blocks],
    related: [...related],
  }
}

function isLater(updatedAt: string | undefined, publishedAt: string | undefined): updatedAt is string {
  return updatedAt !== undefined && (publishedAt === undefined || Date.parse(updatedAt) > Date.parse(publishedAt))
}

const DAY: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'long', year: 'numeric' }

function dayText(date: Date, { locale, timeZone }: NewsletterFacts, more: Intl.DateTimeFormatOptions = {}): string {
  return new Intl.DateTimeFormat(locale, { ...DAY, ...more, timeZone }).format(date)
}

// The zone is named: a reader may live in another.
function momentText(date: Date, newsletter: NewsletterFacts): string {
  return dayText(date, newsletter, { hour: 'numeric', minute: '2-digit', timeZoneName: 'short' })
}
