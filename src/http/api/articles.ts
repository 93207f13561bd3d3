import { extname, posix } from 'node:path'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { App } from '../../app.ts'
import { type Article, MAX_ARTICLE_BYTES } from '../../article/article.ts'
import { ARTICLE_EXTENSIONS, type ArticleKind, type ReadArticle, readArticle } from '../../article/read.ts'
import type { SourceHints } from '../../article/source.ts'
import { pictureFiles } from '../../assets/beside.ts'
import { assetsDir, type CheckedPicture, checkPicture, keepAsset, requireAssets } from '../../assets/keep.ts'
import { AppError, notFound } from '../../error.ts'
import type { ArticleId } from '../../id.ts'
import type { StoredArticle } from '../../issue/issue.ts'
import { pageOf, pageQuery, pathId, uuid } from './shapes.ts'

const stored = {
  id: uuid,
  // The whole schema is put into the description of the API as a component of that name.
  article: z.custom<Article>().meta({ id: 'Article' }),
  createdAt: z.date(),
  updatedAt: z.date(),
}
const storedArticle = z.object(stored)
const articleIn = z.object({
  ...stored,
  warnings: z
    .array(z.object({ where: z.string(), message: z.string() }))
    .readonly()
    .describe('What of the source was left out or guessed.'),
})
const summary = z.object({
  id: uuid,
  headline: z.string(),
  byline: z.object({ name: z.string(), isAI: z.boolean() }),
  lang: z.string(),
  url: z.string().optional(),
  createdAt: z.date(),
  updatedAt: z.date(),
})

const KINDS: Readonly<Record<string, ArticleKind>> = {
  'application/json': 'json',
  'text/markdown': 'markdown',
  'text/plain': 'text',
}

type Source = { readonly kind: ArticleKind; readonly bytes: Uint8Array; readonly pictures?: Pictures }
type Pictures = ReadonlyMap<string, CheckedPicture>
const source = z
  .custom<Source>((value) => value !== null && value !== undefined, 'expected an article')
  .meta({
    description:
      'An Article as JSON, Markdown with front matter, or plain text pasted from its page; at most 1 MB. With pictures ' +
      'that lie beside it: multipart/form-data with the article as the file `article`, and each picture as a file ' +
      '`picture` whose name is the path by which the article calls it.',
    type: 'string',
  })
const hints = z.object({
  lang: z.string().max(60).optional().describe('The language, when the source says none. Default en.'),
  name: z.string().max(200).optional().describe('A file name for messages to name.'),
})

const tags = ['Articles']
const FORM = 'multipart/form-data'
const consumes = [...Object.keys(KINDS), FORM]
/** An article with a dozen pictures as heavy as they may be. */
const MAX_FORM_BYTES = 64 * 1024 * 1024

/** `/articles` */
export function articleRoutes({ store, config }: Pick<App, 'store' | 'config'>): FastifyPluginAsyncZod {
  const take = (source: Source, hints: SourceHints) => takeArticle(source, hints, assetsDir(config.dataDir))
  return async (api) => {
    takeSources(api)
    api.get(
      '/articles',
      {
        config: { scopes: ['read'] },
        schema: {
          tags,
          summary: 'List articles, newest first',
          querystring: z.object(pageQuery),
          response: { 200: pageOf(summary) },
        },
      },
      async ({ query }) => {
        const { rows, next } = await store.articles.list(query)
        return { rows: rows.map(summarise), next }
      },
    )
    api.post(
      '/articles',
      {
        config: { scopes: ['write'] },
        schema: {
          tags,
          summary: 'Take an article in',
          consumes,
          body: source,
          querystring: hints,
          response: { 201: articleIn },
        },
      },
      async ({ body, query }, reply) => {
        const { article, warnings } = await take(body, query)
        return reply.code(201).send({ ...(await store.articles.create(article)), warnings })
      },
    )
    api.get(
      '/articles/:id',
      {
        config: { scopes: ['read'] },
        schema: { tags, summary: 'Get an article', params: pathId<'article'>(), response: { 200: storedArticle } },
      },
      async ({ params }) => found(await store.articles.get(params.id), params.id),
    )
    api.put(
      '/articles/:id',
      {
        config: { scopes: ['write'] },
        schema: {
          tags,
          summary: 'Replace an article',
          description: 'Scheduled sends keep what they were rendered with until they are refreshed.',
          consumes,
          params: pathId<'article'>(),
          body: source,
          querystring: hints,
          response: { 200: articleIn },
        },
      },
      async ({ params, body, query }) => {
        const { article, warnings } = await take(body, query)
        return { ...found(await store.articles.update(params.id, article), params.id), warnings }
      },
    )
  }
}

// Sources are read as they came, so that what is wrong can be told by line.
function takeSources(api: FastifyInstance): void {
  api.removeAllContentTypeParsers()
  for (const [type, kind] of Object.entries(KINDS)) {
    api.addContentTypeParser(type, { parseAs: 'buffer', bodyLimit: MAX_ARTICLE_BYTES }, (_request, bytes, done) =>
      done(null, { kind, bytes }),
    )
  }
  api.addContentTypeParser(
    FORM,
    { parseAs: 'buffer', bodyLimit: MAX_FORM_BYTES },
    (request: FastifyRequest, bytes: Buffer) =>
      sourceOfForm(new Uint8Array(bytes), request.headers['content-type'] ?? FORM),
  )
}

/** The article and the pictures of a form. @throws AppError `invalid_input`, `too_large` */
async function sourceOfForm(bytes: Uint8Array<ArrayBuffer>, type: string): Promise<Source> {
  // undici's parser, which Node has for fetch.
  const form = await new Response(bytes, { headers: { 'content-type': type } }).formData().catch((cause) => {
    throw new AppError('invalid_input', 'The body is no multipart/form-data.', { cause })
  })
  const article = form.get('article')
  if (!(article instanceof File)) throw refusedForm('article', 'expected the article as a file of that name')
  const kind = kindOfFile(article)
  if (kind === undefined) throw refusedForm('article', `expected a file of the type ${Object.keys(KINDS).join(', ')}`)
  const pictures = new Map<string, CheckedPicture>()
  for (const picture of form.getAll('picture')) {
    if (!(picture instanceof File)) throw refusedForm('picture', 'expected a file')
    pictures.set(posix.normalize(picture.name), checkPicture(new Uint8Array(await picture.arrayBuffer()), picture.name))
  }
  return { kind, bytes: new Uint8Array(await article.arrayBuffer()), pictures }
}

function kindOfFile({ type, name }: File): ArticleKind | undefined {
  return KINDS[type.split(';', 1)[0] ?? ''] ?? ARTICLE_EXTENSIONS[extname(name).toLowerCase()]
}

function refusedForm(where: string, message: string): AppError {
  return new AppError('invalid_input', 'The form holds no article.', { problems: [{ where: `#/${where}`, message }] })
}

/** Reads an article; pictures that came with it are kept once it is known to be sound. */
async function takeArticle({ kind, bytes, pictures }: Source, hints: SourceHints, dir: string): Promise<ReadArticle> {
  const files = pictures === undefined ? undefined : pictureFiles(pictures)
  const read = await readArticle({ kind, bytes, ...hints, pictures: files })
  await requireAssets(read.article, dir, files)
  if (pictures === undefined) return read
  const kept = await Promise.all([...pictures.values()].map((picture) => keepAsset(dir, picture)))
  const heavy = kept.flatMap(({ warnings }) => warnings.map((message) => ({ where: 'pictures', message })))
  return { article: read.article, warnings: [...read.warnings, ...heavy] }
}

function found(article: StoredArticle | null, id: ArticleId): StoredArticle {
  if (!article) throw notFound('article', id)
  return article
}

function summarise({ id, article, createdAt, updatedAt }: StoredArticle): z.output<typeof summary> {
  const { headline, byline, lang, url } = article
  return { id, headline, byline, lang, url, createdAt, updatedAt }
}
