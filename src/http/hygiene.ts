import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Logger } from '../log.ts'

/**
 * Headers that every answer carries unless its route sets them otherwise. Readers' links hold tokens, so no address is
 * ever passed on as a referrer.
 */
export function addSecurityHeaders(server: FastifyInstance, { https }: { readonly https: boolean }): void {
  const headers = {
    'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    ...(https ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  }
  server.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id)
    for (const [name, value] of Object.entries(headers)) {
      if (!reply.hasHeader(name)) reply.header(name, value)
    }
  })
}

/** One line a request, with the route's pattern in place of its address: addresses hold tokens, and queries people. */
export function logRequests(server: FastifyInstance, log: Logger): void {
  server.addHook('onResponse', async (request, reply) => {
    const { method, id, routeOptions } = request
    const ms = Math.round(reply.elapsedTime)
    log.info({ event: 'request', request: id, method, route: routeOptions.url ?? null, status: reply.statusCode, ms })
  })
}

/** Browsers open connections ahead of time: one on which nothing was asked yet is not waited for when a server stops. */
export function dropUnusedConnections(server: FastifyInstance): void {
  const unused = new Set<Socket>()
  server.server.on('connection', (socket) => {
    unused.add(socket)
    socket.once('close', () => unused.delete(socket))
  })
  server.server.on('request', ({ socket }) => unused.delete(socket))
  server.addHook('preClose', async () => {
    for (const socket of unused) socket.destroy()
  })
}
