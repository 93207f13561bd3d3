import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isAtThisMachine } from '../../src/http/outbox.ts'
import { deliverAll } from '../support/deliver.ts'
import { anIssue, type Calling, openCalling } from './calling.ts'

let api: Calling
let id: string

beforeAll(async () => {
  api = await openCalling()
  const { issue } = await anIssue(api, '')
  id = (await api.call('POST', `/v1/issues/${issue.id}/test`, { to: 'editor@daily.example' })).body.deliveryId
  await deliverAll(api.app)
})
afterAll(() => api.close())

const look = (url: string, headers: Record<string, string> = {}) =>
  api.call('GET', url, undefined, { key: null, headers: { host: 'localhost:8025', ...headers } })

describe('the outbox', () => {
  test('lists its mail and shows each', async () => {
    const list = await look('/outbox')
    expect(list.status).toBe(200)
    expect(list.body).toContain(`href="/outbox/${id}"`)
    const mail = await look(`/outbox/${id}`)
    expect(mail.body).toContain('[Test] Rain is coming')
    expect(mail.body).toContain('editor@daily.example')
    expect(mail.headers['content-security-policy']).toMatch(/^default-src 'none'/)
    const file = await look(`/outbox/${id}/file`)
    expect(file.headers['content-type']).toBe('message/rfc822')
    expect(file.body).toMatch(/^From: /m)
  })

  test.each(['/outbox/x', '/outbox/..%2f..%2fetc%2fpasswd', '/outbox/00000000-0000-4000-8000-000000000000/file'])(
    'has nothing at %s',
    async (url) => {
      expect((await look(url)).status).toBe(404)
    },
  )

  test.each([
    ['a page of the web whose name was pointed here', { host: 'evil.example' }],
    ['what came through a proxy', { 'x-forwarded-for': '203.0.113.7' }],
    ['what came through a proxy that says so', { forwarded: 'for=203.0.113.7' }],
  ])('is not shown to %s', async (_, headers) => {
    const answer = await look('/outbox', headers)
    expect(answer.status).toBe(401)
    expect(answer.headers['www-authenticate']).toMatch(/^Basic /)
  })

  test('is shown from elsewhere for a key that may read', async () => {
    const host = 'news.example'
    const basic = (key: string) => `Basic ${Buffer.from(`me:${key}`).toString('base64')}`
    expect((await look('/outbox', { host, authorization: `Bearer ${api.key}` })).status).toBe(200)
    expect((await look('/outbox', { host, authorization: basic(api.key) })).status).toBe(200)
    expect((await look('/outbox', { host, authorization: basic('pk_nope') })).status).toBe(401)
    const sender = await api.keyWith('send')
    expect((await look('/outbox', { host, authorization: basic(sender) })).status).toBe(401)
  })
})

describe('a request comes from this machine', () => {
  const from = (ip: string, host: string, publicUrl = 'http://localhost:8025') =>
    isAtThisMachine({ ip, headers: { host } }, publicUrl)

  test.each([
    ['127.0.0.1', 'localhost:8025'],
    ['::1', '[::1]:8025'],
    ['::ffff:127.0.0.1', '127.0.0.1:8025'],
    ['127.0.0.1', 'pressroom.localhost'],
  ])('from %s to %s', (ip, host) => {
    expect(from(ip, host)).toBe(true)
  })

  test.each([
    ['192.0.2.1', 'localhost:8025'],
    ['127.0.0.1', 'localhost.evil.example'],
    ['127.0.0.1', '127.0.0.1.evil.example'],
    ['127.0.0.1', 'evil.example#localhost'],
    ['127.0.0.1', ''],
  ])('but not from %s to %s', (ip, host) => {
    expect(from(ip, host)).toBe(false)
  })

  test('but not where readers are served', () => {
    expect(from('127.0.0.1', '127.0.0.1:8025', 'https://news.example')).toBe(false)
  })
})
