import { createReadStream } from 'node:fs'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import { AppError, notFound } from '../error.ts'
import { fileOf } from '../outbox/file.ts'
import { outboxListPage, outboxMailPage } from '../outbox/pages.ts'
import { listOutbox, readOutboxMail } from '../outbox/reading.ts'
import type { ApiKey, KeyStore } from '../store/store.ts'
import { findKey, readKey } from './keys.ts'

export type OutboxDeps = Pick<App, 'store' | 'publicUrl'> & { readonly outboxDir: string }

const PAGE_ROWS = 100
// The mail stands in a frame that inherits this: its inline styles and pictures, and nothing that runs.
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/**
 * The mail that stayed on this machine, to look at: `/outbox`. It holds confirmation links and addresses, so it is
 * shown to whoever sits at this machine, and to others only for a key with the scope read (as a bearer token, or as the
 * password a browser asks for).
 */
export function outboxRoutes({ store, publicUrl, outboxDir }: OutboxDeps): FastifyPluginAsync {
  return async (server) => {
    server.addHook('onRequest', async (request, reply) => {
      if (isAtThisMachine(request, publicUrl)) return
      const key = await keyOf(store.keys, request)
      if (key?.scopes.includes('read')) return
      reply.header('www-authenticate', 'Basic realm="Pressroom outbox, a key as password", charset="UTF-8"')
      throw new AppError('unauthorised', 'The outbox is shown on this machine, or for a key with the scope read.')
    })
    server.get<{ Querystring: { after?: unknown } }>('/outbox', async ({ query }, reply) => {
      const after = typeof query.after === 'string' ? { after: query.after } : {}
      const { entries, total, next } = await listOutbox(outboxDir, { limit: PAGE_ROWS, ...after })
      const older = next === undefined ? undefined : `/outbox?after=${encodeURIComponent(next)}`
      return sendPage(reply, outboxListPage(entries, total, { mail: ({ id }) => `/outbox/${id}`, next: older }))
    })
    server.get<{ Params: { id: string } }>('/outbox/:id', async ({ params }, reply) => {
      const mail = await findMail(params.id)
      return sendPage(reply, outboxMailPage(mail, { list: '/outbox', file: `/outbox/${mail.id}/file` }))
    })
    server.get<{ Params: { id: string } }>('/outbox/:id/file', async ({ params }, reply) => {
      const { id } = await findMail(params.id)
      return reply
        .type('message/rfc822')
        .header('content-disposition', `attachment; filename="${id}.eml"`)
        .send(createReadStream(fileOf(outboxDir, id)))
    })
  }

  async function findMail(id: string) {
    const mail = await readOutboxMail(outboxDir, id)
    if (!mail) throw notFound('mail in the outbox with the id', JSON.stringify(id.slice(0, 64)))
    return mail
  }
}

function sendPage(reply: FastifyReply, page: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').header('content-security-policy', POLICY).send(page)
}

/**
 * Whether a request comes from this machine and from nobody behind it. A connection from loopback is not enough: a
 * reverse proxy's is one too, and so is that of a page on the web whose name was pointed at 127.0.0.1.
 */
export function isAtThisMachine(request: Pick<FastifyRequest, 'ip' | 'headers'>, publicUrl: string): boolean {
  const { headers, ip } = request
  const isForwarded = ['forwarded', 'via', 'x-forwarded-for', 'x-real-ip'].some((name) => name in headers)
  return !isForwarded && isLoopback(ip) && isLoopback(hostOf(`http://${headers.host}`)) && isLoopback(hostOf(publicUrl))
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : ''
}

function isLoopback(host: string): boolean {
  return /^(?:::ffff:)?127(?:\.\d{1,3}){3}$|^\[?::1\]?$|^(?:[a-z0-9-]+\.)*localhost$/.test(host)
}

async function keyOf(keys: KeyStore, { headers: { authorization } }: FastifyRequest): Promise<ApiKey | null> {
  const [, credentials] = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '') ?? []
  if (credentials === undefined) return readKey(keys, authorization)
  const decoded = Buffer.from(credentials, 'base64').toString('utf8')
  return findKey(keys, decoded.slice(decoded.indexOf(':') + 1))
}
