import { sampleIssue, sampleNewsletter } from '../../emails/sample.ts'
import type { Article } from '../article/article.ts'
import type { ReadArticle } from '../article/read.ts'
import type { Edition, Message, SlotValues } from '../edition/edition.ts'
import { fillEdition } from '../edition/fill.ts'
import { issueHeaders, singleHeaders } from '../edition/headers.ts'
import { issueProps, type NewsletterFacts, singleProps } from '../edition/props.ts'
import { renderShown } from '../edition/render.ts'
import { slotNames } from '../edition/slot-names.ts'
import type { PageRequest } from '../edition/template-thread.ts'
import type { LoadedTemplate } from '../edition/templates.ts'
import type { Problem } from '../error.ts'

/** Who the preview pretends to be. */
export type SampleReader = 'named' | 'unnamed'

/** A message as the page shows it. */
export type PreviewedMessage = Message & {
  readonly preheader: string
  readonly hash: string
  /** Of the html, in UTF-8. */
  readonly bytes: number
  /** Whether the template wrote the text part itself; else it was made from the html. */
  readonly ownText: boolean
  /** What of the article was left out. */
  readonly warnings: readonly Problem[]
}

/** The newsletter that previewed mails belong to. */
export const PREVIEW_NEWSLETTER: NewsletterFacts = {
  name: sampleNewsletter.name,
  fromName: sampleNewsletter.senderName,
  postalAddress: sampleNewsletter.postalAddress,
  homepage: sampleNewsletter.homepage ?? null,
  locale: 'en',
  timeZone: 'UTC',
}

/**
 * The message that one reader would get: rendered, compiled and filled as for a send. Without an article the template
 * shows its own sample. `origin` is where its links lead.
 * @throws AppError as `renderEdition` does
 */
export async function previewMessage(request: {
  readonly template: LoadedTemplate
  readonly source: ReadArticle | undefined
  readonly reader: SampleReader
  readonly date: Date
  readonly origin: string
}): Promise<PreviewedMessage> {
  const { template, reader, origin } = request
  const article = request.source?.article
  const props = propsFor(template, article, request.date)
  const { edition, preheader } = await renderShown({
    template,
    props,
    sample: article === undefined,
    headers: (slots) => {
      const mail = { newsletter: 'preview', publicUrl: origin }
      if (template.kind === 'single') return singleHeaders({ ...mail, template: template.name })
      return issueHeaders({ ...mail, issueId: 'preview', oneClickUrl: slots.url('one_click') })
    },
    locale: PREVIEW_NEWSLETTER.locale,
  })
  const message = fillEdition(edition, sampleValues(edition, reader, origin))
  return {
    ...message,
    preheader,
    hash: edition.hash,
    bytes: Buffer.byteLength(message.html),
    ownText: template.hasText,
    warnings: request.source?.warnings ?? [],
  }
}

function propsFor(template: LoadedTemplate, article: Article | undefined, date: Date): PageRequest['props'] {
  if (template.kind === 'single') return singleProps(PREVIEW_NEWSLETTER)
  if (article === undefined) return sampleIssue
  const lines = { subject: article.headline, preheader: article.dek ?? article.headline }
  return issueProps(PREVIEW_NEWSLETTER, { ...lines, number: 1, date }, [article])
}

function sampleValues(edition: Edition, reader: SampleReader, origin: string): SlotValues {
  const { texts, urls } = slotNames(edition)
  const person = reader === 'named' ? texts.map((name) => [name, name === 'first_name' ? 'Ada' : `«${name}»`]) : []
  return Object.fromEntries([...person, ...urls.map((name) => [name, `${origin}/link/${name}`])])
}
