import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { languages } from '../../emails/strings.ts'
import type { PictureBeside } from '../assets/beside.ts'
import { escapeHtml } from '../edition/escape.ts'
import { AppError, ERROR_CODES, notFound } from '../error.ts'
import { appear, drawnPicture } from './appearance.ts'
import { articleFiles } from './articles.ts'
import { type Choice, readAppearance, readChoice } from './choice.ts'
import { failureOf } from './failure.ts'
import { fillChoice, previewMail } from './mail.ts'
import { mailPolicy, onlyHere } from './policy.ts'
import { allReaders, type Previewed, type RenderedChoice } from './rendering.ts'
import type { TestMails } from './test-mail.ts'

/** What the pages show, and what they can do. */
export type Desk = {
  readonly previewed: Previewed
  /** Renders what was chosen, or gives what was rendered since the last change. */
  readonly render: (choice: Choice) => Promise<RenderedChoice>
  /** A picture that lies beside an article which was rendered. */
  readonly picture: (name: string) => PictureBeside | undefined
  /** Whether a file is one that may be quoted in an error. */
  readonly isSource: (path: string) => boolean
  readonly testMails: TestMails
}

/** What open pages are told when something was saved: the names of the files, and when (ms since 1970). */
export type News = { readonly files: readonly string[]; readonly at: number }

/** Adds the preview's page and what it asks for to `server`; `announce` tells open pages of a change. */
export function servePages(server: FastifyInstance, desk: Desk): { announce(news: News): void } {
  onlyHere(server)
  tellErrors(server)
  for (const [path, [file, type]] of Object.entries(PAGE)) {
    const content = readFileSync(join(import.meta.dirname, 'page', file))
    server.get(path, (_, reply) => reply.type(`${type}; charset=utf-8`).send(content))
  }
  server.get<Asked>('/state', async ({ query, headers }) => {
    const [choices, mail] = await Promise.all([
      told(desk, () => choicesOf(desk)),
      told(desk, async () => {
        const choice = readChoice(query)
        return previewMail(await desk.render(choice), choice, `http://${headers.host}`)
      }),
    ])
    return { choices, mail }
  })
  server.get<Asked>('/mail', async ({ query, headers }, reply) => {
    const choice = readChoice(query)
    const appearance = readAppearance(query)
    const rendered = await desk.render(choice)
    const { html } = fillChoice(rendered, choice, `http://${headers.host}`)
    reply.header('content-security-policy', mailPolicy(appearance.pictures))
    return reply.type('text/html; charset=utf-8').send(appear(html, appearance, rendered.pictures))
  })
  server.get<Named>('/assets/:name', ({ params }, reply) => {
    const picture = desk.picture(params.name)
    if (picture === undefined) throw notFound('picture', params.name)
    return reply.type(picture.type).send(picture.content)
  })
  server.get<Asked>('/picture', ({ query }, reply) =>
    reply.type('image/svg+xml').send(drawnPicture(pixels(query.width), pixels(query.height))),
  )
  server.get<Named>('/link/:name', ({ params }, reply) =>
    reply.type('text/plain; charset=utf-8').send(`Here each reader finds a page of their own: ${params.name}.\n`),
  )
  server.post<Asked & { Body: unknown }>('/test', async ({ query, body }) => {
    const choice = readChoice(query)
    return desk.testMails.send(choice, body)
  })
  return { announce: serveNews(server) }
}

type Named = { Params: { name: string } }
type Asked = { Querystring: Readonly<Record<string, string>> }

const PAGE: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': ['preview.html', 'text/html'],
  '/preview.css': ['preview.css', 'text/css'],
  '/preview.js': ['preview.js', 'text/javascript'],
  '/panels.js': ['panels.js', 'text/javascript'],
}

async function choicesOf({ previewed, testMails }: Desk) {
  const { names, broken } = previewed.templates()
  return {
    templates: [
      ...names.map((name) => ({ name, isBroken: false })),
      ...broken.map(({ name }) => ({ name, isBroken: true })),
    ],
    articles: [...(await articleFiles(previewed.articles)).keys()],
    readers: (await allReaders(previewed)).map(({ id, label }) => ({ id, label })),
    languages,
    test: await testMails.describe(),
  }
}

type Told<T> = { readonly is: 'here'; readonly it: T } | { readonly is: 'failed'; readonly why: object }

// One thing that fails must not take the rest of the page with it.
async function told<T>({ isSource }: Desk, get: () => Promise<T>): Promise<Told<T>> {
  try {
    return { is: 'here', it: await get() }
  } catch (error) {
    return { is: 'failed', why: await failureOf(error, isSource) }
  }
}

function serveNews(server: FastifyInstance): (news: News) => void {
  const open = new Set<FastifyReply['raw']>()
  server.get('/news', ({ raw: request }, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }).write(': open\n\n')
    open.add(reply.raw)
    request.on('close', () => open.delete(reply.raw))
  })
  return (news) => open.forEach((page) => void page.write(`data: ${JSON.stringify(news)}\n\n`))
}

function tellErrors(server: FastifyInstance): void {
  server.setErrorHandler((error, request, reply) => {
    const { code, message, problems } = asAppError(error)
    reply.status(ERROR_CODES[code].status)
    if (!request.url.startsWith('/mail')) return reply.send({ code, message, problems })
    return reply
      .type('text/html; charset=utf-8')
      .send(`<!DOCTYPE html><html lang="en"><title>Error</title><pre>${escapeHtml(message)}</pre></html>`)
  })
}

function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  const isRefusal =
    error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' && error.statusCode < 500
  const message = error instanceof Error ? error.message : String(error)
  return new AppError(isRefusal ? 'invalid_input' : 'internal', message, { cause: error })
}

function pixels(text: string | undefined): number {
  return Math.min(4_000, Math.max(1, Number.parseInt(text ?? '', 10) || 1))
}
