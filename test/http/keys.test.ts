import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Calling, openCalling } from './calling.ts'

let api: Calling

beforeAll(async () => {
  api = await openCalling()
})
afterAll(() => api.close())

describe('without a key', () => {
  test('asks for one', async () => {
    const answer = await api.call('GET', '/v1/newsletters', undefined, { key: null })
    expect(answer.status).toBe(401)
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8')
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="pressroom"')
    expect(answer.body).toEqual({
      type: 'urn:pressroom:problem:unauthorised',
      title: 'A key is needed',
      status: 401,
      code: 'unauthorised',
      detail: 'Send "Authorization: Bearer" and a key; `pressroom key create` makes one.',
      instance: answer.headers['x-request-id'],
      problems: [],
    })
  })

  test.each([
    ['of another form', 'Bearer hello'],
    ['that nobody was given', `Bearer pk_${'a'.repeat(43)}`],
    ['as a password', 'Basic cGtfYTo='],
    ['that is empty', 'Bearer '],
  ])('refuses a key %s', async (_, authorization) => {
    const answer = await api.call('GET', '/v1/newsletters', undefined, { key: null, headers: { authorization } })
    expect(answer.status).toBe(401)
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="pressroom", error="invalid_token"')
  })

  test('tells nothing of a body before it has seen the key', async () => {
    const answer = await api.call('POST', '/v1/newsletters', undefined, {
      key: null,
      raw: '{',
      type: 'application/json',
    })
    expect(answer.status).toBe(401)
  })
})

describe('scopes', () => {
  test.each([
    ['GET', '/v1/newsletters', 'read'],
    ['HEAD', '/v1/newsletters', 'read'],
    ['POST', '/v1/newsletters', 'write'],
    ['POST', '/v1/sends', 'send'],
    ['POST', '/v1/provider/unblock', 'send'],
  ] as const)('keep %s %s for keys with the scope of %s', async (method, url, scope) => {
    const others = (['read', 'write', 'send'] as const).filter((other) => other !== scope)
    const answer = await api.call(method, url, undefined, { key: await api.keyWith(...others) })
    expect(answer.status).toBe(403)
    expect(answer.headers['www-authenticate']).toBe(
      `Bearer realm="pressroom", error="insufficient_scope", scope="${scope}"`,
    )
  })

  test('keep keys for operators, so that no key makes itself a greater one', async () => {
    const key = await api.keyWith('read', 'write')
    const wanted = { name: 'mine', scopes: ['read', 'write', 'send'] }
    expect((await api.call('POST', '/v1/keys', wanted, { key })).status).toBe(403)
  })
})

describe('a key', () => {
  test('is shown when it is made, works, and is worth nothing once it is revoked', async () => {
    const made = await api.call('POST', '/v1/keys', { name: 'site', scopes: ['read'] })
    expect(made.status).toBe(201)
    expect(made.body).toEqual({
      id: expect.any(String),
      name: 'site',
      scopes: ['read'],
      createdAt: expect.any(String),
      lastUsedAt: null,
      key: expect.stringMatching(/^pk_[\w-]{43}$/),
    })
    const { key, id } = made.body
    expect((await api.call('GET', '/v1/newsletters', undefined, { key })).status).toBe(200)
    const listed = await api.call('GET', '/v1/keys')
    expect(listed.body.rows.find((row: { id: string }) => row.id === id)).not.toHaveProperty('key')
    expect(JSON.stringify(listed.body)).not.toContain(key)
    expect((await api.call('DELETE', `/v1/keys/${id}`)).status).toBe(204)
    expect((await api.call('GET', '/v1/newsletters', undefined, { key })).status).toBe(401)
    expect((await api.call('DELETE', `/v1/keys/${id}`)).status).toBe(404)
  })

  test('is kept as a hash only', async () => {
    const { rows } = await api.database.pool.query('select api_key::text as row from api_key')
    expect(rows.length).toBeGreaterThan(0)
    expect(rows.filter(({ row }) => row.includes(api.key))).toEqual([])
  })

  test.each([
    ['no scope', { name: 'x', scopes: [] }],
    ['a scope there is not', { name: 'x', scopes: ['admin'] }],
    ['a name of two lines', { name: 'a\nb', scopes: ['read'] }],
  ])('is refused with %s', async (_, wanted) => {
    expect((await api.call('POST', '/v1/keys', wanted)).status).toBe(422)
  })
})
