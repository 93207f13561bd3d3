import { createServer, request } from 'node:http'
import { connect } from 'node:net'

/**
 * What the pages of the preview may do in a browser. They would send the mail to react.email as soon as it is opened;
 * the browser refuses that, and everything else that leads beyond this server.
 */
const POLICY = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "frame-src 'self' data: blob:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
].join('; ')

/** Serves on loopback what is behind `door`, a socket file. */
export function openEntrance({ door, port }) {
  const server = createServer((asked, reply) => {
    if (!isLoopback(asked.headers.host)) return reply.writeHead(403).end('The preview answers on loopback only.\n')
    const inner = request({ socketPath: door, method: asked.method, path: asked.url, headers: asked.headers })
    inner.on('response', (answer) => {
      reply.writeHead(answer.statusCode, {
        ...answer.headers,
        'content-security-policy': POLICY,
        'referrer-policy': 'no-referrer',
      })
      answer.pipe(reply)
    })
    inner.on('error', () => (reply.headersSent ? reply.destroy() : reply.writeHead(502).end('It is not ready.\n')))
    reply.on('close', () => inner.destroy())
    asked.pipe(inner)
  })
  server.on('upgrade', (asked, socket, head) => {
    if (!isLoopback(asked.headers.host)) return socket.destroy()
    const inner = connect({ path: door })
    inner.write(`${asked.method} ${asked.url} HTTP/1.1\r\n${rawHeaders(asked)}\r\n`)
    inner.write(head)
    socket.pipe(inner).pipe(socket)
    socket.on('error', () => inner.destroy())
    inner.on('error', () => socket.destroy())
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port }, () => resolve(server))
  })
}

// A page elsewhere may ask here under its own name (DNS rebinding).
function isLoopback(host = '') {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/i.test(host)
}

function rawHeaders({ rawHeaders: raw }) {
  let lines = ''
  for (let at = 0; at < raw.length; at += 2) lines += `${raw[at]}: ${raw[at + 1]}\r\n`
  return lines
}
