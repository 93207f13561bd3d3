import type { FastifyInstance, InjectOptions } from 'fastify'
import { createKey } from '../../src/http/keys.ts'
import { createServer } from '../../src/http/server.ts'
import type { Scope } from '../../src/store/store.ts'
import { openTestApp, type TestApp, type TestAppOptions } from '../support/app.ts'

/** An answer, its body read as what its content type says. */
export type Answer = {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests state what they expect of an answer
  readonly body: any
  readonly headers: Readonly<Record<string, unknown>>
}

export type CallOptions = {
  readonly headers?: Record<string, string>
  /** Text or bytes as they are, with their type. */
  readonly raw?: InjectOptions['payload']
  readonly type?: string
  /** Default: a key that may do everything. Null: none. */
  readonly key?: string | null
}

/** A server over an installation of its own, called without a network. */
export type Calling = TestApp & {
  readonly server: FastifyInstance
  readonly key: string
  call(method: InjectOptions['method'], url: string, body?: unknown, options?: CallOptions): Promise<Answer>
  keyWith(...scopes: Scope[]): Promise<string>
}

/** Opens an installation and its server; `close` ends both. */
export async function openCalling(options?: TestAppOptions): Promise<Calling> {
  const test = await openTestApp(options)
  const server = createServer(test.app)
  const keyWith = async (...scopes: Scope[]) =>
    (await createKey(test.app.store.keys, { name: scopes.join(' '), scopes })).key
  const operator = await keyWith('read', 'write', 'send')
  return {
    ...test,
    server,
    key: operator,
    keyWith,
    call: async (method, url, body, { headers, raw, type, key = operator } = {}) => {
      const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body))
      const contentType = type ?? (body === undefined ? undefined : 'application/json')
      const answer = await server.inject({
        method: method ?? 'GET',
        url: url.startsWith('/v1/') ? `/api${url}` : url,
        ...(sent === undefined ? {} : { payload: sent }),
        headers: {
          ...(contentType ? { 'content-type': contentType } : {}),
          ...(key === null ? {} : { authorization: `Bearer ${key}` }),
          ...headers,
        },
      })
      const isJson = answer.body !== '' && /\bjson/.test(String(answer.headers['content-type']))
      return { status: answer.statusCode, body: isJson ? answer.json() : answer.body, headers: answer.headers }
    },
    close: async () => {
      await server.close()
      await test.close()
    },
  }
}

/** A newsletter as somebody asks for it. */
export const aNewsletter = {
  slug: 'morning',
  name: 'The Morning',
  fromName: 'The Daily',
  fromAddress: 'morning@daily.example',
  postalAddress: 'Main Street 1, 10000 Town',
}

/** An article as JSON. */
export const anArticle = {
  headline: 'Rain is coming',
  dek: 'Take an umbrella.',
  lang: 'en',
  byline: { name: 'Ada Weather', isAI: true },
  blocks: [{ type: 'paragraph', content: [{ type: 'text', text: 'It will rain on Tuesday.' }] }],
}

/** What a send needs: a newsletter with readers, and an issue of one article. */
export async function anIssue(
  { call }: Calling,
  readers = 'email,first_name\nada@example.com,Ada\nbob@example.com,Bob\n',
) {
  const { body: newsletter } = await call('POST', '/v1/newsletters', aNewsletter)
  const { body: article } = await call('POST', '/v1/articles', anArticle)
  const wanted = { newsletter: 'morning', articles: [article.id] }
  const { body: issue } = await call('POST', '/v1/issues', wanted)
  if (readers) {
    const url = '/v1/subscribers/import?newsletter=morning&consentSource=Signed%20up%20at%20the%20fair'
    await call('POST', url, undefined, { raw: readers, type: 'text/csv' })
  }
  return { newsletter, article, issue }
}
