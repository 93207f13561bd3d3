import { randomInt } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { Clock } from '../clock.ts'
import { answer, answeredInstead } from './answering.ts'
import { type Call, headerText, type RawCall } from './call.ts'
import { apiErrors } from './errors.ts'
import type { Fault, FaultScript } from './faults.ts'
import { fingerprintOf } from './idempotency.ts'
import { type Reply, refused } from './reply.ts'
import type { LoggedRequest } from './request-log.ts'
import { matchRoute, type Route } from './routes.ts'
import type { SendDeps } from './send.ts'
import type { Caller, Gate } from './team.ts'

export type ApiDeps = SendDeps & {
  readonly gate: Gate
  readonly faults: FaultScript
  readonly clock: Clock
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
  if (!raw.headers['user-agent']) return answer(response, refused(apiErrors.missingUserAgent), undefined, deps.clock)
  const admission = deps.gate.admit(headerText(raw.headers.authorization))
  if (admission.kind === 'turned_away') return answer(response, refused(admission.error), undefined, deps.clock)
  const { caller } = admission
  const rate = caller.team.rate.take()
  setHeaders(response, rate.headers)
  setHeaders(response, caller.team.quota.headers())
  if (!rate.allowed) return answer(response, refused(apiErrors.rateLimited), undefined, deps.clock)
  const fault = deps.faults.take(raw)
  entry.fault = fault?.kind
  if (answeredInstead(response, fault)) return
  const reply = await replyTo(raw, caller, fault, deps)
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
  const { keyScope, keySpace, validationInFingerprint, fingerprint } = deps.settings.undocumented
  const key = call.idempotencyKey ?? ''
  if (key.length < 1 || key.length > MAX_KEY_LENGTH) return refused(apiErrors.keyLength)
  const scope = [keyScope === 'key' ? call.caller.apiKey.key : '', keySpace === 'endpoint' ? route.path : '', key]
  const mode = validationInFingerprint ? (call.batchValidation ?? 'strict') : ''
  const state = call.caller.team.keys.begin(scope.join('\n'), mode + fingerprintOf(raw.bytes, call.body, fingerprint))
  switch (state.kind) {
    case 'replay':
      return state.reply
    case 'running':
      return refused(apiErrors.keyRunning)
    case 'mismatch':
      return refused(apiErrors.keyMismatch)
    case 'new': {
      const reply = await work()
      state.finish(reply)
      return reply
    }
  }
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
