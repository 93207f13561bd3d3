import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerParent } from './child.ts'

/** What reached the sink since it was last asked to forget. */
export type SinkCount = {
  readonly calls: number
  readonly messages: number
  /** Delivery ids among them, each counted once; batches only. */
  readonly deliveries: number
  readonly cpuMicros: number
}

export type SinkAnswers = { readonly url: string; readonly count: SinkCount; readonly forget: null }

// The sink stands in for Resend's API where only its cost to us counts: it reads every byte of a body, looks at line
// ends and delivery tags, keeps nothing else, and answers at once with an id a message. Its rate limit is out of reach.

const RATE_HEADERS = { 'ratelimit-limit': '1000000', 'ratelimit-remaining': '1000000', 'ratelimit-reset': '1' }
const NEWLINE = 0x0a
/** A message ends with its tags; the delivery's stands within so many bytes before its end. */
const TAIL_BYTES = 400
const TAG = '{"name":"delivery","value":"'
const ID_LENGTH = 36

let calls = 0
let messages = 0
const deliveries = new Set<string>()

const server = createServer({ keepAliveTimeout: 60_000 }, async (request, response) => {
  // Pressroom asks now and then what the quota is: that is no mail.
  if (request.method !== 'POST') return void response.writeHead(404, RATE_HEADERS).end()
  const isBatch = request.url === '/emails/batch'
  const count = await (isBatch ? readBatch(request) : readSingle(request))
  calls += 1
  messages += count
  const ids = Array.from({ length: count }, () => ({ id: randomUUID() }))
  response.writeHead(200, { 'content-type': 'application/json', ...RATE_HEADERS })
  response.end(JSON.stringify(isBatch ? { data: ids } : ids[0]))
})

server.listen(0, '127.0.0.1', () => {
  answerParent<SinkAnswers>({
    url: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    count: () => ({ calls, messages, deliveries: deliveries.size, cpuMicros: cpuMicros() }),
    forget: () => {
      calls = 0
      messages = 0
      deliveries.clear()
      return null
    },
  })
})

function cpuMicros(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** A batch body has a line break in front of each message and none inside: see `jsonBody`. */
function readBatch(request: IncomingMessage): Promise<number> {
  let count = 0
  let before: Buffer = Buffer.alloc(0)
  return readAll(
    request,
    (chunk) => {
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) {
        if (count > 0) noteDelivery(tail(before, chunk.subarray(0, at)))
        count += 1
      }
      before = tail(before, chunk)
    },
    () => {
      if (count > 0) noteDelivery(before)
      return count
    },
  )
}

function readSingle(request: IncomingMessage): Promise<number> {
  return readAll(
    request,
    () => {},
    () => 1,
  )
}

function readAll(request: IncomingMessage, see: (chunk: Buffer) => void, end: () => number): Promise<number> {
  return new Promise((resolve, reject) => {
    request.on('data', see)
    request.once('end', () => resolve(end()))
    request.once('error', reject)
  })
}

function tail(before: Buffer, chunk: Buffer): Buffer {
  return chunk.length >= TAIL_BYTES ? chunk.subarray(-TAIL_BYTES) : Buffer.concat([before, chunk]).subarray(-TAIL_BYTES)
}

function noteDelivery(end: Buffer): void {
  const at = end.lastIndexOf(TAG)
  if (at >= 0) deliveries.add(end.toString('latin1', at + TAG.length, at + TAG.length + ID_LENGTH))
}
