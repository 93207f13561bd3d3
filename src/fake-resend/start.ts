import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AppError } from '../error.ts'
import { answer } from './answering.ts'
import { type ApiDeps, answerCall } from './api.ts'
import { readCall } from './call.ts'
import { adjustableClock } from './clock.ts'
import { answerControl, type FakeResendControl, fakeResendControl } from './control.ts'
import { apiErrors } from './errors.ts'
import { faultScript } from './faults.ts'
import { mailbox } from './mailbox.ts'
import { type FakeResendOptions, settle } from './options.ts'
import { refused } from './reply.ts'
import { type RequestLog, requestLog } from './request-log.ts'
import { gate } from './team.ts'

/** A running double. */
export type FakeResend = FakeResendControl & {
  /** What a client takes as its base URL. */
  readonly url: string
  readonly port: number
  /** Cuts all connections and frees the port. */
  close(): Promise<void>
}

type Parts = ApiDeps & { readonly log: RequestLog; readonly control: FakeResendControl }

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
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { ...parts.control, url: `http://${urlHost(options.host ?? '127.0.0.1')}:${port}`, port, close }
}

function assembleParts(options: FakeResendOptions): Parts {
  const settings = settle(options)
  const clock = adjustableClock(options.clock)
  const waiting: (() => void)[] = []
  const release = () => {
    for (const resume of waiting.splice(0)) resume()
  }
  const shared = {
    mailbox: mailbox(clock, settings.keepBodies),
    log: requestLog(clock),
    faults: faultScript(),
    gate: gate(settings, clock),
    clock,
  }
  const held = () => new Promise<void>((resume) => waiting.push(resume))
  return { ...shared, settings, held, control: fakeResendControl({ ...shared, release }) }
}

async function serve(request: IncomingMessage, response: ServerResponse, parts: Parts): Promise<void> {
  // A client that goes away in the middle must not take the double down with it.
  response.on('error', () => {})
  try {
    await route(request, response, parts)
  } catch {
    if (response.headersSent || request.destroyed) response.destroy()
    else await answer(response, refused(apiErrors.internal), undefined, parts.clock)
  }
}

async function route(request: IncomingMessage, response: ServerResponse, parts: Parts): Promise<void> {
  const raw = await readCall(request, parts.settings.maxBodyBytes)
  if (!raw) return answer(response, refused(apiErrors.tooLarge), undefined, parts.clock)
  if (raw.path.startsWith('/_fake/')) {
    const reply = answerControl(parts.control, raw.method, raw.path, raw.bytes)
    return answer(response, reply, undefined, parts.clock)
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
