import type { ArticleProps, Branding, IssueProps, NewsletterProps, SingleProps } from '../../emails/props.ts'
import { phrase, stringsFor } from '../../emails/strings.ts'
import type { Article } from '../article/article.ts'
import { directionOf } from '../article/field.ts'
import { readMinutes } from '../article/text.ts'

/** What a mail says about the newsletter it belongs to; a `Newsletter` fits. */
export type NewsletterFacts = {
  readonly name: string
  readonly fromName: string
  readonly postalAddress: string
  readonly homepage: string | null
  /** BCP 47; decides in which language the fixed sentences are, and how dates are written. */
  readonly locale: string
  /** IANA name; decides which day it is. */
  readonly timeZone: string
  /** How it looks; default: as the theme has it. Its logo is an https URL. */
  readonly branding?: Branding | undefined
}

/** What a mail says about the issue as such; `date` is the day it goes out. */
export type IssueFacts = {
  readonly subject: string
  readonly preheader: string
  readonly number?: number | undefined
  readonly date?: Date | undefined
  /** How much of an article is shown; null or left out: as the template does. */
  readonly excerpt?: IssueProps['issue']['excerpt'] | null
}

/** Maps an issue of at least one article to what its template sees. The same facts give the same props. */
export function issueProps(
  newsletter: NewsletterFacts,
  issue: IssueFacts,
  articles: readonly [Article, ...Article[]],
): IssueProps {
  const [lead, ...others] = articles
  const { subject, preheader, number, date, excerpt } = issue
  return {
    newsletter: newsletterProps(newsletter),
    issue: {
      subject,
      preheader,
      ...(number === undefined ? {} : { number }),
      ...(date === undefined ? {} : { date: dayText(date, newsletter, { weekday: 'long' }) }),
      ...(excerpt ? { excerpt } : {}),
    },
    articles: [articleProps(lead, newsletter), ...others.map((article) => articleProps(article, newsletter))],
  }
}

/** Maps a mail to one reader to what its template sees, but for its lines, which are the template's own. */
export function singleProps(newsletter: NewsletterFacts): Pick<SingleProps, 'newsletter'> {
  return { newsletter: newsletterProps(newsletter) }
}

/** Maps a newsletter to what a template sees of it. */
export function newsletterProps(newsletter: NewsletterFacts): NewsletterProps {
  const { name, fromName, postalAddress, homepage, locale, branding = {} } = newsletter
  return {
    name,
    senderName: fromName,
    postalAddress,
    ...(homepage === null ? {} : { homepage }),
    locale,
    dir: directionOf(locale),
    reason: phrase(stringsFor(locale).reason, { newsletter: name }),
    ...(Object.keys(branding).length === 0 ? {} : { branding }),
  }
}

function articleProps(article: Article, newsletter: NewsletterFacts): ArticleProps {
  const { publishedAt, updatedAt, blocks, notes, related, ...same } = article
  return {
    ...same,
    ...(publishedAt === undefined ? {} : { publishedText: dayText(new Date(publishedAt), newsletter) }),
    ...(isLater(updatedAt, publishedAt) ? { updatedText: momentText(new Date(updatedAt), newsletter) } : {}),
    readMinutes: readMinutes(article),
    blocks: [...blocks],
    ...(notes === undefined ? {} : { notes: notes.map((note) => [...note]) }),
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
