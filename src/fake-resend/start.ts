import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AppError } from '../error.ts'
import { answer } from './answering.ts'
import { type ApiDeps, answerCall } from './api.ts'
import { readCall } from './call.ts'
import { adjustableClock } from './clock.ts'
import { type FakeResendControl, fakeResendControl } from './control.ts'
import { answerControl } from './control-http.ts'
import { apiErrors } from './errors.ts'
import { faultScript } from './faults.ts'
import { inbox } from './inbox.ts'
import { lifecycle } from './lifecycle.ts'
import { mailbox } from './mailbox.ts'
import { type FakeResendOptions, settle } from './options.ts'
import { downloadFor } from './receiving.ts'
import { refused } from './reply.ts'
import { requestLog } from './request-log.ts'
import { suppressions } from './suppressions.ts'
import { gate } from './team.ts'
import { postman } from './webhooks/postman.ts'
import { webhooks } from './webhooks/webhook.ts'

/** A running double. */
export type FakeResend = FakeResendControl & {
  /** What a client takes as its base URL. */
  readonly url: string
  readonly port: number
  /** Cuts all connections and frees the port. */
  close(): Promise<void>
}

type Double = ApiDeps & { readonly control: FakeResendControl }

/**
 * Starts a local double of Resend's sending API. It keeps everything in memory, sends nothing, and listens on loopback
 * unless told otherwise.
 * @throws AppError `unavailable` when it cannot listen
 */
export async function startFakeResend(options: FakeResendOptions = {}): Promise<FakeResend> {
  const parts = assembleParts(options)
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => serve(request, response, parts))
  const port = await listen(server, options.port ?? 0, options.host ?? '127.0.0.1')
  const close = () =>
    new Promise<void>((resolve) => {
      parts.control.release()
      parts.clock.clear()
      parts.postman.clear()
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { ...parts.control, url: `http://${urlHost(options.host ?? '127.0.0.1')}:${port}`, port, close }
}

function assembleParts(options: FakeResendOptions): Double {
  const settings = settle(options)
  const clock = adjustableClock(options.clock)
  const waiting: (() => void)[] = []
  const release = () => {
    for (const resume of waiting.splice(0)) resume()
  }
  const endpoints = webhooks(clock)
  for (const endpoint of options.endpoints ?? []) endpoints.add(endpoint)
  const carrier = postman({ webhooks: endpoints, clock, settings })
  const suppressed = suppressions(clock, (type, { created_at, ...suppression }) =>
    carrier.announce({ type, created_at, data: { ...suppression, created_at } }),
  )
  const parts = {
    settings,
    clock,
    mailbox: mailbox(clock, settings.keepBodies),
    inbox: inbox(clock),
    suppressions: suppressed,
    webhooks: endpoints,
    postman: carrier,
    lifecycle: lifecycle({ settings, clock, suppressions: suppressed, announce: carrier.announce }),
    log: requestLog(clock),
    faults: faultScript(),
    gate: gate(settings, clock),
  }
  const held = () => new Promise<void>((resume) => waiting.push(resume))
  return { ...parts, held, control: fakeResendControl({ ...parts, release }) }
}

async function serve(request: IncomingMessage, response: ServerResponse, parts: Double): Promise<void> {
  // A client that goes away in the middle must not take the double down with it.
  response.on('error', () => {})
  try {
    await route(request, response, parts)
  } catch {
    if (response.headersSent || request.destroyed) response.destroy()
    else await answer(response, refused(apiErrors.internal), undefined, parts.clock)
  }
}

async function route(request: IncomingMessage, response: ServerResponse, parts: Double): Promise<void> {
  const raw = await readCall(request, parts.settings.maxBodyBytes)
  if (!raw) return answer(response, refused(apiErrors.tooLarge), undefined, parts.clock)
  if (raw.path.startsWith('/_fake/')) {
    const file = downloadFor(raw.path, raw.query, parts)
    if (file) return void response.writeHead(200, { 'content-type': file.contentType }).end(file.bytes)
    return answer(response, await answerControl(parts.control, raw), undefined, parts.clock)
  }
  const { method, path, idempotencyKey, bytes } = raw
  const entry = parts.log.note({ method, path, idempotencyKey, bytes: bytes.length })
  response.once('finish', () => parts.log.answered(entry, response.statusCode))
  return answerCall(raw, entry, response, parts)
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new AppError('unavailable', `The Resend double cannot listen on ${host} port ${port}.`, { cause })),
    )
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
}

function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
