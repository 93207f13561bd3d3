import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createServer, startServer } from '../../src/http/server.ts'
import { createLogger } from '../../src/log.ts'
import { type Calling, openCalling } from './calling.ts'

let api: Calling

beforeAll(async () => {
  api = await openCalling()
})
afterAll(() => api.close())

describe('the description of the API', () => {
  type Operation = {
    readonly summary?: string
    readonly tags?: readonly string[]
    readonly responses: Readonly<Record<string, { readonly content?: object; readonly description?: string }>>
  }
  const operations = async (): Promise<readonly (readonly [string, Operation])[]> => {
    const { paths } = (await api.call('GET', '/api/openapi.json', undefined, { key: null })).body
    return Object.entries<Record<string, Operation>>(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [`${method} ${path}`, operation] as const),
    )
  }

  test('names every route with a summary and what it answers', async () => {
    const all = await operations()
    expect(all.length).toBeGreaterThanOrEqual(38)
    for (const [route, { summary, tags, responses }] of all) {
      expect(summary, route).toMatch(/^[A-Z].*[^.]$/)
      expect(tags, route).toHaveLength(1)
      expect(Object.keys(responses), route).toEqual(expect.arrayContaining(['4XX', '5XX']))
      const fine = Object.entries(responses).filter(([status]) => status.startsWith('2'))
      expect(fine.length, route).toBeGreaterThan(0)
      for (const [status, response] of fine) if (status !== '204') expect(response.content, route).toBeDefined()
    }
  })

  test('is OpenAPI 3.1 whose references lead somewhere', async () => {
    const { body } = await api.call('GET', '/api/openapi.json', undefined, { key: null })
    expect(body.openapi).toBe('3.1.0')
    expect(body.security).toEqual([{ key: [] }])
    const references = JSON.stringify(body).matchAll(/"\$ref":"([^"]+)"/g)
    const dead = [...references].map(([, to = '']) => to).filter((to) => lookUp(body, to) === undefined)
    expect(dead).toEqual([])
    expect(Object.keys(body.components.schemas)).toContain('Article')
    expect(Object.keys(body.paths).filter((path) => !path.startsWith('/api/v1/'))).toEqual([])
  })

  function lookUp(document: unknown, reference: string): unknown {
    return reference
      .slice(2)
      .split('/')
      .reduce<unknown>((value, name) => Object(value)[name], document)
  }

  test('has a page whose parts all come from here', async () => {
    const page = await api.call('GET', '/api/docs/', undefined, { key: null })
    expect(page.status).toBe(200)
    const sources = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => source)
    expect(sources.filter((source) => !source?.startsWith('./static/'))).toEqual([])
    for (const source of sources)
      expect((await api.call('GET', `/api/docs/${source}`, undefined, { key: null })).status).toBe(200)
    expect(page.headers['content-security-policy']).toMatch(/default-src 'self'/)
  })
})

describe('an installation', () => {
  test('says how it is doing', async () => {
    const { status, body } = await api.call('GET', '/v1/status')
    expect(status).toBe(200)
    expect(body).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      tier: 'postgres',
      database: expect.stringMatching(/^PostgreSQL \d+/),
      queue: { backend: 'postgres', ok: true, detail: expect.any(String) },
      provider: { name: 'outbox', leavesMachine: false, requestsPerSecond: 100, blocked: null },
      publicUrl: 'http://localhost:8025',
      warnings: [],
      now: expect.any(String),
    })
  })

  test('lists its templates', async () => {
    const { body } = await api.call('GET', '/v1/templates')
    expect(body.rows).toContainEqual({
      name: 'article',
      kind: 'issue',
      hasOwnText: true,
      file: 'emails/templates/article.tsx',
    })
    expect(body.rows).toContainEqual(expect.objectContaining({ name: 'confirm-subscription', kind: 'single' }))
    expect(body).toMatchObject({ broken: [], next: null })
  })

  test('tells a load balancer that it is well, and nothing else', async () => {
    expect(await api.call('GET', '/healthz', undefined, { key: null })).toMatchObject({
      status: 200,
      body: { ok: true },
    })
  })
})

describe('every answer', () => {
  test.each(['/api/v1/newsletters', '/nowhere', '/healthz', '/', '/outbox', '/api/v1/nowhere'])(
    'carries what keeps browsers from harm: %s',
    async (url) => {
      const { headers } = await api.call('GET', url)
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
        'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      })
    },
  )

  test.each(['/%', '/%c0%af', `/${'a'.repeat(5_000)}`, '//evil.example/', '/api/v1/sends/%ff'])(
    'to an odd address is a plain 404: %s',
    async (url) => {
      expect((await api.call('GET', url)).status).toBe(404)
    },
  )

  test('to an address that leads nowhere is a page for people and a problem document for programs', async () => {
    const accept = 'text/html,application/xhtml+xml'
    const page = await api.call('GET', '/nowhere', undefined, { key: null, headers: { accept } })
    expect([page.status, page.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8'])
    const problem = await api.call('GET', '/api/nowhere', undefined, { key: null, headers: { accept } })
    expect([problem.status, problem.body.code]).toEqual([404, 'not_found'])
  })

  test('to a fault of ours says nothing of it, and the log tells it once', async () => {
    const lines: Record<string, unknown>[] = []
    const log = createLogger('silent')
    log.error = (line: Record<string, unknown>) => void lines.push(line)
    const list = async () => {
      throw new Error('kaputt')
    }
    const { store } = api.app
    const server = createServer({ ...api.app, log, store: { ...store, newsletters: { ...store.newsletters, list } } })
    const headers = { authorization: `Bearer ${api.key}` }
    const answer = await server.inject({ url: '/api/v1/newsletters', headers })
    expect(answer.statusCode).toBe(500)
    expect(answer.json()).toMatchObject({ code: 'internal', instance: answer.headers['x-request-id'] })
    expect(answer.body).not.toContain('kaputt')
    const event = { event: 'request_failed', request: answer.headers['x-request-id'], route: '/api/v1/newsletters' }
    expect(lines).toEqual([{ ...event, err: expect.objectContaining({ message: 'kaputt' }) }])
    await server.close()
  })
})

describe('the log', () => {
  test('has a line a request, with the route in place of the address', async () => {
    const lines: Record<string, unknown>[] = []
    const log = createLogger('silent')
    log.info = (line: Record<string, unknown>) => void lines.push(line)
    const server = createServer({ ...api.app, log })
    await server.inject({ url: '/preferences/some-secret-token?x=ada@example.com' })
    expect(lines).toEqual([
      {
        event: 'request',
        request: expect.any(String),
        method: 'GET',
        route: '/preferences/:token',
        status: 404,
        ms: expect.any(Number),
      },
    ])
    await server.close()
  })
})

describe('a server that listens', () => {
  test('is on loopback, on the port it says, and takes no port that is taken', async () => {
    const running = await startServer(api.app)
    expect(running.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect((await fetch(`${running.url}/healthz`)).status).toBe(200)
    const port = Number(new URL(running.url).port)
    await expect(startServer(api.app, { port })).rejects.toMatchObject({ code: 'unavailable' })
    await running.close()
    await expect(fetch(`${running.url}/healthz`)).rejects.toThrow()
  })

  test('stops although a browser has opened a connection ahead of time', async () => {
    const server = await startServer(api.app, { port: 0 })
    const spare = connect({ host: '127.0.0.1', port: Number(new URL(server.url).port) })
    const closed = once(spare, 'close')
    await once(spare, 'connect')
    // Served after the other was taken.
    await (await fetch(`${server.url}/healthz`)).text()
    await server.close()
    await closed
  })

  test('says that it is HOST which is wrong when this machine has no such address', async () => {
    const elsewhere = { host: '203.0.113.5', port: 0 }
    await expect(startServer(api.app, elsewhere)).rejects.toMatchObject({
      code: 'unavailable',
      message: 'This machine has no address 203.0.113.5. Set HOST to one of its own, such as 127.0.0.1 or 0.0.0.0.',
    })
  })
})
