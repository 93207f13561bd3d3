import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Clock } from '../clock.ts'
import { PACKAGE_ROOT } from '../edition/bundle.ts'
import { escapeHtml } from '../edition/escape.ts'
import type { TemplateSet } from '../edition/templates.ts'
import { AppError, ERROR_CODES } from '../error.ts'
import { articleFiles, articleNamed } from './articles.ts'
import { type PreviewedMessage, previewMessage } from './message.ts'

/** What the preview shows. */
export type Previewed = {
  readonly templates: () => TemplateSet
  /** Folders of article files. */
  readonly articles: readonly string[]
  readonly clock: Clock
}

/** Whether a host name or address means this machine. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/i.test(host)
}

/** Adds the preview's page and what it asks for to `server`; `announce` tells open pages that something changed. */
export function servePages(server: FastifyInstance, previewed: Previewed): { announce(): void } {
  const open = new Set<FastifyReply['raw']>()
  onlyHere(server)
  for (const [path, [file, type]] of Object.entries(PAGE)) {
    const content = readFileSync(join(PACKAGE_ROOT, 'src', 'preview', 'page', file))
    server.get(path, (_, reply) => reply.type(`${type}; charset=utf-8`).send(content))
  }
  server.get('/choices', async () => ({
    templates: previewed.templates().names,
    broken: previewed.templates().broken,
    articles: [...(await articleFiles(previewed.articles)).keys()],
  }))
  server.get<Asked>('/message', ({ query, headers }) => chosenMessage(previewed, query, headers.host))
  server.get<Asked>('/mail', async ({ query, headers }, reply) => {
    const { html } = await chosenMessage(previewed, query, headers.host)
    const pictures = query.pictures === 'on' ? 'https: http:' : "'none'"
    reply.header('content-security-policy', `default-src 'none'; style-src 'unsafe-inline'; img-src ${pictures}`)
    return reply.type('text/html; charset=utf-8').send(html)
  })
  server.get<{ Params: { name: string } }>('/link/:name', ({ params }, reply) =>
    reply.type('text/plain; charset=utf-8').send(`Here each reader finds a page of their own: ${params.name}.\n`),
  )
  server.get('/changes', ({ raw: request }, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }).write(': open\n\n')
    open.add(reply.raw)
    request.on('close', () => open.delete(reply.raw))
  })
  return { announce: () => open.forEach((page) => void page.write('data: changed\n\n')) }
}

type Asked = { Querystring: { template?: string; article?: string; reader?: string; pictures?: string } }

const PAGE: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': ['preview.html', 'text/html'],
  '/preview.css': ['preview.css', 'text/css'],
  '/preview.js': ['preview.js', 'text/javascript'],
}
const OWN_PAGE =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; frame-src 'self'; base-uri 'none'; form-action 'none'"

// A page elsewhere may make a browser ask here under its own name (DNS rebinding): the name asked for must be ours.
function onlyHere(server: FastifyInstance): void {
  server.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'content-security-policy': OWN_PAGE,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    })
    if (!isLoopback(request.hostname) || !isLoopback(request.ip.replace('::ffff:', ''))) {
      throw new AppError('forbidden', 'The preview answers on loopback only.')
    }
  })
  server.setErrorHandler((error, request, reply) => {
    const { code, message, problems } = error instanceof AppError ? error : new AppError('internal', String(error))
    reply.status(ERROR_CODES[code].status)
    if (!request.url.startsWith('/mail')) return reply.send({ code, message, problems })
    return reply
      .type('text/html; charset=utf-8')
      .send(`<!DOCTYPE html><title>Error</title><pre>${escapeHtml(message)}</pre>`)
  })
}

async function chosenMessage(
  { templates, articles, clock }: Previewed,
  { template = 'article', article = '', reader }: Asked['Querystring'],
  host: string | undefined,
): Promise<PreviewedMessage> {
  return previewMessage({
    template: templates().get(template),
    source: article === '' ? undefined : await articleNamed(article, articles),
    reader: reader === 'unnamed' ? 'unnamed' : 'named',
    date: clock.now(),
    origin: `http://${host}`,
  })
}
