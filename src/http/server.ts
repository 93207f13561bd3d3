import { randomUUID } from 'node:crypto'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import type { App } from '../app.ts'
import { webView } from '../archive/web-view.ts'
import { AppError } from '../error.ts'
import { apiRoutes } from './api/api.ts'
import { assets } from './assets.ts'
import { healthRoutes } from './health.ts'
import { addSecurityHeaders, dropUnusedConnections, logRequests } from './hygiene.ts'
import { describeApi } from './openapi.ts'
import { outboxRoutes } from './outbox.ts'
import { answerErrors, answerNotFound } from './problem.ts'
import type { PublicDeps } from './public/deps.ts'
import { publicPages } from './public/public.ts'
import { sendNotice } from './public/reply.ts'
import { subscribeApi } from './public/subscribe-api.ts'
import { webhooks } from './webhooks/webhooks.ts'

/** Bodies of the API but articles and imports, which have limits of their own. */
const MAX_BODY_BYTES = 128 * 1024
/** An import of a million readers takes some minutes to go in. */
const REQUEST_TIMEOUT_MS = 15 * 60_000

/** Everything that an installation answers over HTTP, not yet listening. Closing it ends it gracefully. */
export function createServer(app: App): FastifyInstance {
  const server = fastify({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    genReqId: () => randomUUID(),
    trustProxy: app.config.trustProxy === null ? false : [...app.config.trustProxy],
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 },
    // An address that cannot be decoded is as good as one that leads nowhere.
    frameworkErrors: (_error, request, reply) => answerNotFound(request, reply),
  })
  server.setValidatorCompiler(validatorCompiler)
  server.setSerializerCompiler(serializerCompiler)
  server.setErrorHandler(answerErrors(app.log))
  server.setNotFoundHandler(answerNotThere(app))
  server.decorateRequest('apiKey', null)
  addSecurityHeaders(server, { https: app.publicUrl.startsWith('https:') })
  logRequests(server, app.log)
  dropUnusedConnections(server)
  describeApi(server)
  server.register(apiRoutes(app), { prefix: '/api/v1' })
  server.register(publicPages(readersParts(app)))
  server.register(subscribeApi(readersParts(app)))
  server.register(webhooks(app))
  server.register(assets(app))
  server.register(healthRoutes(app))
  if (app.outboxDir !== null) server.register(outboxRoutes({ ...app, outboxDir: app.outboxDir }))
  return server
}

/** People get a page, programs a problem document. */
function answerNotThere({ publicUrl }: App) {
  const basePath = new URL(publicUrl).pathname.replace(/\/+$/, '')
  return (request: FastifyRequest, reply: FastifyReply) => {
    const isPerson = !request.url.startsWith('/api/') && request.headers.accept?.includes('text/html')
    return isPerson ? sendNotice(reply, 'notFound', basePath, 404) : answerNotFound(request, reply)
  }
}

function readersParts(app: App): PublicDeps {
  const { newsletters, subscribers, editions } = app.store
  return { ...app, newsletters, subscribers, webView: (hash) => webView({ editions, links: app.links }, hash) }
}

/** A server that listens. */
export type RunningServer = {
  /** Where it can be reached on this machine. */
  readonly url: string
  /** Takes no new request, lets those under way finish. */
  close(): Promise<void>
}

/**
 * Serves an installation. `port` 0 takes any free one; default is what is configured, on loopback unless told otherwise.
 * @throws AppError `unavailable` when the port is taken or not allowed, or the host is not of this machine
 */
export async function startServer(
  app: App,
  { host = app.config.host, port = app.config.port }: { readonly host?: string; readonly port?: number } = {},
): Promise<RunningServer> {
  const server = createServer(app)
  try {
    await server.listen({ host, port })
  } catch (cause) {
    await server.close()
    throw notListening(cause, host, port)
  }
  const url = localUrl(server)
  app.log.info({ event: 'server_started', url })
  return { url, close: () => server.close() }
}

function notListening(cause: unknown, host: string, port: number): AppError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const message = NOT_OURS.has(code)
    ? `This machine has no address ${host}. Set HOST to one of its own, such as 127.0.0.1 or 0.0.0.0.`
    : `Port ${port} of ${host} cannot be listened on. Set PORT to a free one.`
  return new AppError('unavailable', message, { cause })
}

const NOT_OURS = new Set(['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN'])

// What listens on every address is reached on loopback.
function localUrl(server: FastifyInstance): string {
  const bound = server.server.address()
  if (bound === null || typeof bound === 'string') return String(bound)
  const { address, port, family } = bound
  const host = address === '0.0.0.0' || address === '::' ? 'localhost' : family === 'IPv6' ? `[${address}]` : address
  return `http://${host}:${port}`
}
