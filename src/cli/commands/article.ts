import { basename, dirname, extname, resolve } from 'node:path'
import { Option } from 'commander'
import { AppError, type Problem } from '../../error.ts'
import type { DefineCommand } from '../commands.ts'
import { type Page, type PageOptions, showPage, withPages } from '../pages.ts'
import { readInput } from '../read-input.ts'
import { fields, plainLine } from '../table.ts'

type Byline = { readonly name: string; readonly isAI: boolean }
type Summary = { readonly id: string; readonly headline: string; readonly byline: Byline; readonly createdAt: string }
type Stored = {
  readonly id: string
  readonly article: {
    readonly headline: string
    readonly dek?: string
    readonly byline: Byline
    readonly lang: string
    readonly url?: string
    readonly perspective?: unknown
    readonly audio?: { readonly url?: string }
    readonly blocks: readonly { readonly type: string }[]
  }
  readonly warnings?: readonly Problem[]
}
type Kind = keyof typeof MEDIA_TYPES
type ImportOptions = { readonly kind?: Kind; readonly lang?: string; readonly pictures?: string }

/** `pressroom article`: import, list, show. */
export const article: DefineCommand = (command, session) => {
  const { output, terminal } = session
  command.addHelpText('after', EXAMPLES)

  command
    .command('import <file>')
    .description('Take in Markdown with front matter, JSON, or plain text pasted from a page; - reads stdin.')
    .addOption(new Option('--kind <kind>', 'What it is, where the file name does not tell.').choices(KINDS))
    .option('--lang <tag>', 'Its language, when it says none (default: en).')
    .option('--pictures <folder>', "Where the pictures that it names may lie (default: the file's folder, and below).")
    .action(async (file: string, { kind = kindOf(file), lang, pictures }: ImportOptions) => {
      const bytes = await readInput(file, terminal)
      const name = file === '-' ? undefined : basename(file)
      const source = { kind, bytes, name, lang }
      const body =
        name === undefined
          ? { type: MEDIA_TYPES[kind], bytes }
          : await formOf(source, resolve(terminal.directory, file), pictures && resolve(terminal.directory, pictures))
      const taken = await session.api.post<Stored>('/articles', { query: { lang, name }, body })
      for (const { where, message } of taken.warnings ?? []) output.warn(plainLine(`Note: ${where}: ${message}`))
      output.result(taken, () => `The article is in.\n\n${describe(taken)}`)
    })

  withPages(command.command('list').description('List articles, newest first.')).action(async (page: PageOptions) => {
    const found = await session.api.get<Page<Summary>>('/articles', { ...page })
    showPage(output, found, COLUMNS, 'There is no article yet. Take one in: pressroom article import <file>')
  })

  command
    .command('show <id>')
    .description('Show an article; --json gives all of it.')
    .action(async (id: string) => {
      const found = await session.api.get<Stored>(`/articles/${encodeURIComponent(id)}`)
      output.result(found, () => describe(found))
    })
}

/** An article with the pictures beside it, as the API takes them. */
async function formOf(
  source: { readonly kind: Kind; readonly bytes: Uint8Array; readonly name?: string | undefined },
  file: string,
  within: string | undefined,
): Promise<{ readonly type: string; readonly bytes: Uint8Array }> {
  const { picturesBeside } = await import('../../assets/beside.ts')
  const form = new FormData()
  form.set('article', new Blob([new Uint8Array(source.bytes)], { type: MEDIA_TYPES[source.kind] }), basename(file))
  for (const [path, { content, type }] of await picturesBeside(source, dirname(file), within)) {
    form.append('picture', new Blob([new Uint8Array(content)], { type }), path)
  }
  const request = new Response(form)
  return { type: request.headers.get('content-type') ?? '', bytes: new Uint8Array(await request.arrayBuffer()) }
}

const MEDIA_TYPES = { markdown: 'text/markdown', json: 'application/json', text: 'text/plain' } as const
const KINDS = Object.keys(MEDIA_TYPES)
const EXTENSIONS: Readonly<Record<string, Kind>> = {
  '.md': 'markdown',
  '.markdown': 'markdown',
  '.json': 'json',
  '.txt': 'text',
  '.text': 'text',
}

function kindOf(file: string): Kind {
  const kind = EXTENSIONS[extname(file).toLowerCase()]
  if (kind) return kind
  throw new AppError('invalid_input', `The name of ${file} does not tell what it is. Say so with --kind.`, {
    problems: [{ where: '--kind', message: `expected ${KINDS.join(', ')}` }],
  })
}

const COLUMNS = [
  { title: 'ID', value: ({ id }: Summary) => id },
  { title: 'HEADLINE', value: ({ headline }: Summary) => headline },
  { title: 'BY', value: ({ byline }: Summary) => bylineText(byline) },
]

function describe({ id, article }: Stored): string {
  const audio = article.audio && (article.audio.url ?? 'read aloud by the browser')
  return fields({
    Id: id,
    Headline: article.headline,
    Dek: article.dek,
    By: bylineText(article.byline),
    Language: article.lang,
    'On the web': article.url,
    Perspective: article.perspective ? 'shown' : undefined,
    Listen: audio,
    Blocks: article.blocks.length,
  })
}

function bylineText({ name, isAI }: Byline): string {
  return isAI ? `${name} (AI journalist)` : name
}

const EXAMPLES = `
Examples:
  pressroom article import story.md
  pressroom article import posts/story.md --pictures .
  pbpaste | pressroom article import - --kind text
  pressroom article list`
