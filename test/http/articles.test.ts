import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anArticle, type Calling, openCalling } from './calling.ts'

let api: Calling

beforeAll(async () => {
  api = await openCalling()
})
afterAll(() => api.close())

const post = (raw: string, type: string, query = '') =>
  api.call('POST', `/v1/articles${query}`, undefined, { raw, type })

describe('an article', () => {
  test('comes in as JSON and is replaced by another', async () => {
    const made = await api.call('POST', '/v1/articles', anArticle)
    expect(made.status).toBe(201)
    expect(made.body).toEqual({
      id: expect.any(String),
      article: { ...anArticle, dir: 'ltr', related: [] },
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
      warnings: [],
    })
    const { warnings, ...stored } = made.body
    expect((await api.call('GET', `/v1/articles/${stored.id}`)).body).toEqual(stored)
    const changed = await api.call('PUT', `/v1/articles/${stored.id}`, { ...anArticle, headline: 'Sun is coming' })
    expect(changed.status).toBe(200)
    expect(changed.body.article.headline).toBe('Sun is coming')
  })

  test('comes in as Markdown', async () => {
    const markdown = '---\nheadline: Wind\nbyline: Ada Weather\n---\n\nIt blows.\n'
    const { status, body } = await post(markdown, 'text/markdown')
    expect(status).toBe(201)
    expect(body.article).toMatchObject({ headline: 'Wind', blocks: [{ type: 'paragraph' }] })
  })

  test('comes in as text pasted from its page', async () => {
    const text =
      'Snow\n\nIt is white.\n\nAI Journalist: Ada Weather\n\nIt falls since Monday, and will go on to fall.\n'
    const { status, body } = await post(text, 'text/plain; charset=utf-8')
    expect(status).toBe(201)
    expect(body.article).toMatchObject({ headline: 'Snow', byline: { name: 'Ada Weather', isAI: true } })
  })

  test('says what was left out of it', async () => {
    const link = { type: 'link', href: 'https://ok.example/', children: [{ type: 'text', text: 'ok' }] }
    const markdown = '---\nheadline: Wind\nbyline: Ada\n---\n\nA [link](javascript:alert(1)).\n'
    const { body } = await post(markdown, 'text/markdown')
    expect(body.warnings).toEqual([{ where: expect.any(String), message: expect.any(String) }])
    expect(JSON.stringify(body.article)).not.toContain('javascript')
    const kept = { ...anArticle, blocks: [{ type: 'paragraph', content: [link] }] }
    expect((await api.call('POST', '/v1/articles', kept)).body.warnings).toEqual([])
  })
})

describe('refuses', () => {
  test('an article with the line that is wrong', async () => {
    const { status, body } = await post('{\n  "headline": "Rain",\n  oops\n}', 'application/json', '?name=rain.json')
    expect(status).toBe(422)
    expect(body.code).toBe('invalid_input')
    expect(body.problems[0].where).toMatch(/line 3/)
  })

  test('an article with the path that is wrong', async () => {
    const { status, body } = await api.call('POST', '/v1/articles', { ...anArticle, byline: { name: 7 } })
    expect(status).toBe(422)
    expect(body.problems[0].where).toMatch(/byline/)
  })

  test.each([
    ['nothing', '', 'text/plain', 422],
    ['more than a megabyte', `# ${'a'.repeat(1_048_577)}`, 'text/markdown', 413],
    ['another type', 'x', 'application/pdf', 415],
    ['bytes that are no text', '\u0000\u0001', 'text/plain', 422],
  ])('%s', async (_, raw, type, status) => {
    const answer = await post(raw, type)
    expect(answer.status).toBe(status)
    expect(answer.body.status).toBe(status)
  })

  test('what nests deeper than any article', async () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000)
    expect((await post(`{"blocks":${deep}}`, 'application/json')).status).toBe(422)
  })

  test.each(['x', '00000000-0000-4000-8000-000000000000', '%00'])('the unknown article %s', async (id) => {
    expect((await api.call('GET', `/v1/articles/${id}`)).status).toBe(404)
    expect((await api.call('PUT', `/v1/articles/${id}`, anArticle)).status).toBe(404)
  })
})

describe('lists', () => {
  test('come in pages, newest first, and each row once', async () => {
    for (const headline of ['one', 'two', 'three']) await api.call('POST', '/v1/articles', { ...anArticle, headline })
    const seen: string[] = []
    for (let next: string | null = ''; next !== null; ) {
      const query = next ? `&after=${next}` : ''
      const { body } = await api.call('GET', `/v1/articles?limit=2${query}`)
      expect(body.rows.length).toBeLessThanOrEqual(2)
      seen.push(...body.rows.map((row: { headline: string }) => row.headline))
      next = body.next
    }
    expect(seen.slice(0, 3)).toEqual(['three', 'two', 'one'])
    const { rows } = (await api.call('GET', '/v1/articles?limit=100')).body
    expect(seen).toEqual(rows.map((row: { headline: string }) => row.headline))
    expect(rows[0]).not.toHaveProperty('blocks')
  })

  const cursor = (text: string) => Buffer.from(text).toString('base64url')
  test.each([
    ['words', 'garbage'],
    ['nothing', ''],
    ['a number for a time', cursor(`1 ${'-'.repeat(36)}`)],
    ['a day there is not', cursor('2026-02-30 10:00:00+00 00000000-0000-4000-8000-000000000000')],
    ['an id that is none', cursor(`2026-02-20 10:00:00+00 ${'-'.repeat(36)}`)],
    ['more than it should hold', cursor("2026-02-20 10:00:00+00' 00000000-0000-4000-8000-000000000000")],
  ])('refuse a cursor of %s', async (_, after) => {
    const { status, body } = await api.call('GET', `/v1/articles?after=${after}`)
    expect(status).toBe(422)
    expect(body.problems).toEqual([{ where: 'after', message: 'expected the "next" of an earlier page' }])
  })

  test.each(['0', '101', '-1', '1.5', 'many', '', '1&limit=2'])('refuse a limit of "%s"', async (limit) => {
    const { status, body } = await api.call('GET', `/v1/articles?limit=${limit}`)
    expect(status).toBe(422)
    expect(body.problems).toEqual([{ where: 'limit', message: expect.any(String) }])
  })
})
