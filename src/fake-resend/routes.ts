import type { Call } from './call.ts'
import { type ApiError, apiErrors } from './errors.ts'
import type { Parts } from './parts.ts'
import { listEmails, readEmailById } from './read.ts'
import { listReceived, listReceivedFiles, readReceived, readReceivedFile } from './receiving.ts'
import { ok, type Reply } from './reply.ts'
import { cancelEmail, rescheduleEmail } from './scheduled.ts'
import { sendBatch, sendEmail } from './send.ts'
import {
  addSuppression,
  addSuppressions,
  listSuppressions,
  readSuppression,
  removeSuppression,
  removeSuppressions,
} from './suppression-routes.ts'
import { readUsage } from './usage.ts'
import {
  changeWebhook,
  createWebhook,
  listAttempts,
  listEvents,
  listWebhooks,
  readEvent,
  readWebhook,
  removeWebhook,
  replayEvent,
  rotateSecret,
} from './webhooks/routes.ts'

type Handle = (call: Call, parts: Parts) => Reply | Promise<Reply>

/** One endpoint of the API. */
export type Route = {
  readonly method: string
  readonly path: string
  /** Those that start with a colon are parameters. */
  readonly segments: readonly string[]
  /** Open to keys that may only send, and honours `Idempotency-Key`. */
  readonly sends: boolean
  readonly handle: Handle
}

export type Match =
  | { readonly kind: 'found'; readonly route: Route; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'none'; readonly error: ApiError }

/** The first that fits is taken, so a path that is a word comes before one that is a parameter. */
const ROUTES: readonly Route[] = [
  route('POST /emails', sendEmail, { sends: true }),
  route('POST /emails/batch', sendBatch, { sends: true }),
  route('GET /emails/receiving', listReceived),
  route('GET /emails/receiving/:id', readReceived),
  route('GET /emails/receiving/:id/attachments', listReceivedFiles),
  route('GET /emails/receiving/:id/attachments/:file', readReceivedFile),
  route('GET /emails', listEmails),
  route('GET /emails/:id', readEmailById),
  route('PATCH /emails/:id', rescheduleEmail),
  route('POST /emails/:id/cancel', cancelEmail),
  route('GET /suppressions', listSuppressions),
  route('POST /suppressions', addSuppression),
  route('POST /suppressions/batch/add', addSuppressions),
  route('POST /suppressions/batch/remove', removeSuppressions),
  route('GET /suppressions/:id', readSuppression),
  route('DELETE /suppressions/:id', removeSuppression),
  route('GET /webhooks', listWebhooks),
  route('POST /webhooks', createWebhook),
  route('GET /webhooks/:id', readWebhook),
  route('PATCH /webhooks/:id', changeWebhook),
  route('DELETE /webhooks/:id', removeWebhook),
  route('POST /webhooks/:id/signing-secret/rotate', rotateSecret),
  route('GET /webhooks/:id/events', listEvents),
  route('GET /webhooks/:id/events/:event', readEvent),
  route('GET /webhooks/:id/events/:event/attempts', listAttempts),
  route('POST /webhooks/:id/events/:event/replay', replayEvent),
  route('GET /usage', readUsage),
  route('GET /domains', (_, { settings }) => listDomains(settings.domains ?? [])),
]

/** Finds the endpoint for a method and path. */
export function matchRoute(method: string, path: string): Match {
  const given = path.split('/')
  const candidates = ROUTES.flatMap((route) => {
    const params = paramsOf(route.segments, given)
    return params ? [{ route, params }] : []
  })
  const match = candidates.find(({ route }) => route.method === method)
  if (match) return { kind: 'found', ...match }
  return { kind: 'none', error: candidates.length > 0 ? apiErrors.methodNotAllowed : apiErrors.notFound }
}

function route(methodAndPath: string, handle: Handle, { sends = false } = {}): Route {
  const [method = '', path = ''] = methodAndPath.split(' ')
  return { method, path, segments: path.split('/'), sends, handle }
}

function paramsOf(wanted: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  if (wanted.length !== given.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, segment] of wanted.entries()) {
    const value = given[index] ?? ''
    if (segment.startsWith(':')) params[segment.slice(1)] = decoded(value)
    else if (segment !== value) return undefined
  }
  return params
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

function listDomains(domains: readonly string[]): Reply {
  const data = domains.map((name) => ({ id: name, name, status: 'verified', region: 'us-east-1' }))
  return ok({ object: 'list', has_more: false, data })
}
