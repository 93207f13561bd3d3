import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import type { SubscriberId } from '../../src/id.ts'
import { listOutbox, readOutboxMail } from '../../src/outbox/reading.ts'
import { prepareSend } from '../../src/send/prepare.ts'
import { aNewsletter, anArticle, type Calling, openCalling } from '../http/calling.ts'
import { deliverAll } from '../support/deliver.ts'

const DAY = 86_400_000

let api: Calling
/** How far the clock of the pages is ahead of the database's. */
let aheadMs = 0
let preferences: string

beforeAll(async () => {
  const now = () => new Date(systemClock.now().getTime() + aheadMs)
  api = await openCalling({ clock: { ...systemClock, now } })
  for (const slug of ['morning', 'evening', 'weekly']) {
    await api.call('POST', '/v1/newsletters', { ...aNewsletter, slug, name: `The ${slug} <b>` })
  }
  for (const slug of ['morning', 'evening']) await readers(slug, 'ada@example.com,Ada\nbob@example.com,Bob\n')
  const { body: newsletter } = await api.call('GET', '/v1/newsletters/morning')
  const ada = await api.app.store.subscribers.findByAddress('ada@example.com')
  const subscriberId = ada?.id ?? ('' as SubscriberId)
  preferences = `/preferences/${api.app.tokens.sign('preferences', { newsletterId: newsletter.id, subscriberId })}`
})
afterAll(() => api.close())

function readers(slug: string, rows: string) {
  const url = `/v1/subscribers/import?newsletter=${slug}&consentSource=fair`
  return api.call('POST', url, undefined, { raw: `email,first_name\n${rows}`, type: 'text/csv' })
}

const show = () => api.call('GET', preferences, undefined, { key: null })
const choose = (fields: Record<string, string>) =>
  api.call('POST', preferences, undefined, {
    key: null,
    raw: new URLSearchParams(fields).toString(),
    type: 'application/x-www-form-urlencoded',
  })

/** Schedules an issue; what goes out of it is delivered by hand. */
async function send(newsletter: string): Promise<string> {
  const { body: article } = await api.call('POST', '/v1/articles', anArticle)
  const { body: issue } = await api.call('POST', '/v1/issues', { newsletter, articles: [article.id] })
  const { body } = await api.call('POST', '/v1/sends', { issue: issue.id, at: 'now' })
  return body.id
}

async function readersOf(sendId: string): Promise<Record<string, string>> {
  const { body } = await api.call('GET', `/v1/sends/${sendId}/deliveries`)
  const rows: { subscriberId: string; outcome: string; reason: string | null }[] = body.rows
  const named = await Promise.all(
    rows.map(async ({ subscriberId, outcome, reason }) => {
      const { body: reader } = await api.call('GET', `/v1/subscribers/${subscriberId}`)
      return [reader.firstName, reason ?? outcome]
    }),
  )
  return Object.fromEntries(named)
}

describe('preferences', () => {
  test('show every newsletter that the reader has, the one of the mail first, and none that they have not', async () => {
    const { status, body } = await show()
    expect(status).toBe(200)
    const names = [...String(body).matchAll(/<h2 id="newsletter-(\w+)">/g)].map(([, slug]) => slug)
    expect(names).toEqual(['morning', 'evening'])
    expect(body).toContain('The morning &lt;b&gt;')
    expect(body).not.toContain('weekly')
    expect(body).not.toContain('ada@')
  })

  test('do not reach newsletters that the reader never had', async () => {
    expect((await choose({ choice: 'return', newsletter: 'weekly' })).status).toBe(422)
    const ada = await api.app.store.subscribers.findByAddress('ada@example.com')
    expect(ada?.subscriptions).toHaveLength(2)
  })

  test('take name, language and time zone, and keep nothing of what is not one', async () => {
    const good = { choice: 'details', first_name: 'Ada "A" <L>', language: 'en', time_zone: 'Pacific/Auckland' }
    const changed = await choose(good)
    expect(changed.status).toBe(200)
    expect(changed.body).toContain('value="Ada &quot;A&quot; &lt;L&gt;"')
    expect(changed.body).toContain('<option value="Pacific/Auckland" selected>Pacific/Auckland</option>')
    for (const bad of [
      { first_name: 'x'.repeat(101) },
      { first_name: 'A\r\nBcc: b@example.com' },
      { time_zone: 'Mars/Olympus' },
      { language: '<script>' },
    ]) {
      expect((await choose({ ...good, ...bad })).status).toBe(400)
    }
    expect(await api.app.store.subscribers.findByAddress('ada@example.com')).toMatchObject({
      firstName: 'Ada "A" <L>',
      timeZone: 'Pacific/Auckland',
    })
    await choose({ ...good, first_name: 'Ada', time_zone: '' })
  })

  test('keep a language that was said more exactly', async () => {
    await api.database.pool.query(`update subscriber set locale = 'en-GB' where address_key = 'ada@example.com'`)
    await choose({ choice: 'details', first_name: 'Ada', language: 'en', time_zone: '' })
    expect((await api.app.store.subscribers.findByAddress('ada@example.com'))?.locale).toBe('en-GB')
  })
})

describe('a pause', () => {
  test('until a day that is none, or past, is refused in words', async () => {
    for (const until of ['', dayIn(0), dayIn(-1), dayIn(400), 'x']) {
      const answer = await choose({ choice: 'pause', newsletter: 'morning', until })
      expect([until, answer.status]).toEqual([until, 422])
      expect(answer.body).toContain('A pause ends on a day from tomorrow on')
    }
  })

  test('keeps the reader out of sends that are prepared before it ends, of that newsletter only', async () => {
    const answer = await choose({ choice: 'pause', newsletter: 'morning', until: dayIn(5) })
    const date = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(dayIn(5)))
    expect(answer.body).toContain(`is paused until <bdi>${date}</bdi>`)
    const [morning, evening] = [await send('morning'), await send('evening')]
    await deliverAll(api.app)
    expect([await readersOf(morning), await readersOf(evening)]).toEqual([
      { Bob: 'accepted' },
      { Ada: 'accepted', Bob: 'accepted' },
    ])
  })

  test('ends by itself, and by a button', async () => {
    await api.database.pool.query('update subscription set paused_until = app_now() where paused_until is not null')
    const first = await send('morning')
    await deliverAll(api.app)
    expect(await readersOf(first)).toEqual({ Ada: 'accepted', Bob: 'accepted' })
    expect((await show()).body).not.toContain('is paused')
    await choose({ choice: 'pause', newsletter: 'morning', until: dayIn(20) })
    await choose({ choice: 'resume', newsletter: 'morning' })
    const second = await send('morning')
    await deliverAll(api.app)
    expect(await readersOf(second)).toEqual({ Ada: 'accepted', Bob: 'accepted' })
  })

  test('that begins while a send is on keeps them out of a batch that was not tried yet', async () => {
    const id = await send('morning')
    const { toPrepare } = await api.app.store.sends.due(api.app.provider.account)
    for (const one of toPrepare) await prepareSend(api.app, one)
    await choose({ choice: 'pause', newsletter: 'morning', until: dayIn(20) })
    await deliverAll(api.app)
    expect(await readersOf(id)).toEqual({ Ada: 'paused', Bob: 'accepted' })
    await choose({ choice: 'resume', newsletter: 'morning' })
  })
})

describe('leaving', () => {
  test('all newsletters at once ends all, and each can be had back', async () => {
    const left = await choose({ choice: 'leave_all' })
    expect([...String(left.body).matchAll(/value="return"/g)]).toHaveLength(2)
    const ada = await api.app.store.subscribers.findByAddress('ada@example.com')
    expect(ada?.subscriptions.map(({ status }) => status)).toEqual(['unsubscribed', 'unsubscribed'])
    await choose({ choice: 'return', newsletter: 'evening' })
    const now = await api.app.store.subscribers.findByAddress('ada@example.com')
    expect(now?.subscriptions.map(({ status }) => status).toSorted()).toEqual(['confirmed', 'unsubscribed'])
  })

  test('by the link of an old mail works years later', async () => {
    await readers('weekly', 'eve@example.com,Eve\n')
    const id = await send('weekly')
    await deliverAll(api.app)
    expect(await readersOf(id)).toEqual({ Eve: 'accepted' })
    const { entries } = await listOutbox(String(api.app.outboxDir), { limit: 1 })
    const mail = await readOutboxMail(String(api.app.outboxDir), entries[0]?.id ?? '')
    const header = mail?.headers.find(({ name }) => name.toLowerCase() === 'list-unsubscribe')?.value ?? ''
    const oneClick = new URL(/<(https?:[^>]+)>/.exec(header)?.[1] ?? 'x:').pathname
    aheadMs = 2_000 * DAY
    const answer = await api.call('POST', oneClick, undefined, { key: null, raw: 'List-Unsubscribe=One-Click' })
    expect([answer.status, answer.body]).toEqual([200, ''])
    const eve = await api.app.store.subscribers.findByAddress('eve@example.com')
    expect(eve?.subscriptions.map(({ status }) => status)).toEqual(['unsubscribed'])
  })
})

function dayIn(days: number): string {
  return new Date(systemClock.now().getTime() + days * DAY).toISOString().slice(0, 10)
}
