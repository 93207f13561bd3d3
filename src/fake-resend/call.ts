import type { IncomingMessage } from 'node:http'
import type { Caller } from './team.ts'

/** A request as it came in, its body read to the end. */
export type RawCall = {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly bytes: Buffer
  readonly idempotencyKey: string | undefined
}

/** A request that has passed the gate, its JSON parsed. */
export type Call = {
  readonly caller: Caller
  readonly params: Readonly<Record<string, string | undefined>>
  readonly query: URLSearchParams
  readonly body: unknown
  readonly idempotencyKey: string | undefined
  readonly batchValidation: string | undefined
  /** Where the caller has found the double. */
  readonly origin: string
}

/** Reads a request to its end, or answers undefined when its body is longer than `maxBytes`. */
export async function readCall(request: IncomingMessage, maxBytes: number): Promise<RawCall | undefined> {
  const url = new URL(request.url ?? '/', 'http://fake-resend.invalid')
  const parts: Buffer[] = []
  let length = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length
    if (length <= maxBytes) parts.push(part)
  }
  if (length > maxBytes) return undefined
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    bytes: Buffer.concat(parts, length),
    idempotencyKey: headerText(request.headers['idempotency-key']),
  }
}

/** One header's value. */
export function headerText(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0]
}
