import { join, resolve } from 'node:path'
import { type ReadArticle, readArticle } from '../article/read.ts'
import { assetUrl, withAssetUrls } from '../assets/asset.ts'
import { readArticleFile } from '../assets/beside.ts'
import { bySeverity, checkEdition } from '../check/check.ts'
import { checkOutside } from '../check/outside/check-outside.ts'
import { readersOf } from '../check/readers.ts'
import type { Finding } from '../check/rule.ts'
import type { Config } from '../config/config.ts'
import { issueHeaders } from '../edition/headers.ts'
import { issueProps } from '../edition/props.ts'
import { renderEdition } from '../edition/render.ts'
import { loadTemplates } from '../edition/templates.ts'
import { AppError, type Problem } from '../error.ts'
import { defaultLines } from '../issue/lines.ts'
import { readNewsletter } from '../preview/newsletter.ts'
import { readInput } from './read-input.ts'
import type { Terminal } from './terminal.ts'

type Asked = {
  /** `-`: stdin. */
  readonly file: string
  /** Default: article. */
  readonly template?: string | undefined
  /** A JSON file; default: one that does not exist. */
  readonly newsletter?: string | undefined
  readonly links?: true | undefined
  readonly spam: boolean
}

/**
 * What would be found in an issue of one article. It takes no server and no database.
 * @throws AppError `invalid_input` for a file that is no article, or a template that is not for issues
 */
export async function checkArticle(
  asked: Asked,
  terminal: Terminal,
  config: Config,
): Promise<{ readonly findings: readonly Finding[]; readonly warnings: readonly Problem[] }> {
  const { article, warnings, imageBytes } = await articleOf(asked.file, terminal, config)
  const cacheDir = join(config.dataDir, 'cache', 'templates')
  const template = (await loadTemplates({ emailsDir: config.emailsDir ?? undefined, cacheDir })).get(
    asked.template ?? 'article',
  )
  if (template.kind !== 'issue') {
    throw new AppError('invalid_input', `The template ${template.name} is for mail to one reader, not for articles.`)
  }
  const newsletter = await newsletterOf(asked, terminal, config)
  const date = terminal.clock.now()
  const { publicUrl } = config
  const edition = await renderEdition({
    template,
    props: issueProps(newsletter, { ...defaultLines(article), number: 1, date }, [article]),
    headers: (slots) =>
      issueHeaders({ newsletter: newsletter.slug, publicUrl, issueId: 'check', oneClickUrl: slots.url('one_click') }),
    locale: newsletter.locale,
  })
  const facts = {
    kind: template.kind,
    postalAddress: newsletter.postalAddress,
    hasOwnText: template.hasText,
    imageBytes,
  }
  const mail = { edition, facts, readers: readersOf(edition, LINKS) }
  const from = `${newsletter.fromName} <${newsletter.fromAddress}>`
  const { links = false, spam } = asked
  const outside = await checkOutside(mail, { links, spam, from, date, signal: terminal.stopped })
  return { findings: bySeverity([...checkEdition(mail), ...outside]), warnings }
}

type Weighed = ReadArticle & { readonly imageBytes: ReadonlyMap<string, number> }

/** An article with the pictures beside it, as an import takes it. */
async function articleOf(file: string, terminal: Terminal, { publicUrl }: Config): Promise<Weighed> {
  // Also where it is a file: a name that leads nowhere is refused in words.
  const bytes = await readInput(file, terminal)
  if (file === '-') return { ...(await readArticle({ bytes })), imageBytes: new Map() }
  const { article, warnings, pictures } = await readArticleFile(resolve(terminal.directory, file))
  const weights = [...pictures.values()].map(({ src, bytes }) => [assetUrl(src, publicUrl), bytes] as const)
  return { article: withAssetUrls(article, publicUrl), warnings, imageBytes: new Map(weights) }
}

async function newsletterOf({ newsletter: file }: Asked, { directory }: Terminal, { publicUrl }: Config) {
  const newsletter = await readNewsletter(file === undefined ? undefined : resolve(directory, file), publicUrl)
  // The home of one that does not exist would be found fault with.
  return file === undefined ? { ...newsletter, homepage: null } : newsletter
}

const LINKS = Object.fromEntries(
  ['unsubscribe', 'preferences', 'one_click', 'view'].map((name) => [name, `https://news.invalid/${name}`]),
)
