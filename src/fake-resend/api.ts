import { randomInt } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { answer, answeredInstead } from './answering.ts'
import { type Call, headerText, type RawCall } from './call.ts'
import { type ApiError, apiErrors } from './errors.ts'
import type { Fault, FaultScript } from './faults.ts'
import { fingerprintOf } from './idempotency.ts'
import type { Parts } from './parts.ts'
import { type Reply, refused } from './reply.ts'
import type { LoggedRequest, RequestLog } from './request-log.ts'
import { matchRoute, type Route } from './routes.ts'
import type { Caller, Gate } from './team.ts'

export type ApiDeps = Parts & {
  readonly gate: Gate
  readonly faults: FaultScript
  readonly log: RequestLog
  /** Resolves when held calls are released. */
  readonly held: () => Promise<void>
}

const MAX_KEY_LENGTH = 256

/**
 * Takes one call through the API: who calls, may they call so often, does a fault befall it, which endpoint, has its
 * key been seen, and only then what it asks for. A call that is turned away uses up no fault.
 */
export async function answerCall(
  raw: RawCall,
  entry: LoggedRequest,
  response: ServerResponse,
  deps: ApiDeps,
): Promise<void> {
  const refuse = (error: ApiError) => {
    deps.log.refused(entry, error.name)
    return answer(response, refused(error), undefined, deps.clock)
  }
  if (!raw.headers['user-agent']) return refuse(apiErrors.missingUserAgent)
  const admission = deps.gate.admit(headerText(raw.headers.authorization))
  if (admission.kind === 'turned_away') return refuse(admission.error)
  const { caller } = admission
  const rate = caller.team.rate.take()
  setHeaders(response, rate.headers)
  setHeaders(response, caller.team.quota.headers())
  if (!rate.allowed) {
    bindKey(raw, caller, deps)
    return refuse(apiErrors.rateLimited)
  }
  const fault = deps.faults.take(raw)
  if (fault) deps.log.befell(entry, fault.kind)
  if (answeredInstead(response, fault)) return
  const reply = await replyTo(raw, caller, fault, deps)
  if (isApiError(reply.body)) deps.log.refused(entry, reply.body.name)
  setHeaders(response, caller.team.quota.headers())
  return answer(response, reply, fault, deps.clock)
}

async function replyTo(raw: RawCall, caller: Caller, fault: Fault | undefined, deps: ApiDeps): Promise<Reply> {
  const match = matchRoute(raw.method, raw.path)
  if (match.kind === 'none') return refused(match.error)
  const { route, params } = match
  if (!route.sends && caller.apiKey.permission === 'sending') return refused(apiErrors.restrictedApiKey)
  const parsed = parseBody(raw)
  if (parsed.kind === 'broken') return refused(apiErrors.invalidJson)
  const call: Call = {
    caller,
    params,
    query: raw.query,
    body: parsed.value,
    idempotencyKey: raw.idempotencyKey,
    batchValidation: headerText(raw.headers['x-batch-validation']),
    origin: `http://${raw.headers.host ?? 'localhost'}`,
  }
  const work = async () => {
    await workTime(deps)
    if (fault?.kind === 'hold') await deps.held()
    return route.handle(call, deps)
  }
  return route.sends && call.idempotencyKey !== undefined ? once(raw, call, route, work, deps) : work()
}

/** Does the work only if the key has not been seen; else gives the answer of the first time. */
async function once(raw: RawCall, call: Call, route: Route, work: () => Promise<Reply>, deps: ApiDeps): Promise<Reply> {
  const key = call.idempotencyKey ?? ''
  if (key.length < 1 || key.length > MAX_KEY_LENGTH) return refused(apiErrors.keyLength)
  const state = call.caller.team.keys.begin(...keyed(raw, call.caller, route, call.body, deps))
  switch (state.kind) {
    case 'replay':
      return deps.settings.undocumented.permissiveReplay === 'same' ? state.reply : withoutErrors(state.reply)
    case 'running':
      return refused(apiErrors.keyRunning)
    case 'mismatch':
      return refused(apiErrors.keyMismatch)
    case 'new':
      return work().then(
        (reply) => {
          state.finish(reply)
          return reply
        },
        (error) => {
          state.forget()
          throw error
        },
      )
  }
}

/** A key with what it belongs to, and what has to be the same for two requests under it. */
function keyed(raw: RawCall, caller: Caller, { path }: Route, body: unknown, { settings }: ApiDeps): [string, string] {
  const { keyScope, keySpace, validationInFingerprint, fingerprint } = settings.undocumented
  const owner = [keyScope === 'key' ? caller.apiKey.key : '', keySpace === 'endpoint' ? path : '']
  const mode = validationInFingerprint ? (headerText(raw.headers['x-batch-validation']) ?? 'strict') : ''
  return [[...owner, raw.idempotencyKey ?? ''].join('\n'), mode + fingerprintOf(raw.bytes, body, fingerprint)]
}

function bindKey(raw: RawCall, caller: Caller, deps: ApiDeps): void {
  const match = matchRoute(raw.method, raw.path)
  if (!deps.settings.undocumented.rateLimitedBindsKey || !raw.idempotencyKey) return
  if (match.kind === 'none' || !match.route.sends) return
  const parsed = parseBody(raw)
  if (parsed.kind === 'parsed') caller.team.keys.bind(...keyed(raw, caller, match.route, parsed.value, deps))
}

function withoutErrors({ status, body }: Reply): Reply {
  return typeof body === 'object' && body !== null ? { status, body: { ...body, errors: undefined } } : { status, body }
}

function isApiError(body: unknown): body is ApiError {
  return typeof body === 'object' && body !== null && 'statusCode' in body && 'name' in body
}

async function workTime({ settings, clock }: ApiDeps): Promise<void> {
  const [least, most] = settings.latencyMs
  const ms = most > least ? randomInt(least, most + 1) : least
  if (ms > 0) await clock.sleep(ms)
}

function parseBody({ method, bytes }: RawCall): { kind: 'parsed'; value: unknown } | { kind: 'broken' } {
  if (method === 'GET' || bytes.length === 0) return { kind: 'parsed', value: undefined }
  try {
    return { kind: 'parsed', value: JSON.parse(bytes.toString('utf8')) }
  } catch {
    return { kind: 'broken' }
  }
}

function setHeaders(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
}
