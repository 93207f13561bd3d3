import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Article } from '../../../src/article/article.ts'
import { AppError, ERROR_CODES } from '../../../src/error.ts'
import { publicPages } from '../../../src/http/public/public.ts'
import { subscribeApi } from '../../../src/http/public/subscribe-api.ts'
import type { NewsletterId, SubscriberId } from '../../../src/id.ts'
import { createLinks } from '../../../src/links.ts'
import type { Bell } from '../../../src/queue/queue.ts'
import { createImportStore } from '../../../src/store/postgres/import.ts'
import { createNewsletterStore } from '../../../src/store/postgres/newsletters.ts'
import { createSubscriberStore } from '../../../src/store/postgres/subscribers.ts'
import { createTokens } from '../../../src/subscriber/token.ts'
import { FakeClock } from '../../support/clock.ts'
import { createTestDatabase, type TestDatabase, testLog } from '../../support/database.ts'
import { importRows } from '../../support/import-rows.ts'

const EDITION = 'e'.repeat(64)
const DAY = 86_400_000
const HOSTILE = 'The $& <b>"Brief"</b>'

const article: Article = {
  headline: 'Ships & <tides>',
  lang: 'en',
  dir: 'ltr',
  byline: { name: 'Vera "V" Stone', isAI: true },
  perspective: { text: 'Be fair to $& and <i>all</i>.\n\nNever guess.', url: 'https://example.com/perspective' },
  audio: {},
  blocks: [
    { type: 'paragraph', content: [{ type: 'text', text: 'First </div><script>alert(1)</script>' }] },
    { type: 'code', text: 'not read out' },
    {
      type: 'list',
      ordered: false,
      items: [[{ type: 'paragraph', content: [{ type: 'strong', children: [{ type: 'text', text: 'Item' }] }] }]],
    },
  ],
  related: [],
}

let database: TestDatabase
let newsletterId: NewsletterId
let app: FastifyInstance
let clock: FakeClock
let rung: Bell[]
let isDown: boolean
const tokens = createTokens(['a secret for tests'])
const links = createLinks({ publicUrl: 'https://news.example.com/letters', tokens })
const stores = () => ({
  newsletters: createNewsletterStore(database.pool),
  subscribers: createSubscriberStore(database.pool),
})

beforeAll(async () => {
  database = await createTestDatabase()
  await database.pool.query('insert into edition (hash, document) values ($1, $2)', [EDITION, '{}'])
  const newsletter = await stores().newsletters.create({
    slug: 'brief',
    name: HOSTILE,
    fromName: 'News',
    fromAddress: 'news@example.com',
    replyTo: null,
    postalAddress: 'Street 1, Town',
    homepage: null,
    locale: 'en',
    timeZone: 'UTC',
  })
  newsletterId = newsletter?.id ?? ('' as NewsletterId)
})

afterAll(() => database.drop())

beforeEach(async () => {
  clock = new FakeClock()
  rung = []
  isDown = false
  const webView = async (hash: string) =>
    hash === EDITION
      ? {
          html: '<!doctype html><html><head><title>x</title></head><body class="paper"><p>issue</p></body></html>',
          locale: 'en',
          articles: [article],
        }
      : null
  const deps = {
    publicUrl: 'https://news.example.com/letters',
    ...outOfReach(stores()),
    links,
    tokens,
    provider: { flags: {} },
    singleEdition: async () => EDITION,
    queue: {
      enqueue: async (bell: Bell) => {
        rung.push(bell)
        return true
      },
    },
    webView,
    clock,
    log: testLog,
  }
  app = Fastify()
  app.setErrorHandler((error, _request, reply) => {
    const status = error instanceof AppError ? ERROR_CODES[error.code].status : 500
    return reply.code(status).send(error instanceof AppError ? { code: error.code, problems: error.problems } : {})
  })
  await app.register(publicPages(deps))
  await app.register(subscribeApi(deps))
})

afterEach(() => app.close())

/** Stores that find newsletters only while the database is up. */
function outOfReach({ newsletters, subscribers }: ReturnType<typeof stores>) {
  const whenUp = <Input, Found>(find: (input: Input) => Promise<Found>) => {
    return async (input: Input) => {
      if (isDown) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
      return find(input)
    }
  }
  return { newsletters: { ...newsletters, get: whenUp(newsletters.get), find: whenUp(newsletters.find) }, subscribers }
}

const get = (url: string) => app.inject({ method: 'GET', url })
const postForm = (url: string, fields: Record<string, string>) =>
  app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': 'a browser' },
    payload: new URLSearchParams(fields).toString(),
  })
/** Opens the form, takes some time, and sends it with what is in it. */
async function sendForm(fields: Record<string, string>) {
  const page = await get('/n/brief')
  const hidden = [...page.body.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g)]
  await clock.advance(10_000)
  return postForm('/n/brief/subscribe', {
    ...Object.fromEntries(hidden.map(([, name, value]) => [name, value])),
    ...fields,
  })
}

const postJson = (payload: object) => app.inject({ method: 'POST', url: '/subscribe', payload })

async function statusOf(address: string): Promise<string | undefined> {
  return (await stores().subscribers.findByAddress(address))?.subscriptions[0]?.status
}

/** A subscriber as the import makes them. */
async function addReader(address: string): Promise<SubscriberId> {
  const row = { address, addressKey: address, firstName: '', attributes: {} }
  await importRows(createImportStore(database.pool), newsletterId, [row])
  const { id } = (await stores().subscribers.findByAddress(address)) ?? { id: '' as SubscriberId }
  return id
}

describe('the form', () => {
  test('is found from the home page, and shows a hostile name as text', async () => {
    const home = await get('/')
    expect(home.statusCode).toBe(200)
    expect(home.body).toContain('href="/letters/n/brief"')
    const form = await get('/n/brief')
    expect(form.body).toContain('The $&amp; &lt;b&gt;&quot;Brief&quot;&lt;/b&gt;')
    expect(form.body).not.toContain('<b>')
    expect(form.body).toContain('action="/letters/n/brief/subscribe"')
    expect(form.body).toContain('News, Street 1, Town')
  })

  test('subscribes, pending, with the words that were agreed to', async () => {
    const answer = await sendForm({ email: 'Form@example.com', first_name: '$&<b>"' })
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([202, 'text/html; charset=utf-8'])
    expect(answer.body).toContain('Check your inbox')
    expect(await stores().subscribers.findByAddress('form@example.com')).toMatchObject({ firstName: '$&<b>"' })
    const { rows } = await database.pool.query(
      `select source, form, wording, wording_version, user_agent, length(ip_hash) as hashed,
              (select outcome from delivery where id = delivery_id) as mail
       from consent
       join subscriber on subscriber.id = subscriber_id where address_key = 'form@example.com'`,
    )
    expect(rows).toEqual([
      {
        source: 'form',
        form: 'https://news.example.com/letters/n/brief',
        wording: `By subscribing you agree to receive ${HOSTILE} by email from News. Every letter has a link to leave.`,
        wording_version: expect.stringMatching(/^en-[0-9a-f]{8}$/),
        user_agent: 'a browser',
        hashed: 22,
        mail: 'planned',
      },
    ])
  })

  test('answers a known and an unknown address alike', async () => {
    await addReader('known@example.com')
    const [known, unknown] = [
      await postForm('/n/brief/subscribe', { email: 'known@example.com' }),
      await postForm('/n/brief/subscribe', { email: 'unknown@example.com' }),
    ]
    expect([known.statusCode, known.body]).toEqual([unknown.statusCode, unknown.body])
  })

  test('comes back with what was typed and what is wrong with it', async () => {
    const answer = await postForm('/n/brief/subscribe', { email: 'a"><script>@b', first_name: 'x'.repeat(101) })
    expect(answer.statusCode).toBe(422)
    expect(answer.body).toContain('value="a&quot;&gt;&lt;script&gt;@b"')
    expect(answer.body.match(/role="alert"/g)).toHaveLength(2)
    expect(answer.body).not.toContain('<script')
  })

  test('refuses line breaks in addresses and names', async () => {
    const hostile: Record<string, string>[] = [
      { email: 'a@example.com\r\nBcc: b@example.com' },
      { email: 'crlf@example.com', first_name: 'A\r\nBcc: b' },
    ]
    for (const fields of hostile) expect((await postForm('/n/brief/subscribe', fields)).statusCode).toBe(422)
    expect(await statusOf('crlf@example.com')).toBeUndefined()
  })

  test('of no newsletter is not there', async () => {
    expect((await get('/n/none')).statusCode).toBe(404)
    expect((await postForm('/n/none/subscribe', { email: 'a@example.com' })).statusCode).toBe(404)
  })
})

describe('POST /subscribe', () => {
  test('takes JSON and answers 202, whoever it is', async () => {
    for (const email of ['json@example.com', 'json@example.com']) {
      const answer = await postJson({ newsletter: 'brief', email, firstName: 'Jo' })
      expect([answer.statusCode, answer.json()]).toEqual([202, { status: 'heard' }])
    }
    expect(await statusOf('json@example.com')).toBe('pending')
    expect(rung[0]?.job).toEqual({ kind: 'deliver', sendId: null })
  })

  test('takes a form of another site and answers with a page', async () => {
    const answer = await postForm('/subscribe', { newsletter: 'brief', email: 'other@example.com' })
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([202, 'text/html; charset=utf-8'])
    expect(await statusOf('other@example.com')).toBe('pending')
  })

  test('says what is wrong', async () => {
    const bad = await postJson({ newsletter: 'brief', email: 'nobody', more: 1 })
    expect([bad.statusCode, bad.json().problems.map(({ where }: { where: string }) => where)]).toEqual([
      422,
      ['email', ''],
    ])
    expect((await postJson({ newsletter: 'none', email: 'a@example.com' })).statusCode).toBe(404)
  })
})

describe('confirmation', () => {
  async function pending(address: string) {
    await postJson({ newsletter: 'brief', email: address })
    const found = await stores().subscribers.findByAddress(address)
    const expiresAt = new Date(clock.now().getTime() + 7 * DAY)
    const reader = { newsletterId, subscriberId: found?.id ?? ('' as SubscriberId), expiresAt }
    return `/confirm/${tokens.sign('confirm', reader)}`
  }

  test('takes the POST of its button; a GET changes nothing', async () => {
    const url = await pending('confirm@example.com')
    const page = await get(url)
    expect(page.body).toContain(`<form method="post" action="/letters${url}">`)
    expect(await statusOf('confirm@example.com')).toBe('pending')
    expect((await postForm(url, {})).body).toContain('You are subscribed')
    expect((await postForm(url, {})).statusCode).toBe(200)
    expect(await statusOf('confirm@example.com')).toBe('confirmed')
  })

  test('by an old link brings nobody back who has left since', async () => {
    const url = await pending('gone@example.com')
    await postForm(url, {})
    const subscriberId = (await stores().subscribers.findByAddress('gone@example.com'))?.id ?? ('' as SubscriberId)
    await postForm(`/unsubscribe/${tokens.sign('unsubscribe', { newsletterId, subscriberId })}`, {})
    const answer = await postForm(url, {})
    expect([answer.statusCode, answer.body.includes('href="/letters/n/brief"')]).toEqual([410, true])
    expect(await statusOf('gone@example.com')).toBe('unsubscribed')
  })

  test('is over after seven days', async () => {
    const url = await pending('late@example.com')
    await clock.advance(7 * DAY)
    for (const answer of [await get(url), await postForm(url, {})]) {
      expect(answer.statusCode).toBe(410)
      expect(answer.body).toContain('href="/letters/n/brief"')
    }
    expect(await statusOf('late@example.com')).toBe('pending')
  })

  test('does not take a token of another kind', async () => {
    const subscriberId = await addReader('kind@example.com')
    const token = tokens.sign('unsubscribe', { newsletterId, subscriberId })
    expect((await postForm(`/confirm/${token}`, {})).statusCode).toBe(404)
    expect((await get('/confirm/nonsense')).statusCode).toBe(404)
  })
})

describe('leaving', () => {
  test('by page takes the POST of its button, and offers the way back', async () => {
    const subscriberId = await addReader('page@example.com')
    const url = `/unsubscribe/${tokens.sign('unsubscribe', { newsletterId, subscriberId })}`
    expect((await get(url)).body).toContain('method="post"')
    expect(await statusOf('page@example.com')).toBe('confirmed')
    const left = await postForm(url, {})
    expect(left.body).toContain(links.preferences({ newsletterId, subscriberId }))
    expect(await statusOf('page@example.com')).toBe('unsubscribed')
    const undo = /action="\/letters(\/preferences\/[^"]+)"/.exec(left.body)?.[1] ?? ''
    expect((await postForm(undo, { newsletter: 'brief', choice: 'return' })).statusCode).toBe(200)
    expect(await statusOf('page@example.com')).toBe('confirmed')
  })

  const ONE_CLICK = 'List-Unsubscribe=One-Click'
  const multipart = `--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n`
  test.each([
    ['urlencoded', 'application/x-www-form-urlencoded', ONE_CLICK],
    ['multipart', 'multipart/form-data; boundary=x', multipart],
    ['without a type', undefined, ONE_CLICK],
    ['broken JSON', 'application/json', '{'],
    ['of no type', 'garbage', ONE_CLICK],
    ['empty', undefined, undefined],
  ])('by one click takes a body that is %s, twice, with a blank 200', async (name, type, payload) => {
    const address = `${name.replaceAll(' ', '.')}@example.com`
    const subscriberId = await addReader(address)
    const url = `/u/${tokens.sign('unsubscribe', { newsletterId, subscriberId })}`
    for (const _ of [1, 2]) {
      const answer = await app.inject({ method: 'POST', url, headers: type ? { 'content-type': type } : {}, payload })
      expect([answer.statusCode, answer.body, answer.headers['set-cookie']]).toEqual([200, '', undefined])
    }
    expect(await statusOf(address)).toBe('unsubscribed')
  })

  test('by one click from a test mail, or with a wrong token, changes nothing', async () => {
    const { one_click } = links.slotUrls(newsletterId, null)
    const path = new URL(one_click).pathname.replace('/letters', '')
    expect((await app.inject({ method: 'POST', url: path })).statusCode).toBe(200)
    expect((await app.inject({ method: 'POST', url: '/u/nonsense' })).statusCode).toBe(404)
  })

  test('opened in a browser by the address of List-Unsubscribe shows the page', async () => {
    const subscriberId = await addReader('browser@example.com')
    const page = await get(`/u/${tokens.sign('unsubscribe', { newsletterId, subscriberId })}`)
    expect(page.body).toContain('action="/letters/unsubscribe/')
    expect(await statusOf('browser@example.com')).toBe('confirmed')
  })
})

describe('preferences', () => {
  test('show how things stand, and let one leave and come back', async () => {
    const subscriberId = await addReader('prefs@example.com')
    const url = `/preferences/${tokens.sign('preferences', { newsletterId, subscriberId })}`
    expect((await get(url)).body).toContain('comes to <bdi>p…@example.com</bdi>')
    expect((await get(url)).body).not.toContain('prefs@')
    expect((await postForm(url, { newsletter: 'brief', choice: 'leave' })).body).toContain('value="return"')
    expect(await statusOf('prefs@example.com')).toBe('unsubscribed')
    expect((await postForm(url, { newsletter: 'brief', choice: 'return' })).body).toContain('value="leave"')
    expect(await statusOf('prefs@example.com')).toBe('confirmed')
    expect((await postForm(url, { choice: 'x' })).statusCode).toBe(400)
    expect((await postForm(url, { newsletter: 'none', choice: 'leave' })).statusCode).toBe(422)
  })
})

describe('the web view', () => {
  test('adds player, perspective and one script of ours, whatever the texts hold', async () => {
    const page = await get(`/view/${EDITION}`)
    expect(page.statusCode).toBe(200)
    expect(page.body).toContain('id="listen"')
    expect(page.body).toContain('Listen to “<bdi>Ships &amp; &lt;tides&gt;</bdi>”')
    expect(page.body).toContain('<p>First &lt;/div&gt;&lt;script&gt;alert(1)&lt;/script&gt;</p><p>Item</p>')
    expect(page.body).not.toContain('not read out')
    expect(page.body).toContain('id="perspective"')
    expect(page.body).toContain('<p>Be fair to $&amp; and &lt;i&gt;all&lt;/i&gt;.</p><p>Never guess.</p>')
    expect(page.body.match(/<script/g)).toHaveLength(1)
    expect(page.headers['content-security-policy']).toContain("script-src 'self'")
    expect(page.headers['x-robots-tag']).toBe('noindex')
  })

  test('loads what it names', async () => {
    const page = await get(`/view/${EDITION}`)
    const paths = [...page.body.matchAll(/(?:href|src)="\/letters(\/assets\/[^"]+)"/g)].map((match) => match[1] ?? '')
    expect(paths).toHaveLength(2)
    for (const path of paths) {
      const asset = await get(path)
      expect([asset.statusCode, asset.headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable'])
    }
  })

  test('of no edition is not there', async () => {
    expect((await get(`/view/${'f'.repeat(64)}`)).statusCode).toBe(404)
    expect((await get('/view/nonsense')).statusCode).toBe(404)
  })
})

test('pages keep their addresses to themselves, run no script and set no cookie', async () => {
  const subscriberId = await addReader('headers@example.com')
  const page = await get(`/preferences/${tokens.sign('preferences', { newsletterId, subscriberId })}`)
  expect(page.headers).toMatchObject({
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'content-security-policy':
      "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  })
  expect(page.headers['set-cookie']).toBeUndefined()
  expect(page.body).toContain('<meta name="robots" content="noindex">')
})

test('a body that cannot be read is answered with a page', async () => {
  const answer = await app.inject({
    method: 'POST',
    url: '/n/brief/subscribe',
    headers: { 'content-type': 'text/csv' },
    payload: 'x',
  })
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([415, 'text/html; charset=utf-8'])
})

test('while the database does not answer, everybody is asked to come again', async () => {
  const subscriberId = await addReader('outage@example.com')
  const token = tokens.sign('unsubscribe', { newsletterId, subscriberId })
  isDown = true
  const page = await get('/n/brief')
  expect([page.statusCode, page.headers['content-type']]).toEqual([503, 'text/html; charset=utf-8'])
  expect((await app.inject({ method: 'POST', url: `/u/${token}` })).statusCode).toBe(503)
})
