import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readStamp, stampAgain, stampForm } from '../../../src/http/public/stamp.ts'
import { createTokens } from '../../../src/subscriber/token.ts'
import { FakeClock } from '../../support/clock.ts'
import { aNewsletter, type Calling, openCalling } from '../calling.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

let api: Calling
let clock: FakeClock

beforeAll(async () => {
  clock = new FakeClock()
  api = await openCalling({ clock, config: { trustProxy: ['loopback'] } })
  await clock.attach(api.database.pool)
  for (const slug of ['morning', 'one', 'two', 'three', 'four', 'five', 'six']) {
    await api.call('POST', '/v1/newsletters', { ...aNewsletter, slug })
  }
})
beforeEach(() => api.database.pool.query('delete from request_count'))
afterAll(() => api.close())

type Sent = { readonly ip?: string; readonly accept?: string; readonly path?: string; readonly referer?: string }

function post(fields: Record<string, string>, { ip = '203.0.113.1', accept, path, referer }: Sent = {}) {
  return api.call('POST', path ?? '/n/morning/subscribe', undefined, {
    key: null,
    raw: new URLSearchParams(fields).toString(),
    type: 'application/x-www-form-urlencoded',
    headers: { 'x-forwarded-for': ip, ...(accept ? { accept } : {}), ...(referer ? { referer } : {}) },
  })
}

function postJson(body: object, ip = '203.0.113.1') {
  return api.call('POST', '/subscribe', body, { key: null, headers: { 'x-forwarded-for': ip } })
}

const stamp = (agoMs: number) => stampForm(api.app.tokens, new Date(clock.now().getTime() - agoMs))
const isKnown = async (address: string) => (await api.app.store.subscribers.findByAddress(address)) !== null

describe('a stamp', () => {
  const tokens = createTokens(['a secret for tests'])
  const at = new Date('2026-01-05T08:00:00Z')
  const read = (text: string, laterMs: number) => readStamp(tokens, text, new Date(at.getTime() + laterMs))

  test('tells for how long a form was open', () => {
    const made = stampForm(tokens, at)
    expect([0, 1_999, 2_000, 24 * HOUR, 24 * HOUR + 1].map((ms) => read(made, ms))).toEqual([
      'too_quick',
      'too_quick',
      'good',
      'good',
      'too_old',
    ])
    expect(read(stampAgain(tokens, at), 0)).toBe('good')
  })

  test('that we did not make is none', () => {
    const other = stampForm(createTokens(['another secret']), at)
    const forged = stampForm(tokens, at).replace(/^./, 'z')
    for (const text of ['', 'x', '.', 'zzzzzzzzzz.x', '-1.x', other, forged]) expect(read(text, HOUR)).toBe('none')
  })
})

describe('what machines give themselves away by', () => {
  test('a field that nobody sees makes a person press once more, and writes nothing down', async () => {
    const answer = await post({ email: 'trap@example.com', stamp: stamp(MINUTE), website: 'https://spam.example' })
    expect(answer.status).toBe(422)
    expect(answer.body).toContain('Please press the button once more.')
    expect(answer.body).toContain('value="trap@example.com"')
    expect(answer.body).not.toContain('spam.example')
    expect(await isKnown('trap@example.com')).toBe(false)
    const fresh = /name="stamp" value="([^"]+)"/.exec(answer.body)?.[1] ?? ''
    expect((await post({ email: 'trap@example.com', stamp: fresh })).status).toBe(202)
  })

  test('so does a form that is sent at once, or that was open for days', async () => {
    for (const agoMs of [0, 48 * HOUR]) {
      const answer = await post({ email: 'quick@example.com', stamp: stamp(agoMs) })
      expect([answer.status, await isKnown('quick@example.com')]).toEqual([422, false])
    }
    const early = stamp(0)
    await post({ email: 'quick@example.com', stamp: early })
    await clock.advance(3_000)
    expect((await post({ email: 'quick@example.com', stamp: early })).status).toBe(202)
  })
})

describe('limits', () => {
  const ask = (index: number, more: Sent & { readonly stamped?: boolean } = {}) =>
    post({ email: `many${index}@example.com`, ...(more.stamped === false ? {} : { stamp: stamp(MINUTE) }) }, more)

  test('let twenty people of one address subscribe in ten minutes, and say when more may come', async () => {
    for (let index = 0; index < 20; index++) expect((await ask(index)).status).toBe(202)
    const answer = await ask(20)
    expect([answer.status, answer.headers['retry-after']]).toEqual([429, '3600'])
    expect(answer.body).toContain('Please wait a little')
    expect(await isKnown('many20@example.com')).toBe(false)
    expect((await ask(21, { ip: '203.0.113.2' })).status).toBe(202)
    await clock.advance(10 * MINUTE)
    expect((await ask(22)).status).toBe(202)
  })

  test('are four times as narrow for what is not of a form of ours', async () => {
    for (let index = 0; index < 5; index++) expect((await ask(100 + index, { stamped: false })).status).toBe(202)
    expect((await ask(105, { stamped: false })).status).toBe(429)
    const json = await postJson({ newsletter: 'morning', email: 'many106@example.com' })
    expect([json.status, json.body.code]).toEqual([429, 'too_many'])
  })

  test('hold for a whole network, also in IPv6', async () => {
    let refused = 0
    for (let index = 0; index < 60; index++) {
      const answer = await ask(200 + index, { ip: `198.51.100.${index}`, stamped: false })
      refused += Number(answer.status === 429)
    }
    expect(refused).toBe(10)
    const statuses: number[] = []
    for (let index = 0; index < 6; index++) {
      statuses.push((await ask(300 + index, { ip: `2001:db8:1:2::${index}`, stamped: false })).status)
    }
    expect(statuses).toEqual([202, 202, 202, 202, 202, 429])
  })

  test('keep a mailbox from being bombed by many newsletters, however it is spelled, and do not say so', async () => {
    const spellings = ['victim@gmail.com', 'v.ictim@gmail.com', 'victim+1@gmail.com', 'Vic.tim+2@googlemail.com']
    const slugs = ['morning', 'one', 'two', 'three', 'four', 'five', 'six']
    for (const [index, newsletter] of slugs.entries()) {
      const email = spellings[index % spellings.length] ?? ''
      const answer = await postJson({ newsletter, email }, `192.0.2.${index}`)
      expect([answer.status, answer.body]).toEqual([202, { status: 'heard' }])
    }
    const { rows } = await api.database.pool.query(
      `select count(*)::int as mails from delivery where lower(replace(address, '.', '')) like 'victim%'`,
    )
    expect(rows[0]?.mails).toBe(6)
  })

  test('do not count what comes through a proxy of which nothing was said', async () => {
    for (let index = 0; index < 7; index++) {
      expect((await postJson({ newsletter: 'morning', email: `in${index}@example.com` }, '10.0.0.9')).status).toBe(202)
    }
  })

  test('believe only proxies that are trusted', async () => {
    const from = (remoteAddress: string, index: number) =>
      api.server.inject({
        method: 'POST',
        url: '/subscribe',
        remoteAddress,
        headers: { 'x-forwarded-for': `192.0.2.${100 + index}` },
        payload: { newsletter: 'morning', email: `liar${index}@example.com` },
      })
    const statuses: number[] = []
    for (let index = 0; index < 6; index++) statuses.push((await from('203.0.113.50', index)).statusCode)
    expect(statuses).toEqual([202, 202, 202, 202, 202, 429])
  })
})

describe('domains', () => {
  test('are allowed and denied by newsletter, with all that is below them', async () => {
    const settings = { allowedDomains: ['Example.com', 'bücher.example'], deniedDomains: ['spam.example.com'] }
    const { body } = await api.call('PATCH', '/v1/newsletters/one', settings)
    expect(body).toMatchObject({
      allowedDomains: ['example.com', 'xn--bcher-kva.example'],
      deniedDomains: ['spam.example.com'],
    })
    const statuses: Record<string, number> = {}
    for (const email of [
      'a@example.com',
      'a@news.example.com',
      'a@bücher.example',
      'a@notexample.com',
      'a@x.spam.example.com',
    ]) {
      statuses[email] = (await postJson({ newsletter: 'one', email })).status
    }
    expect(statuses).toEqual({
      'a@example.com': 202,
      'a@news.example.com': 202,
      'a@bücher.example': 202,
      'a@notexample.com': 422,
      'a@x.spam.example.com': 422,
    })
    const page = await post({ email: 'b@notexample.com', stamp: stamp(MINUTE) }, { path: '/n/one/subscribe' })
    expect([page.status, page.body.includes('does not take addresses of this domain')]).toEqual([422, true])
    const byOperator = await api.call('POST', '/v1/subscribers', { newsletter: 'one', email: 'b@notexample.com' })
    expect(byOperator.status).toBe(422)
  })

  test('that are none are refused', async () => {
    for (const domain of ['', 'localhost', 'a b.com', 'x@example.com', '127.0.0.1']) {
      expect((await api.call('PATCH', '/v1/newsletters/one', { deniedDomains: [domain] })).status).toBe(422)
    }
  })
})

describe('letters beyond ASCII before the @', () => {
  test('are taken only where the provider can write to them', async () => {
    const email = 'юзер@example.com'
    const refused = await postJson({ newsletter: 'morning', email })
    expect([refused.status, refused.body.problems]).toEqual([
      422,
      [{ where: 'email', message: 'letters beyond A to Z before the @ cannot be written to yet' }],
    ])
    expect((await post({ email, stamp: stamp(MINUTE) })).body).toContain('Please check the email address.')
    const { flags } = api.app.provider
    Object.assign(flags, { internationalAddresses: true })
    const taken = await postJson({ newsletter: 'morning', email })
    Object.assign(flags, { internationalAddresses: false })
    expect([taken.status, await isKnown(email)]).toEqual([202, true])
  })
})

describe('another site', () => {
  test('may ask from any page, and read the answer', async () => {
    const preflight = await api.server.inject({
      method: 'OPTIONS',
      url: '/subscribe',
      headers: { origin: 'https://site.example', 'access-control-request-method': 'POST' },
    })
    expect([preflight.statusCode, preflight.headers]).toMatchObject([
      204,
      { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'content-type' },
    ])
    const good = await postJson({ newsletter: 'morning', email: 'cors@example.com' })
    const bad = await postJson({ newsletter: 'morning', email: 'nobody' })
    for (const answer of [good, bad]) expect(answer.headers['access-control-allow-origin']).toBe('*')
    const api_ = await api.call('GET', '/v1/newsletters')
    expect(api_.headers['access-control-allow-origin']).toBeUndefined()
  })

  test('gets sentences for its reader where it asks for JSON', async () => {
    const send = (fields: Record<string, string>) =>
      post({ newsletter: 'morning', language: 'de', ...fields }, { path: '/subscribe', accept: 'application/json' })
    expect([(await send({ email: 'js@example.com' })).body, (await send({ email: 'nobody' })).body]).toEqual([
      { status: 'heard', message: expect.stringContaining('The Morning') },
      { status: 'refused', message: 'Bitte prüfen Sie die E-Mail-Adresse. Sie hat eine Form wie name@example.com.' },
    ])
    expect((await send({ email: 'js@example.com', website: 'x' })).body.status).toBe('refused')
  })

  test('is named in the record, without what its page was asked with', async () => {
    const referer = 'https://site.example/blog/post?utm=1#top'
    await post(
      { newsletter: 'morning', email: 'ref@example.com', wording: 'en-00000000' },
      { path: '/subscribe', referer },
    )
    const { rows } = await api.database.pool.query(
      `select form, wording, wording_version from consent join subscriber on subscriber.id = subscriber_id
       where address_key = 'ref@example.com'`,
    )
    expect(rows).toEqual([{ form: 'https://site.example/blog/post', wording: null, wording_version: 'en-00000000' }])
  })
})

describe('the form for other sites', () => {
  test('carries what is needed, in the language asked for, and works as it is', async () => {
    const { body } = await api.call('GET', '/v1/newsletters/morning/form?language=ar')
    expect(body.html).toContain(
      '<form action="http://localhost:8025/subscribe" method="post" data-pressroom lang="ar" dir="rtl">',
    )
    expect(body.html).toContain('<script src="http://localhost:8025/assets/subscribe.js" defer></script>')
    const fields = [...String(body.html).matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)]
    const sent = { ...Object.fromEntries(fields.map(([, name, value]) => [name, value])), email: 'snip@example.com' }
    expect((await post(sent, { path: '/subscribe' })).status).toBe(202)
    const { rows } = await api.database.pool.query(
      `select wording, locale from consent join subscriber on subscriber.id = subscriber_id
       where address_key = 'snip@example.com'`,
    )
    expect(rows).toEqual([{ wording: expect.stringContaining('The Morning'), locale: 'ar' }])
  })

  test('does without the script', async () => {
    const { body } = await api.call('GET', '/v1/newsletters/morning/form?script=false')
    expect(body.html).not.toMatch(/script|data-pressroom|role=/)
    expect((await api.call('GET', '/v1/newsletters/morning/form?language=no!')).status).toBe(422)
  })

  test('names a script that is there', async () => {
    const script = await api.call('GET', '/assets/subscribe.js', undefined, { key: null })
    expect([script.status, script.headers['content-type']]).toEqual([200, 'text/javascript; charset=utf-8'])
  })
})
