import type { ArticleProps, Block, IssueProps, NewsletterProps } from './props.ts'
import type { SlotSheet } from './slots.tsx'
import { phrase, type Strings, stringsFor } from './strings.ts'
import { blocksAsText, joined, linkAsText, pictureAsText, quoted } from './text.ts'
import { bylineOf, datesOf, disclosureOf, dotted, folioOf, listenLabelOf } from './wording.ts'

const RULE = '* * *'

/** The complete plain-text part of an issue: everything the HTML says, and the perspective whole. */
export function issueText(props: IssueProps, sheet: SlotSheet): string {
  const { newsletter, articles } = props
  const [lead, ...others] = articles
  const strings = stringsFor(newsletter.locale)
  return joined([
    mastheadText(props, strings, sheet),
    articleText(lead, strings, sheet),
    ...moreText(others, strings),
    RULE,
    footerText(newsletter, strings, sheet),
  ]).concat('\n')
}

function mastheadText({ newsletter, issue }: IssueProps, strings: Strings, sheet: SlotSheet): string {
  return lines([newsletter.name, dotted(folioOf(issue, strings)), labelled(strings.viewInBrowser, sheet.url('view'))])
}

function articleText(article: ArticleProps, strings: Strings, sheet: SlotSheet): string {
  const { hero, perspective, related } = article
  const listen = listenLabelOf(article, strings)
  return joined([
    lines([article.kicker, article.headline, article.url]),
    article.dek,
    bylineText(article, strings),
    disclosureOf(article, strings),
    listen && labelled(listen, `${sheet.url('view')}#listen`),
    RULE,
    hero && pictureAsText(hero.alt, hero.caption, hero.credit),
    blocksAsText(withDateline(article.blocks, article.dateline)),
    perspective && perspectiveText(article, perspective.text, strings),
    related.length > 0 ? joined([strings.related, ...related.map((to) => linkAsText(to.headline, to.url))]) : undefined,
  ])
}

function bylineText(article: ArticleProps, strings: Strings): string {
  const { name, url, bio } = article.byline
  const author = phrase(bylineOf(article, strings), { name })
  return lines([url ? linkAsText(author, url) : author, datesOf(article, strings), bio])
}

function withDateline(blocks: readonly Block[], dateline: string | undefined): readonly Block[] {
  const opening = blocks.findIndex((block) => block.type === 'paragraph')
  const first = blocks[opening]
  if (dateline === undefined || first?.type !== 'paragraph') return blocks
  const place = { type: 'text', text: `${dateline} — ` } as const
  return blocks.with(opening, { ...first, content: [place, ...first.content] })
}

function perspectiveText({ byline }: ArticleProps, text: string, strings: Strings): string {
  return joined([
    strings.perspective,
    byline.isAI ? phrase(strings.perspectiveIntro, { name: byline.name }) : undefined,
    quoted(text),
  ])
}

function moreText(articles: readonly ArticleProps[], strings: Strings): string[] {
  if (articles.length === 0) return []
  return [RULE, strings.alsoInThisIssue, ...articles.map((article) => teaserText(article, strings))]
}

function teaserText(article: ArticleProps, strings: Strings): string {
  const author = phrase(bylineOf(article, strings), { name: article.byline.name })
  return lines([article.headline, article.dek, author, article.url])
}

function footerText(newsletter: NewsletterProps, strings: Strings, sheet: SlotSheet): string {
  const named = sheet.when('first_name', undefined)
  const thanks = phrase(strings.thanksNamed, { name: sheet.text('first_name', '') })
  return joined([
    `${named.open}${thanks}${named.otherwise}${strings.thanks}${named.close} ${newsletter.reason}`,
    lines([
      labelled(strings.unsubscribe, sheet.url('unsubscribe')),
      labelled(strings.preferences, sheet.url('preferences')),
      labelled(strings.viewInBrowser, sheet.url('view')),
    ]),
    lines([newsletter.senderName, newsletter.postalAddress, newsletter.homepage]),
  ])
}

function labelled(label: string, url: string): string {
  return `${label}: ${url}`
}

function lines(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join('\n')
}
