import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Resend } from 'resend'
import { afterEach, expect } from 'vitest'
import { type FakeResend, type FakeResendOptions, startFakeResend } from '../../src/fake-resend/index.ts'

const running: { close(): Promise<void> }[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.close()))
})

/** A double that ends with the test. Without a limit on requests, unless the test is about it. */
export async function runningFake(options: FakeResendOptions = {}): Promise<FakeResend> {
  const fake = await startFakeResend({ requestsPerSecond: Number.POSITIVE_INFINITY, ...options })
  running.push(fake)
  return fake
}

/** Resend's own client, pointed at the double. */
export function sdk(fake: FakeResend, key = 're_test'): Resend {
  return new Resend(key, { baseUrl: fake.url })
}

/** A valid email, apart from what the test is about. */
export function email<More extends object>(more: More) {
  return { from: 'News <news@example.com>', to: 'ada@example.org', subject: 'Hello', html: '<p>Hello</p>', ...more }
}

/** The API without the client that would mend a request on its way. */
export async function call(
  fake: FakeResend,
  path: string,
  { method = 'POST', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: unknown } = {},
): Promise<{ status: number; headers: Headers; text: string }> {
  const response = await fetch(`${fake.url}${path}`, {
    method,
    headers: { authorization: 'Bearer re_test', 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

/** What will be true in a moment, on a slow machine too. */
export function eventually<T>(state: () => T) {
  return expect.poll(state, { interval: 5, timeout: 20_000 })
}

/** A call of a webhook, as it came in. */
export type Told = { readonly headers: IncomingHttpHeaders; readonly body: string; readonly event: TellingEvent }
export type Endpoint = { readonly url: string; readonly told: Told[]; answer: number | null }
type TellingEvent = { readonly type: string; readonly created_at: string; readonly data: Record<string, unknown> }

/** An endpoint that ends with the test; it answers as `answer` says at the time, null being not at all. */
export async function runningEndpoint(): Promise<Endpoint> {
  const server = createServer(async (request, response) => {
    const body = await text(request)
    endpoint.told.push({ headers: request.headers, body, event: JSON.parse(body) })
    if (endpoint.answer !== null) response.writeHead(endpoint.answer, { location: 'http://127.0.0.1:9/' }).end('noted')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const endpoint: Endpoint = { url: `http://127.0.0.1:${port}/`, told: [], answer: 200 }
  running.push({ close: () => closed(server) })
  return endpoint
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
