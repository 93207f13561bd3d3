import { render } from '@react-email/render'
import { type ArticleProps, type Block, type Inline, type IssueProps, issueProps } from '../../emails/props.ts'
import { type Template, templateFrom } from '../../emails/registry.ts'
import { sampleIssue, sampleNewsletter } from '../../emails/sample.ts'
import { SlotProvider, SlotSheet } from '../../emails/slots.tsx'
import * as article from '../../emails/templates/article.tsx'
import * as confirmSubscription from '../../emails/templates/confirm-subscription.tsx'
import * as digest from '../../emails/templates/digest.tsx'
import * as goodbye from '../../emails/templates/goodbye.tsx'
import * as letter from '../../emails/templates/letter.tsx'
import * as welcome from '../../emails/templates/welcome.tsx'

export const articleTemplate = templateFrom('article', article)
export const confirmTemplate = templateFrom('confirm-subscription', confirmSubscription)

export const TEMPLATES: Readonly<Record<string, Template>> = {
  article: articleTemplate,
  digest: templateFrom('digest', digest),
  letter: templateFrom('letter', letter),
  'confirm-subscription': confirmTemplate,
  welcome: templateFrom('welcome', welcome),
  goodbye: templateFrom('goodbye', goodbye),
}

export const NONCE = '9031774100'

/** Both parts of a mail before its slots are filled, without the comments React leaves between texts. */
export async function rendered(template: Template, props: object) {
  const { page, text, declared } = await renderedPage(template, props)
  return { html: page.replace(/<!--.*?-->/g, ''), text, declared }
}

/** Both parts of a mail as React leaves them. */
export async function renderedPage(template: Template, props: object) {
  const sheet = new SlotSheet(NONCE)
  const Mail = template.component
  const page = await render(
    <SlotProvider sheet={sheet}>
      <Mail {...props} />
    </SlotProvider>,
  )
  return { page, text: template.text?.(props, sheet) ?? '', declared: sheet.declared }
}

/** The address a template gets for a URL slot, whichever place it has on the sheet. */
export function slotUrl(declared: SlotSheet['declared'], name: string): string {
  const index = declared.findIndex((slot) => slot.kind === 'url' && slot.name === name)
  return `https://slot.invalid/${NONCE}${String(index).padStart(3, '0')}0`
}

/** An issue with one article, which differs from a plain one in what is given. */
export function issueWith(changes: Partial<ArticleProps>, newsletter = sampleNewsletter): IssueProps {
  const plain: ArticleProps = {
    headline: 'The tide gate',
    readMinutes: 2,
    lang: 'en',
    dir: 'ltr',
    byline: { name: 'Ines Calloway', isAI: true },
    blocks: [paragraph('The gate rose.')],
    related: [],
  }
  return issueProps.parse({ newsletter, issue: sampleIssue.issue, articles: [{ ...plain, ...changes }] })
}

export function paragraph(text: string): Block {
  return { type: 'paragraph', content: words(text) }
}

export function words(text: string): Inline[] {
  return [{ type: 'text', text }]
}

/** Every element of the page that has `tag`, as it stands in the source. */
export function tags(html: string, tag: string): string[] {
  return html.match(new RegExp(`<${tag}(?=[\\s>])[^>]*>`, 'g')) ?? []
}

/** The body as a reader sees it: no tags, entities resolved. */
export function shownText(html: string): string {
  const body = html.slice(html.indexOf('<body'))
  return body
    .replace(/<br\/?>/g, '\n')
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#x27;', "'")
    .replaceAll('&amp;', '&')
}
