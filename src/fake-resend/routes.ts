import type { Call } from './call.ts'
import { type ApiError, apiErrors } from './errors.ts'
import { listEmails, readEmailById } from './read.ts'
import { ok, type Reply } from './reply.ts'
import { type SendDeps, sendBatch, sendEmail } from './send.ts'

/** One endpoint of the API. */
export type Route = {
  readonly method: string
  /** Segments that start with a colon are parameters. */
  readonly path: string
  /** Open to keys that may only send, and honours `Idempotency-Key`. */
  readonly sends: boolean
  readonly handle: (call: Call, deps: SendDeps) => Reply
}

export type Match =
  | { readonly kind: 'found'; readonly route: Route; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'none'; readonly error: ApiError }

const ROUTES: readonly Route[] = [
  { method: 'POST', path: '/emails', sends: true, handle: sendEmail },
  { method: 'POST', path: '/emails/batch', sends: true, handle: sendBatch },
  { method: 'GET', path: '/emails', sends: false, handle: (call, { mailbox }) => listEmails(call, mailbox) },
  { method: 'GET', path: '/emails/:id', sends: false, handle: (call, { mailbox }) => readEmailById(call, mailbox) },
  { method: 'GET', path: '/domains', sends: false, handle: (_, { settings }) => listDomains(settings.domains ?? []) },
]

/** Finds the endpoint for a method and path. */
export function matchRoute(method: string, path: string): Match {
  const candidates = ROUTES.flatMap((route) => {
    const params = paramsOf(route.path, path)
    return params ? [{ route, params }] : []
  })
  const match = candidates.find(({ route }) => route.method === method)
  if (match) return { kind: 'found', ...match }
  return { kind: 'none', error: candidates.length > 0 ? apiErrors.methodNotAllowed : apiErrors.notFound }
}

function paramsOf(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/')
  const given = path.split('/')
  if (wanted.length !== given.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, segment] of wanted.entries()) {
    const value = given[index] ?? ''
    if (segment.startsWith(':')) params[segment.slice(1)] = value
    else if (segment !== value) return undefined
  }
  return params
}

function listDomains(domains: readonly string[]): Reply {
  const data = domains.map((name) => ({ id: name, name, status: 'verified', region: 'us-east-1' }))
  return ok({ object: 'list', has_more: false, data })
}
