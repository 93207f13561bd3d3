import { sampleIssue } from '../../emails/sample.ts'
import type { Article } from '../article/article.ts'
import { assetUrl, withAssetUrls } from '../assets/asset.ts'
import type { ArticleFile, PictureBeside } from '../assets/beside.ts'
import type { Clock } from '../clock.ts'
import { issueHeaders, singleHeaders } from '../edition/headers.ts'
import { mailLocale } from '../edition/languages.ts'
import { issueProps, newsletterProps, singleProps } from '../edition/props.ts'
import { renderShown, type ShownEdition } from '../edition/render.ts'
import type { PageRequest } from '../edition/template-thread.ts'
import type { LoadedTemplate, TemplateSet } from '../edition/templates.ts'
import { notFound, type Problem } from '../error.ts'
import { defaultLines } from '../issue/lines.ts'
import { articleFiles, articleNamed } from './articles.ts'
import type { Choice } from './choice.ts'
import { type PreviewNewsletter, readNewsletter } from './newsletter.ts'
import { MADE_UP_READERS, type PreviewReader, readReaders } from './readers.ts'

/** All that can be looked at. */
export type Previewed = {
  readonly templates: () => TemplateSet
  /** Folders of article files. */
  readonly articles: readonly string[]
  /** JSON files; undefined: only what is made up. */
  readonly readersFile: string | undefined
  readonly newsletterFile: string | undefined
  readonly publicUrl: string
  readonly clock: Clock
}

/** What was chosen, rendered for one language and not yet filled. */
export type RenderedChoice = ShownEdition & {
  readonly template: LoadedTemplate
  readonly newsletter: PreviewNewsletter
  readonly reader: PreviewReader
  /** What of the articles was left out. */
  readonly warnings: readonly Problem[]
  /** Pictures that lie beside the articles, by the address they have in the mail. */
  readonly pictures: ReadonlyMap<string, PictureBeside>
}

/** Whose mail it is, and where readers would reach them. */
export type Sender = { readonly newsletter: PreviewNewsletter; readonly publicUrl: string }

/**
 * Renders what was chosen, for `sender` (default: the previewed newsletter). Without an article a template of kind
 * `issue` shows its own sample.
 * @throws AppError `not_found`, or `invalid_input` when an article, the template or a file does not hold
 */
export async function renderChoice(
  previewed: Previewed,
  choice: Choice,
  sender: Partial<Sender> = {},
): Promise<RenderedChoice> {
  const template = previewed.templates().get(choice.template)
  const reader = await readerOf(previewed, choice.reader)
  const { publicUrl = previewed.publicUrl } = sender
  const own = sender.newsletter ?? (await readNewsletter(previewed.newsletterFile, publicUrl))
  const newsletter = { ...own, locale: choice.language || mailLocale(reader.locale, own.locale) }
  const sources = template.kind === 'single' ? [] : await articlesOf(previewed, choice)
  const [lead, ...others] = sources.map(({ article }) => withAssetUrls(article, publicUrl))
  const shown = await renderShown({
    template,
    props: propsOf(template, newsletter, lead && [lead, ...others], choice, previewed.clock.now()),
    sample: lead === undefined,
    headers: (slots) => {
      const mail = { newsletter: newsletter.slug, publicUrl }
      if (template.kind === 'single') return singleHeaders({ ...mail, template: template.name })
      return issueHeaders({ ...mail, issueId: 'preview', oneClickUrl: slots.url('one_click') })
    },
    locale: newsletter.locale,
  })
  const pictures = sources.flatMap((source) => [...source.pictures.values()])
  return {
    ...shown,
    template,
    newsletter,
    reader,
    warnings: sources.flatMap(({ warnings }) => warnings),
    pictures: new Map(pictures.map((picture) => [assetUrl(picture.src, publicUrl), picture])),
  }
}

/** Made up, and those of the file. @throws AppError `invalid_input` when that cannot be read */
export async function allReaders({ readersFile }: Previewed): Promise<readonly PreviewReader[]> {
  return [...MADE_UP_READERS, ...(readersFile === undefined ? [] : await readReaders(readersFile))]
}

async function readerOf(previewed: Previewed, id: string): Promise<PreviewReader> {
  const reader = (await allReaders(previewed)).find((one) => one.id === id)
  if (reader === undefined) throw notFound('reader', id)
  return reader
}

async function articlesOf({ articles }: Previewed, { article, others }: Choice): Promise<readonly ArticleFile[]> {
  if (article === '') return []
  const rest = others === 'follow' ? [...(await articleFiles(articles)).keys()].filter((name) => name !== article) : []
  return Promise.all([article, ...rest].map((name) => articleNamed(name, articles)))
}

type Articles = readonly [Article, ...Article[]]

function propsOf(
  template: LoadedTemplate,
  newsletter: PreviewNewsletter,
  articles: Articles | undefined,
  { extent }: Choice,
  date: Date,
): PageRequest['props'] {
  if (template.kind === 'single') return singleProps(newsletter)
  if (articles === undefined) return { ...sampleIssue, newsletter: newsletterProps(newsletter) }
  const lines = defaultLines(articles[0])
  return issueProps(newsletter, { ...lines, number: 1, date, ...(extent ? { excerpt: extent } : {}) }, articles)
}
