import { Agent as HttpAgent, type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import type { Clock } from '../../clock.ts'

/** What one exchange with the API came to, before its meaning is looked at. */
export type Exchange =
  /** A whole answer. */
  | { readonly kind: 'answer'; readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string }
  /** No connection was made, so not a byte of the request has left. */
  | { readonly kind: 'unreachable'; readonly detail: string }
  /** The request may have arrived, but there is no whole answer. */
  | { readonly kind: 'lost'; readonly detail: string }

/** One request of ours. */
export type Outgoing = {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly bytes?: Uint8Array
  /** Called when the system has taken over all of `bytes`: nobody reads them any more. */
  readonly sent?: () => void
  readonly signal: AbortSignal
}

/** The way to the API. */
export type Line = { exchange(outgoing: Outgoing): Promise<Exchange> }

export type LineOptions = {
  readonly baseUrl: URL
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>
  readonly clock: Clock
  readonly connectTimeoutMs: number
}

const IDLE_SOCKET_MS = 30_000
const MAX_ANSWER_BYTES = 4 * 1024 * 1024

/**
 * A line that keeps its connections for 30 s. It tells apart what `fetch` cannot: that nothing has left (no
 * connection, no TLS session) and that something may have. It does not retry and follows no redirect.
 */
export function openLine({ baseUrl, headers, clock, connectTimeoutMs }: LineOptions): Line {
  const secure = baseUrl.protocol === 'https:'
  const kept = { keepAlive: true, timeout: IDLE_SOCKET_MS }
  const agent = secure ? new HttpsAgent(kept) : new HttpAgent(kept)
  const send = secure ? requestHttps : requestHttp
  const readyEvent = secure ? 'secureConnect' : 'connect'
  const root = baseUrl.href.replace(/\/+$/, '')

  return {
    exchange: ({ method, path, headers: more, bytes = new Uint8Array(), sent, signal }) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve({ kind: 'lost', detail: 'aborted' })
        let connected = false
        const startedAt = clock.now().getTime()
        const waiting = new AbortController()
        const request = send(`${root}${path}`, { agent, method, headers: { ...headers, ...more, ...lengthOf(bytes) } })

        const finish = (exchange: Exchange) => {
          signal.removeEventListener('abort', abort)
          waiting.abort()
          resolve(exchange)
        }
        const giveUp = (exchange: Exchange) => {
          finish(exchange)
          request.destroy()
        }
        const abort = () => giveUp({ kind: 'lost', detail: 'aborted' })
        const late = () => giveUp({ kind: 'unreachable', detail: 'connect timeout' })
        const connect = () => {
          // A machine's timers sleep with it, its clock does not: nothing may leave when its key may be forgotten.
          if (clock.now().getTime() - startedAt > connectTimeoutMs) return late()
          connected = true
          waiting.abort()
          request.end(bytes)
        }

        signal.addEventListener('abort', abort, { once: true })
        request.once('socket', (socket) => {
          if (request.reusedSocket) connect()
          else socket.once(readyEvent, connect)
        })
        if (sent) request.once('finish', sent)
        request.once('response', (response) => readAnswer(response).then(finish))
        // Stays for good: an error may follow an answer, or our own giving up.
        request.on('error', (error) => finish({ kind: connected ? 'lost' : 'unreachable', detail: codeOf(error) }))
        clock.sleep(connectTimeoutMs, waiting.signal).then(() => {
          if (!waiting.signal.aborted) late()
        })
      }),
  }
}

/** The answer, if it comes to its end. */
function readAnswer(response: IncomingMessage): Promise<Exchange> {
  return new Promise((resolve) => {
    const parts: Buffer[] = []
    let length = 0
    const lost = (detail: string) => resolve({ kind: 'lost', detail })
    response.on('data', (part: Buffer) => {
      length += part.length
      parts.push(part)
      if (length <= MAX_ANSWER_BYTES) return
      lost('answer too long')
      response.destroy()
    })
    response.on('error', () => lost('answer cut short'))
    response.once('close', () => lost('answer cut short'))
    response.once('end', () => {
      const { statusCode: status = 0, headers } = response
      if (response.complete) resolve({ kind: 'answer', status, headers, text: Buffer.concat(parts).toString('utf8') })
    })
  })
}

function lengthOf(bytes: Uint8Array): Record<string, string> {
  return bytes.length === 0 ? {} : { 'content-length': String(bytes.length) }
}

function codeOf(error: NodeJS.ErrnoException): string {
  return error.code ?? 'connection error'
}
