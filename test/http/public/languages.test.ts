import type { FastifyRequest } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { acceptedLanguage } from '../../../src/http/public/language.ts'
import type { NewsletterId, SubscriberId } from '../../../src/id.ts'
import { listOutbox, readOutboxMail } from '../../../src/outbox/reading.ts'
import { deliverAll } from '../../support/deliver.ts'
import { aNewsletter, type Calling, openCalling } from '../calling.ts'

let api: Calling
let newsletterId: NewsletterId

beforeAll(async () => {
  api = await openCalling()
  newsletterId = (await api.call('POST', '/v1/newsletters', { ...aNewsletter, locale: 'de-AT' })).body.id
})
afterAll(() => api.close())

const get = (url: string, accept?: string) =>
  api.call('GET', url, undefined, { key: null, headers: accept === undefined ? {} : { 'accept-language': accept } })

const post = (url: string, fields: Record<string, string>, accept?: string) =>
  api.call('POST', url, undefined, {
    key: null,
    raw: new URLSearchParams(fields).toString(),
    type: 'application/x-www-form-urlencoded',
    headers: accept === undefined ? {} : { 'accept-language': accept },
  })

const localeOf = async (address: string) => (await api.app.store.subscribers.findByAddress(address))?.locale

describe('what a browser accepts', () => {
  test.each([
    ['de', 'de'],
    ['de-AT,de;q=0.9,en;q=0.8', 'de'],
    ['en;q=0.2, fr;q=0.7', 'fr'],
    ['sv, ja;q=0.5', 'ja'],
    ['AR-eg', 'ar'],
    ['de;q=0, es;q=0.1', 'es'],
    ['*', null],
    ['sv, *;q=0.5, en;q=0.1', null],
    ['', null],
    [undefined, null],
    ['sv,tlh', null],
    [';;;,,,q=1', null],
    ['de;q=much', null],
    [`${'x,'.repeat(400)}de`, null],
  ])('%s is %s', (header, language) => {
    const request = { headers: { 'accept-language': header } } as FastifyRequest
    expect(acceptedLanguage(request)).toBe(language)
  })
})

describe('a page of a newsletter', () => {
  test('is in the language of the browser, and says so', async () => {
    const page = await get('/n/morning', 'ar,en;q=0.5')
    expect(page.body).toContain('<html lang="ar" dir="rtl">')
    expect(page.body).toContain('الاشتراك في <bdi>The Morning</bdi>')
    expect(page.headers).toMatchObject({ 'content-language': 'ar', vary: expect.stringContaining('Accept-Language') })
  })

  test('is in the newsletter’s when the browser names none that there is', async () => {
    const page = await get('/n/morning', 'sv')
    expect(page.body).toContain('<html lang="de-AT" dir="ltr">')
    expect(page.headers['content-language']).toBe('de-AT')
    expect((await get('/n/morning', 'de-CH')).headers['content-language']).toBe('de-AT')
  })

  test('of the house, and what goes wrong, is in the browser’s, else in English', async () => {
    expect((await get('/', 'ja')).body).toContain('<h1>メールで購読する</h1>')
    expect((await get('/', 'sv')).body).toContain('<html lang="en"')
    const gone = await get('/n/none', 'fr')
    expect([gone.status, gone.headers['content-language']]).toEqual([404, 'fr'])
    expect(gone.body).toContain('Cette page n’existe pas')
  })
})

describe('the form', () => {
  test('makes its language the reader’s, and asks back in it', async () => {
    const form = await get('/n/morning', 'ja')
    expect(form.body).toContain('<input type="hidden" name="language" value="ja">')
    const wording = /name="wording" value="([^"]+)"/.exec(form.body)?.[1] ?? ''
    const answer = await post('/n/morning/subscribe', { email: 'ja@example.com', language: 'ja', wording }, 'en')
    expect([answer.status, answer.headers['content-language']]).toEqual([202, 'ja'])
    expect(await localeOf('ja@example.com')).toBe('ja')
    await deliverAll(api.app)
    const { entries } = await listOutbox(String(api.app.outboxDir))
    const mail = await readOutboxMail(String(api.app.outboxDir), entries[0]?.id ?? '')
    expect(mail).toMatchObject({ to: 'ja@example.com', subject: 'The Morningの登録をご確認ください' })
    const names = mail?.headers.map(({ name }) => name.toLowerCase()) ?? []
    expect(names).toEqual(expect.arrayContaining(['auto-submitted', 'feedback-id']))
    expect(names.filter((name) => name.startsWith('list-'))).toEqual([])
    const { rows } = await api.database.pool.query(`select wording from consent order by id desc limit 1`)
    expect(rows[0]?.wording).toContain('同意したことになります')
  })

  test('of another site is answered in the browser’s language', async () => {
    const answer = await post('/subscribe', { newsletter: 'morning', email: 'fr@example.com' }, 'fr-CA')
    expect(answer.body).toContain('Consultez votre boîte de réception')
    expect(await localeOf('fr@example.com')).toBe('fr')
  })

  test('leaves a reader without a language of their own to the newsletter', async () => {
    await post('/n/morning/subscribe', { email: 'none@example.com', language: 'tlh' })
    expect(await localeOf('none@example.com')).toBeNull()
  })

  test('that comes back with problems stays in its language', async () => {
    const answer = await post('/n/morning/subscribe', { email: 'nobody', language: 'es' }, 'de')
    expect(answer.status).toBe(422)
    expect(answer.body).toContain('Compruebe la dirección de correo.')
    expect(answer.body).toContain('name="language" value="es"')
  })
})

describe('the pages of a reader', () => {
  let subscriberId: SubscriberId
  let reader: { newsletterId: NewsletterId; subscriberId: SubscriberId }

  beforeAll(async () => {
    const raw = 'email,language\nreader@example.com,es\n'
    const url = '/v1/subscribers/import?newsletter=morning&consentSource=fair'
    await api.call('POST', url, undefined, { raw, type: 'text/csv' })
    subscriberId = (await api.app.store.subscribers.findByAddress('reader@example.com'))?.id ?? ('' as SubscriberId)
    reader = { newsletterId, subscriberId }
  })

  test('are in theirs, whatever browser they are opened in', async () => {
    const { tokens, clock } = api.app
    const pages = [
      `/unsubscribe/${tokens.sign('unsubscribe', reader)}`,
      `/u/${tokens.sign('unsubscribe', reader)}`,
      `/preferences/${tokens.sign('preferences', reader)}`,
      `/confirm/${tokens.sign('confirm', { ...reader, expiresAt: new Date(clock.now().getTime() + 60_000) })}`,
      `/confirm/${tokens.sign('confirm', { ...reader, expiresAt: new Date(0) })}`,
    ]
    for (const page of pages) expect((await get(page, 'de')).headers['content-language']).toBe('es')
    const confirmed = await post(pages[3] ?? '', {}, 'de')
    expect(confirmed.body).toContain('Su suscripción está confirmada')
  })

  test('let them choose another', async () => {
    const url = `/preferences/${api.app.tokens.sign('preferences', reader)}`
    expect((await get(url)).body).toContain('<option value="es" lang="es" selected>español</option>')
    const changed = await post(url, { choice: 'details', language: 'ar' })
    expect([changed.status, changed.headers['content-language']]).toEqual([200, 'ar'])
    expect(changed.body).toContain('<option value="ar" lang="ar" selected>العربية</option>')
    expect(await localeOf('reader@example.com')).toBe('ar')
    expect(await api.app.store.sends.languagesOf(newsletterId, ['ar', 'es'])).toEqual(['ar'])
    for (const language of ['', 'not a language', 'x'.repeat(99)]) {
      expect((await post(url, { choice: 'details', language })).status).toBe(400)
    }
    expect(await localeOf('reader@example.com')).toBe('ar')
  })

  test('fall back to the browser’s for one who has none, and for one who is gone', async () => {
    await api.database.pool.query('update subscriber set locale = null where id = $1', [subscriberId])
    const url = `/unsubscribe/${api.app.tokens.sign('unsubscribe', reader)}`
    expect((await get(url, 'fr')).headers['content-language']).toBe('fr')
    expect((await get(url)).headers['content-language']).toBe('de-AT')
    const nobody = { newsletterId, subscriberId: '00000000-0000-4000-8000-000000000000' as SubscriberId }
    const gone = `/unsubscribe/${api.app.tokens.sign('unsubscribe', nobody)}`
    expect((await get(gone, 'ja')).headers['content-language']).toBe('ja')
  })
})
