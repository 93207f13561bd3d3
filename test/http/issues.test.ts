import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listOutbox, readOutboxMail } from '../../src/outbox/reading.ts'
import { deliverAll } from '../support/deliver.ts'
import { anArticle, anIssue, type Calling, openCalling } from './calling.ts'

let api: Calling
let made: Awaited<ReturnType<typeof anIssue>>

beforeAll(async () => {
  api = await openCalling()
  made = await anIssue(api)
})
afterAll(() => api.close())

const nowhere = '00000000-0000-4000-8000-000000000000'

describe('an issue', () => {
  test('has the headline and the dek of its first article when nothing else is said', async () => {
    expect(made.issue).toEqual({
      id: expect.any(String),
      newsletterId: made.newsletter.id,
      number: 1,
      subject: 'Rain is coming',
      preheader: 'Take an umbrella.',
      template: 'article',
      excerpt: null,
      articleIds: [made.article.id],
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    })
    expect((await api.call('GET', `/v1/issues/${made.issue.id}`)).body).toEqual(made.issue)
    expect((await api.call('GET', '/v1/issues?newsletter=morning')).body).toEqual({ rows: [made.issue], next: null })
    expect((await api.call('GET', '/v1/issues?newsletter=evening')).body).toEqual({ rows: [], next: null })
  })

  test('takes the beginning of the text where there is no dek, and cuts what is too long for a line', async () => {
    const { dek: _, ...article } = { ...anArticle, headline: `${'word '.repeat(59)}{{x}}` }
    const { body } = await api.call('POST', '/v1/articles', article)
    const wanted = { newsletter: 'morning', articles: [body.id] }
    const issue = (await api.call('POST', '/v1/issues', wanted)).body
    expect(issue.preheader).toBe('It will rain on Tuesday.')
    expect(issue.subject).toBe(`${'word '.repeat(49).trim()}…`)
  })

  test('says when a change does not reach the send that is scheduled', async () => {
    const at = { issue: made.issue.id, at: '2099-01-01T08:00Z' }
    expect((await api.call('POST', '/v1/sends', at)).status).toBe(422)
    const send = (await api.call('POST', '/v1/sends', { issue: made.issue.id, at: await inDays(1) })).body
    const change = { subject: 'Rain, {{first_name|reader}}' }
    const changed = await api.call('PATCH', `/v1/issues/${made.issue.id}`, change)
    expect(changed.status).toBe(200)
    expect(changed.body).toMatchObject({ ...change, scheduledSend: send.id, needsRefresh: true })
    const refreshed = await api.call('POST', `/v1/sends/${send.id}/refresh`)
    expect(refreshed.status).toBe(200)
    expect(refreshed.body.editions).not.toEqual(send.editions)
    await api.call('POST', `/v1/sends/${send.id}/cancel`)
    const again = await api.call('PATCH', `/v1/issues/${made.issue.id}`, { preheader: 'Soon.' })
    expect(again.body).toMatchObject({ preheader: 'Soon.', scheduledSend: null, needsRefresh: false })
  })

  async function inDays(days: number): Promise<string> {
    return new Date((await api.app.store.now()).getTime() + days * 86_400_000).toISOString()
  }

  test.each([
    ['of an article there is not', { articles: [nowhere] }, '#/articles/0'],
    ['of a template there is not', { template: 'nope' }, '#/template'],
    ['of a template for one reader', { template: 'confirm-subscription' }, '#/template'],
    ['without articles', { articles: [] }, '#/articles'],
    ['with a subject of two lines', { subject: 'Hello\r\nBcc: all@example.com' }, '#/subject'],
    ['with an endless subject', { subject: 'a'.repeat(251) }, '#/subject'],
    ['with words for articles', { articles: 'all' }, '#/articles'],
  ])('%s is refused', async (_, wrong, where) => {
    const wanted = { newsletter: 'morning', articles: [made.article.id], ...wrong }
    const answer = await api.call('POST', '/v1/issues', wanted)
    expect(answer.status).toBe(422)
    expect(answer.body.problems).toEqual([{ where, message: expect.any(String) }])
  })

  test('of one article twice is refused', async () => {
    const articles = [made.article.id, made.article.id]
    const answer = await api.call('PATCH', `/v1/issues/${made.issue.id}`, { articles })
    expect(answer.body.problems).toEqual([
      { where: '#/articles/1', message: `article ${made.article.id} is in the issue already` },
    ])
  })

  test.each([
    ['GET', ''],
    ['PATCH', ''],
    ['GET', '/preview'],
    ['POST', '/test'],
  ] as const)('that is unknown is answered with 404 to %s %s', async (method, path) => {
    const body = method === 'GET' ? undefined : path === '/test' ? { to: 'a@example.com' } : { subject: 'x' }
    expect((await api.call(method, `/v1/issues/${nowhere}${path}`, body)).status).toBe(404)
  })

  test('of an unknown newsletter is answered with 404', async () => {
    const wanted = { newsletter: 'no\u0000pe', articles: [made.article.id] }
    expect((await api.call('POST', '/v1/issues', wanted)).status).toBe(404)
  })
})

describe('a preview', () => {
  test('is the mail of one of the readers, with links that are nobody’s', async () => {
    const { status, body } = await api.call('GET', `/v1/issues/${made.issue.id}/preview`)
    expect(status).toBe(200)
    expect(body.subject).toMatch(/^Rain, (Ada|Bob)$/)
    expect(body.html).toContain('It will rain on Tuesday.')
    expect(body.text).toContain('It will rain on Tuesday.')
    expect(body.html).toContain(`href="http://localhost:8025/n/${made.newsletter.id}"`)
    expect(body.html).toContain(`/view/${body.editionHash}`)
    expect(body.html).not.toContain('/unsubscribe/')
    expect(body.headers.map((header: { name: string }) => header.name)).toEqual([
      'List-Unsubscribe',
      'List-Unsubscribe-Post',
      'List-Id',
      'Feedback-ID',
    ])
  })

  test('comes as html that cannot run, and as text', async () => {
    const html = await api.call('GET', `/v1/issues/${made.issue.id}/preview?format=html`)
    expect(html.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(html.headers['content-security-policy']).toMatch(/default-src 'none'.*sandbox/)
    expect(html.body).toMatch(/^<!doctype html>/i)
    const text = await api.call('GET', `/v1/issues/${made.issue.id}/preview?format=text`)
    expect(text.headers['content-type']).toBe('text/plain; charset=utf-8')
    expect(text.body).toContain('AI journalist')
  })

  test('stores nothing', async () => {
    const editions = () => api.database.pool.query('select hash from edition')
    const before = (await editions()).rowCount
    await api.call('PATCH', `/v1/issues/${made.issue.id}`, { subject: 'Never rendered before' })
    await api.call('GET', `/v1/issues/${made.issue.id}/preview`)
    expect((await editions()).rowCount).toBe(before)
  })

  test('is refused in a form there is not', async () => {
    expect((await api.call('GET', `/v1/issues/${made.issue.id}/preview?format=pdf`)).status).toBe(422)
  })
})

describe('a test mail', () => {
  test('goes to one address, marked as a test, and its web view works', async () => {
    await api.call('PATCH', `/v1/issues/${made.issue.id}`, { subject: 'Rain, {{first_name|reader}}' })
    const answer = await api.call('POST', `/v1/issues/${made.issue.id}/test`, { to: 'editor@daily.example' })
    expect(answer.status).toBe(202)
    expect(answer.body).toEqual({
      deliveryId: expect.any(String),
      editionHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      warnings: [],
    })
    await deliverAll(api.app)
    const delivery = (await api.call('GET', `/v1/deliveries/${answer.body.deliveryId}`)).body
    expect(delivery).toMatchObject({ outcome: 'accepted', address: 'editor@daily.example', sendId: null })
    const mail = await readOutboxMail(String(api.app.outboxDir), answer.body.deliveryId)
    expect(mail).toMatchObject({ to: 'editor@daily.example', subject: '[Test] Rain, reader' })
    expect(mail?.html).toContain(`http://localhost:8025/n/${made.newsletter.id}`)
    const view = await api.call('GET', `/view/${answer.body.editionHash}`, undefined, { key: null })
    expect(view.status).toBe(200)
    expect(view.body).toContain('It will rain on Tuesday.')
  })

  test('calls a subscriber by their name', async () => {
    await api.call('POST', `/v1/issues/${made.issue.id}/test`, { to: 'Ada@Example.com' })
    await deliverAll(api.app)
    const { entries } = await listOutbox(String(api.app.outboxDir))
    expect(entries.map(({ to, subject }) => ({ to, subject }))).toContainEqual({
      to: 'Ada@example.com',
      subject: '[Test] Rain, Ada',
    })
  })

  test.each(['nobody', 'a@example.com\r\nBcc: b@example.com', 'Ada <ada@example.com>', '', 7])(
    'is not sent to %j',
    async (to) => {
      const answer = await api.call('POST', `/v1/issues/${made.issue.id}/test`, { to })
      expect(answer.status).toBe(422)
      expect(answer.body.problems[0].where).toBe('#/to')
    },
  )
})
