import type { FastifyInstance } from 'fastify'
import { AppError } from '../error.ts'

/** Whether a host name or address means this machine. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/i.test(host)
}

/** What the page itself may do: ask its own server, and show mail in a frame. */
const OWN_PAGE = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * What a mail may do: have looks, and open a link beside itself. It runs no script, wherever it is opened; it keeps the
 * origin of the page, which measures its height.
 */
export function mailPolicy(pictures: 'drawn' | 'off' | 'web'): string {
  const from = { drawn: "'self'", off: "'none'", web: "'self' https: http:" }[pictures]
  const sandbox = 'sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox'
  return `default-src 'none'; style-src 'unsafe-inline'; img-src ${from}; frame-ancestors 'self'; ${sandbox}`
}

/**
 * Lets nothing in but what comes from this machine and was meant for this server. A page elsewhere may make a browser
 * ask here under its own name (DNS rebinding): the name asked for must be ours. What changes something is taken from our
 * own page only.
 */
export function onlyHere(server: FastifyInstance): void {
  server.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'content-security-policy': OWN_PAGE,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'same-origin',
    })
    if (!isLoopback(request.hostname) || !isLoopback(request.ip.replace('::ffff:', ''))) {
      throw new AppError('forbidden', 'The preview answers on loopback only.')
    }
    const { origin, host } = request.headers
    if (request.method !== 'GET' && request.method !== 'HEAD' && origin !== `http://${host}`) {
      throw new AppError('forbidden', 'The preview takes this from its own page only.')
    }
  })
}
