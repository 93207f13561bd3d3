import type { FastifyInstance } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { App } from '../../app.ts'
import { type Article, MAX_ARTICLE_BYTES } from '../../article/article.ts'
import { type ArticleKind, readArticle } from '../../article/read.ts'
import { notFound } from '../../error.ts'
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

type Source = { readonly kind: ArticleKind; readonly bytes: Buffer }
const source = z
  .custom<Source>((value) => value !== null && value !== undefined, 'expected an article')
  .meta({
    description: 'An Article as JSON, Markdown with front matter, or plain text pasted from its page; at most 1 MB.',
    type: 'string',
  })
const hints = z.object({
  lang: z.string().max(60).optional().describe('The language, when the source says none. Default en.'),
  name: z.string().max(200).optional().describe('A file name for messages to name.'),
})

const tags = ['Articles']
const consumes = Object.keys(KINDS)

/** `/articles` */
export function articleRoutes({ store }: Pick<App, 'store'>): FastifyPluginAsyncZod {
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
        const { article, warnings } = await readArticle({ ...body, ...query })
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
        const { article, warnings } = await readArticle({ ...body, ...query })
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
}

function found(article: StoredArticle | null, id: ArticleId): StoredArticle {
  if (!article) throw notFound('article', id)
  return article
}

function summarise({ id, article, createdAt, updatedAt }: StoredArticle): z.output<typeof summary> {
  const { headline, byline, lang, url } = article
  return { id, headline, byline, lang, url, createdAt, updatedAt }
}
