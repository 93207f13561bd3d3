import { AppError, ERROR_CODES, type ErrorCode, type Problem } from '../error.ts'
import { readEvents } from './events.ts'
import type { ServerAddress } from './server-address.ts'

/** What a request carries beside its path. */
export type ApiRequest = {
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it is. */
  readonly body?: { readonly type: string; readonly bytes: Uint8Array | AsyncIterable<Uint8Array> }
  readonly headers?: Readonly<Record<string, string>>
}

/** The HTTP API of a server. Answers are what its OpenAPI page says; a refusal is thrown as the AppError it was there. */
export type Api = {
  /** Where the server is, without a slash at the end. */
  readonly url: string
  get<Answer>(path: string, query?: ApiRequest['query']): Promise<Answer>
  post<Answer>(path: string, request?: ApiRequest): Promise<Answer>
  patch<Answer>(path: string, json: unknown): Promise<Answer>
  delete<Answer>(path: string, query?: ApiRequest['query']): Promise<Answer>
  /** The lines of an answer, as they come; `accept` says in which form they are wanted. */
  lines(method: 'GET' | 'POST', path: string, request: ApiRequest & { readonly accept: string }): AsyncIterable<string>
  /** The text of an answer that is not JSON. */
  text(path: string, query?: ApiRequest['query']): Promise<string>
  /** The data of server-sent events, until the server ends them; null when it has none there. */
  events<Data>(path: string): Promise<AsyncIterable<Data> | null>
}

/** Talks to the server at `address`; `signal` ends what is under way. */
export function createApi({ url, key }: ServerAddress, signal: AbortSignal): Api {
  const call = async (method: string, path: string, request: ApiRequest = {}): Promise<Response> => {
    const answer = await reach(url, `${url}/api/v1${path}${queryText(request.query)}`, {
      ...bodyOf(request),
      method,
      signal,
      headers: headersOf(request, key),
    })
    if (!answer.ok) throw await refusalOf(answer, key)
    return answer
  }
  const json = async <Answer>(method: string, path: string, request?: ApiRequest) => {
    const answer = await call(method, path, request)
    return (answer.status === 204 ? null : await answer.json()) as Answer
  }
  return {
    url,
    get: (path, query) => json('GET', path, { query }),
    post: (path, request) => json('POST', path, request),
    patch: (path, changes) => json('PATCH', path, { json: changes }),
    delete: (path, query) => json('DELETE', path, { query }),
    lines: async function* (method, path, { accept, ...request }) {
      const answer = await call(method, path, { ...request, headers: { ...request.headers, accept } })
      if (answer.body) yield* linesOf(keepsComing(url, answer.body, signal))
    },
    text: async (path, query) => (await call('GET', path, { query })).text(),
    events: async (path) => {
      const answer = await call('GET', path).catch(nullIfNotFound)
      if (!answer?.body) return null
      if (answer.headers.get('content-type')?.startsWith('text/event-stream')) {
        return readEvents(keepsComing(url, answer.body, signal))
      }
      await answer.body.cancel()
      return null
    },
  }
}

async function reach(server: string, url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (cause) {
    if (init.signal?.aborted) throw cause
    throw new AppError('unavailable', `No Pressroom server answers at ${server}. Start it with "npm start".`, { cause })
  }
}

function nullIfNotFound(error: unknown): null {
  if (error instanceof AppError && error.code === 'not_found') return null
  throw error
}

async function* keepsComing(server: string, body: AsyncIterable<Uint8Array>, signal: AbortSignal) {
  try {
    yield* body
  } catch (cause) {
    if (signal.aborted) throw cause
    throw new AppError('unavailable', `The Pressroom server at ${server} does not answer any more.`, { cause })
  }
}

/** Whole lines, without what ends them. */
async function* linesOf(parts: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder()
  let held = ''
  for await (const part of parts) {
    const lines = (held + decoder.decode(part, { stream: true })).split('\n')
    held = lines.pop() ?? ''
    yield* lines
  }
  if (held !== '') yield held
}

function headersOf({ json, body, headers }: ApiRequest, key: string | null): Record<string, string> {
  const type = json === undefined ? body?.type : 'application/json'
  return {
    accept: 'application/json, application/problem+json, text/*',
    ...(type === undefined ? {} : { 'content-type': type }),
    ...(key === null ? {} : { authorization: `Bearer ${key}` }),
    ...headers,
  }
}

function bodyOf({ json, body }: ApiRequest): RequestInit {
  if (json !== undefined) return { body: JSON.stringify(json) }
  if (body === undefined) return {}
  if (body.bytes instanceof Uint8Array) return { body: new Uint8Array(body.bytes) }
  return { body: ReadableStream.from(body.bytes), duplex: 'half' }
}

function queryText(query: ApiRequest['query'] = {}): string {
  const set = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat()) if (one !== undefined) set.append(name, String(one))
  }
  return set.size === 0 ? '' : `?${set}`
}

/** A problem document (RFC 9457), back as the error it was made from; anything else is not a server of ours. */
async function refusalOf(answer: Response, key: string | null): Promise<AppError> {
  const problem = (await answer.json().catch(() => null)) as ProblemDocument | null
  if (problem === null || typeof problem.detail !== 'string') {
    const message = `The server at ${new URL(answer.url).origin} answered ${answer.status}, and not as Pressroom does. Is it one?`
    return new AppError('unavailable', message)
  }
  const code = codeOf(problem, answer.status)
  if (code === 'unauthorised') return keyRefused(new URL(answer.url).origin, key)
  const problems = (problem.problems ?? []).map(({ where, message }) => ({ where: where.replace(/^#\//, ''), message }))
  return new AppError(code, problem.detail, { problems })
}

function keyRefused(server: string, key: string | null): AppError {
  const why = key === null ? 'wants a key' : 'does not know the key it was given'
  return new AppError('unauthorised', `The server at ${server} ${why}. Set --key or PRESSROOM_KEY to one of its keys.`)
}

type ProblemDocument = {
  readonly detail?: string
  readonly code?: string
  readonly problems?: readonly Problem[]
}

function codeOf({ code }: ProblemDocument, status: number): ErrorCode {
  const codes = Object.keys(ERROR_CODES) as ErrorCode[]
  return (
    codes.find((known) => known === code) ?? codes.find((known) => ERROR_CODES[known].status === status) ?? 'internal'
  )
}
