import type { ServerResponse } from 'node:http'
import type { Clock } from '../clock.ts'
import { apiErrors } from './errors.ts'
import type { Fault, FaultKind } from './faults.ts'
import type { Reply } from './reply.ts'

/** What is answered without the request being taken in. */
const BEFORE_ACCEPTING: Partial<Record<FaultKind, (response: ServerResponse, fault: Fault) => void>> = {
  error: answerError,
  drop: (response) => response.destroy(),
  hang: () => {},
  local_rate_limited: (response) => answerRaw(response, 429, 'text/plain', 'local_rate_limited'),
  bad_gateway: (response) => answerRaw(response, 502, 'text/html', BAD_GATEWAY_PAGE),
}

const BAD_GATEWAY_PAGE = '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>'

/** Answers for a fault that keeps the request from being taken in; false when `fault` is none of those. */
export function answeredInstead(response: ServerResponse, fault: Fault | undefined): boolean {
  const answer = fault && BEFORE_ACCEPTING[fault.kind]
  if (!fault || !answer) return false
  answer(response, fault)
  return true
}

/** Puts a reply on the wire, spoilt by `fault` if there is one. */
export async function answer(
  response: ServerResponse,
  reply: Reply,
  fault: Fault | undefined,
  clock: Clock,
): Promise<void> {
  const bytes = Buffer.from(JSON.stringify(reply.body))
  switch (fault?.kind) {
    case 'error_after_accept':
      return answerError(response, fault)
    case 'drop_after_accept':
      response.destroy()
      return
    case 'hang_after_accept':
      return
    case 'truncated_json':
      return answerJson(response, reply.status, bytes.subarray(0, bytes.length - 3))
    case 'cut_answer':
      return cutAnswer(response, reply.status, bytes)
    case 'slow_answer':
      return slowAnswer(response, reply.status, bytes, (part) => writePart(response, part, clock, fault.delayMs))
    case 'duplicate_answer':
      return answerTwice(response, reply.status, bytes)
    default:
      return answerJson(response, reply.status, bytes)
  }
}

function answerError(response: ServerResponse, fault: Fault): void {
  const { internal } = apiErrors
  const statusCode = fault.status ?? internal.statusCode
  const error = { statusCode, message: fault.message ?? internal.message, name: fault.name ?? internal.name }
  if (fault.retryAfter !== undefined) response.setHeader('retry-after', fault.retryAfter)
  answerJson(response, statusCode, Buffer.from(JSON.stringify(error)))
}

function answerRaw(response: ServerResponse, status: number, contentType: string, body: string): void {
  for (const name of response.getHeaderNames()) response.removeHeader(name)
  response.writeHead(status, { 'content-type': contentType }).end(body)
}

function answerJson(response: ServerResponse, status: number, bytes: Buffer): void {
  writeHead(response, status, bytes)
  response.end(bytes)
}

function cutAnswer(response: ServerResponse, status: number, bytes: Buffer): void {
  writeHead(response, status, bytes)
  response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy())
}

async function slowAnswer(
  response: ServerResponse,
  status: number,
  bytes: Buffer,
  write: (part: Buffer) => Promise<void>,
): Promise<void> {
  writeHead(response, status, bytes)
  const size = Math.ceil(bytes.length / 4)
  for (let from = 0; from < bytes.length; from += size) await write(bytes.subarray(from, from + size))
  response.end()
}

async function writePart(response: ServerResponse, part: Buffer, clock: Clock, delayMs: number): Promise<void> {
  response.write(part)
  await clock.sleep(delayMs)
}

/** The second answer belongs to no request; a client has to drop the connection or ignore it. */
function answerTwice(response: ServerResponse, status: number, bytes: Buffer): void {
  const { socket } = response
  answerJson(response, status, bytes)
  const head = `HTTP/1.1 ${status} OK\r\ncontent-type: application/json\r\ncontent-length: ${bytes.length}\r\n\r\n`
  socket?.write(Buffer.concat([Buffer.from(head), bytes]))
}

function writeHead(response: ServerResponse, status: number, bytes: Buffer): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(bytes.length),
  })
}
