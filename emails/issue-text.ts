import type { ArticleProps, Block, IssueProps, NewsletterProps } from './props.ts'
import { type Note, type Plan, planOf, type Shown, TEXT_LIMIT } from './shown.ts'
import type { SlotSheet } from './slots.tsx'
import { counted, phrase, type Strings, stringsFor } from './strings.ts'
import { blocksAsText, joined, linkAsText, pictureAsText, quoted } from './text.ts'
import { bylineOf, datesOf, dotted, folioOf, listenLabelOf, minutesOf, teaserOf } from './wording.ts'

const RULE = '* * *'

/** How one template writes its text part. */
export type TextHabit = {
  /** How much it shows of an issue that does not say so itself. Default `full`. */
  readonly extent?: 'full' | 'excerpt'
  /** What stands before the text of the article; default masthead, headline and byline. */
  readonly head?: (props: IssueProps, strings: Strings, sheet: SlotSheet) => string
  /** What stands after it; default nothing. */
  readonly sign?: (article: ArticleProps, strings: Strings) => string
}

/** The plain-text part of an issue: everything the HTML says, and the perspective whole. */
export function issueText(props: IssueProps, sheet: SlotSheet, habit: TextHabit = {}): string {
  const { newsletter, articles } = props
  const [lead] = articles
  const strings = stringsFor(newsletter.locale)
  const plan = planOf(props, habit.extent ?? 'full', TEXT_LIMIT)
  const head = habit.head ?? newspaperHead
  return joined([
    head(props, strings, sheet),
    articleText(lead, plan.lead, strings, sheet),
    habit.sign?.(lead, strings),
    endText(lead, strings),
    ...storiesText(plan, strings, sheet),
    RULE,
    footerText(newsletter, strings, sheet),
  ]).concat('\n')
}

function newspaperHead(props: IssueProps, strings: Strings, sheet: SlotSheet): string {
  const [lead] = props.articles
  const listen = listenLabelOf(lead, strings)
  return joined([
    mastheadText(props, strings, sheet),
    lines([lead.kicker, lead.headline, lead.url]),
    lead.dek,
    bylineText(lead, strings),
    disclosureText(lead, strings),
    listen && labelled(listen, `${sheet.url('view')}#listen`),
    RULE,
  ])
}

/** Newsletter, date and number, and where to read it in a browser. */
export function mastheadText({ newsletter, issue }: IssueProps, strings: Strings, sheet: SlotSheet): string {
  const { date, number } = folioOf(issue, strings)
  return lines([newsletter.name, dotted([date, number]), labelled(strings.viewInBrowser, sheet.url('view'))])
}

/** That an AI wrote the article; its instructions follow the article, whole. */
export function disclosureText({ byline, perspective }: ArticleProps, strings: Strings): string | undefined {
  if (!byline.isAI) return undefined
  return perspective ? strings.disclosureBelow : strings.disclosure
}

function bylineText(article: ArticleProps, strings: Strings): string {
  const { name, url, bio } = article.byline
  const author = phrase(bylineOf(article, strings), { name })
  return lines([url ? linkAsText(author, url) : author, datesOf(article, strings), bio])
}

function articleText(article: ArticleProps, shown: Shown, strings: Strings, sheet: SlotSheet): string {
  const { hero, url } = article
  const address = url ?? `${sheet.url('view')}#article`
  return joined([
    hero && pictureAsText(hero.alt, hero.caption, hero.credit),
    blocksAsText(withDateline(shown.blocks, article.dateline)),
    shown.notes.length > 0 ? joined([strings.notes, ...shown.notes.map(noteText)]) : undefined,
    shown.kind === 'cut' ? strings.continueCut : undefined,
    shown.kind === 'whole' ? undefined : labelled(strings.continueReading, address),
  ])
}

function noteText({ number, blocks }: Note): string {
  return `[${number}] ${blocksAsText(blocks)}`
}

function withDateline(blocks: readonly Block[], dateline: string | undefined): readonly Block[] {
  const opening = blocks.findIndex((block) => block.type === 'paragraph')
  const first = blocks[opening]
  if (dateline === undefined || first?.type !== 'paragraph') return blocks
  const place = { type: 'text', text: `${dateline} — ` } as const
  return blocks.with(opening, { ...first, content: [place, ...first.content] })
}

function endText({ byline, perspective, related }: ArticleProps, strings: Strings): string {
  return joined([
    perspective && strings.perspective,
    perspective && byline.isAI ? phrase(strings.perspectiveIntro, { name: byline.name }) : undefined,
    perspective && quoted(perspective.text),
    related.length > 0 ? joined([strings.related, ...related.map((to) => linkAsText(to.headline, to.url))]) : undefined,
  ])
}

function storiesText({ others, hidden }: Plan, strings: Strings, sheet: SlotSheet): string[] {
  if (others.length === 0) return []
  const more = hidden === 0 ? [] : [labelled(counted(strings.moreInIssue, hidden, strings), sheet.url('view'))]
  return [RULE, strings.alsoInThisIssue, ...others.map((article) => storyText(article, strings)), ...more]
}

function storyText(article: ArticleProps, strings: Strings): string {
  const author = phrase(bylineOf(article, strings), { name: article.byline.name })
  const { kicker, headline, url } = article
  return lines([kicker, headline, teaserOf(article), dotted([author, minutesOf(article, strings)]), url])
}

function footerText(newsletter: NewsletterProps, strings: Strings, sheet: SlotSheet): string {
  return joined([
    `${toReader(strings.thanksNamed, strings.thanks, sheet)} ${newsletter.reason}`,
    lines([
      labelled(strings.unsubscribe, sheet.url('unsubscribe')),
      labelled(strings.preferences, sheet.url('preferences')),
      labelled(strings.viewInBrowser, sheet.url('view')),
    ]),
    imprintText(newsletter),
  ])
}

/** The newsletter's own last lines, and who sent the mail. */
export function imprintText({ branding, senderName, postalAddress, homepage }: NewsletterProps): string {
  return joined([branding?.footer, lines([senderName, postalAddress, homepage])])
}

/** A sentence with the reader's name in it, or `otherwise` for readers whose name is not known. */
export function toReader(pattern: string, otherwise: string, sheet: SlotSheet): string {
  const named = sheet.when('first_name', undefined)
  const sentence = phrase(pattern, { name: sheet.text('first_name', '') })
  return `${named.open}${sentence}${named.otherwise}${otherwise}${named.close}`
}

/** `What it is: https://…` */
export function labelled(label: string, url: string): string {
  return `${label}: ${url}`
}

/** Lines of which some may be missing. */
export function lines(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join('\n')
}
