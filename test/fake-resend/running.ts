import { Resend } from 'resend'
import { afterEach, expect } from 'vitest'
import { type FakeResend, type FakeResendOptions, startFakeResend } from '../../src/fake-resend/index.ts'

const running: FakeResend[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map((fake) => fake.close()))
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
