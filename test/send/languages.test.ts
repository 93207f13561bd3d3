import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { IssueId, NewsletterId, SendId } from '../../src/id.ts'
import { listOutbox, readOutboxMail } from '../../src/outbox/reading.ts'
import { aNewsletter, anArticle, type Calling, openCalling } from '../http/calling.ts'
import { deliverAll } from '../support/deliver.ts'
import { forEachDatabase } from '../support/tiers.ts'

const READERS = [
  'email,first_name,language',
  'none@example.com,Nia,',
  'de@example.com,Dörte,de',
  'at@example.com,Alois,de_AT',
  'ar@example.com,Amal,ar-EG',
  'gb@example.com,George,en-GB',
  'sv@example.com,Sven,sv',
  'odd@example.com,Odd,German',
]

type Edition = { readonly variant: string; readonly locale: string | null; readonly editionHash: string }

forEachDatabase((tier) => {
  let api: Calling
  let issue: IssueId
  let newsletter: NewsletterId

  beforeAll(async () => {
    api = await openCalling({ database: await tier.createDatabase() })
    newsletter = (await api.call('POST', '/v1/newsletters', aNewsletter)).body.id
    const article = await api.call('POST', '/v1/articles', anArticle)
    issue = (await api.call('POST', '/v1/issues', { newsletter: 'morning', articles: [article.body.id] })).body.id
    await importReaders(READERS)
  })
  afterAll(() => api.close())

  async function importReaders(lines: readonly string[], into = 'morning') {
    const url = `/v1/subscribers/import?newsletter=${into}&consentSource=fair`
    const taken = await api.call('POST', url, undefined, { raw: lines.join('\n'), type: 'text/csv' })
    expect(taken.status).toBe(200)
  }

  async function schedule(more: object = {}): Promise<{ id: SendId; editions: readonly Edition[] }> {
    const made = await api.call('POST', '/v1/sends', { issue, ...more })
    expect(made.status).toBe(201)
    return made.body
  }

  /** The mail that somebody got last. */
  async function mailTo(address: string) {
    const dir = String(api.app.outboxDir)
    const { entries } = await listOutbox(dir)
    const entry = entries.find(({ to }) => to === address)
    return entry && readOutboxMail(dir, entry.id)
  }

  const languagesOf = (id: NewsletterId) => api.app.store.sends.languagesOf(id, ['ar', 'de', 'es', 'fr', 'ja', 'en'])

  describe('a send', () => {
    test('has an edition in every language that its readers have and mail is written in', async () => {
      const { id, editions } = await schedule()
      expect(editions.map(({ variant, locale }) => [variant, locale])).toEqual([
        ['ar', 'ar'],
        ['de', 'de'],
        ['main', null],
      ])
      const stored = await Promise.all(editions.map(({ editionHash }) => api.app.readEdition(editionHash)))
      expect(stored.map(({ locale }) => locale)).toEqual(['ar', 'de', 'en'])
      await deliverAll(api.app)
      expect((await api.call('GET', `/v1/sends/${id}`)).body).toMatchObject({
        state: 'sent',
        progress: { recipients: 7, accepted: 7 },
      })
    })

    test('reaches every reader in their language, and all others in the newsletter’s', async () => {
      const { rows } = await api.database.pool.query<{ who: string; variant: string; language: string }>(
        `select split_part(delivery.address, '@', 1) as who, variant, document ->> 'locale' as language
         from delivery
         join batch on batch.id = batch_id
         join edition on edition.hash = edition_hash
         order by who`,
      )
      expect(rows.map(({ who, variant, language }) => `${who} ${variant} ${language}`)).toEqual([
        'ar ar ar',
        'at de de',
        'de de de',
        'gb main en',
        'none main en',
        'odd main en',
        'sv main en',
      ])
      const [austrian, arab, other] = await Promise.all(['at', 'ar', 'none'].map((who) => mailTo(`${who}@example.com`)))
      expect(austrian?.html).toMatch(/<html[^>]* lang="de"/)
      expect(austrian?.text).toContain('Sie erhalten The Morning, weil Sie den Newsletter abonniert haben.')
      expect(arab?.html).toMatch(/<html[^>]* dir="rtl"/)
      expect(arab?.html).toContain('It will rain on Tuesday.')
      expect(other?.text).toContain('You receive The Morning because you subscribed to it.')
    })

    test('that is refreshed finds the languages of readers who came meanwhile', async () => {
      const at = new Date((await api.app.store.now()).getTime() + 3_600_000).toISOString()
      const send = await schedule({ at, again: true })
      await importReaders(['email,locale', 'fr@example.com,fr-CA'])
      const { body } = await api.call('POST', `/v1/sends/${send.id}/refresh`)
      expect(body.editions.map(({ locale }: Edition) => locale)).toEqual(['ar', 'de', 'fr', null])
      await api.call('POST', `/v1/sends/${send.id}/cancel`)
    })
  })

  describe('the languages of a newsletter', () => {
    test('are those of its confirmed readers, as they are now', async () => {
      const other = (await api.call('POST', '/v1/newsletters', { ...aNewsletter, slug: 'evening' })).body.id
      expect(await languagesOf(other)).toEqual([])
      await importReaders(['email,lang', 'ja@example.com,ja', 'es@example.com,es-419'], 'evening')
      expect(await languagesOf(other)).toEqual(['es', 'ja'])
      await api.database.pool.query(`update subscriber set locale = 'ar' where address_key = 'ja@example.com'`)
      expect(await languagesOf(other)).toEqual(['ar', 'es'])
      await api.database.pool.query(
        `update subscription set status = 'unsubscribed', unsubscribed_at = now() where newsletter_id = $1`,
        [other],
      )
      expect(await languagesOf(other)).toEqual([])
      expect(await languagesOf(newsletter)).toEqual(['ar', 'de', 'fr', 'en'])
    })

    test('follow a reader into every newsletter that they read', async () => {
      const both = (await api.call('POST', '/v1/newsletters', { ...aNewsletter, slug: 'both' })).body.id
      await importReaders(['email', 'es@example.com'], 'both')
      expect(await languagesOf(both)).toEqual(['es'])
      await importReaders(['email,language', 'es@example.com,fr'], 'evening')
      expect(await languagesOf(both)).toEqual(['es'])
      await importReaders(['email,language', 'es@example.com,'], 'both')
      expect(await languagesOf(both)).toEqual(['es'])
      await importReaders(['email,language', 'es@example.com,ja'], 'both')
      expect(await languagesOf(both)).toEqual(['ja'])
    })
  })

  test('a request to subscribe keeps its language until something is confirmed, and asks back in it', async () => {
    const ask = (locale: string) =>
      api.call('POST', '/v1/subscribers', { newsletter: 'morning', email: 'new@example.com', locale })
    const localeNow = async () => (await api.app.store.subscribers.findByAddress('new@example.com'))?.locale
    await ask('ja')
    expect(await localeNow()).toBe('ja')
    await deliverAll(api.app)
    expect((await mailTo('new@example.com'))?.subject).toBe('The Morningの登録をご確認ください')
    await ask('de')
    expect(await localeNow()).toBe('de')
    const reader = await api.app.store.subscribers.findByAddress('new@example.com')
    if (reader) await api.app.store.subscribers.confirm(newsletter, reader.id, { source: 'page' })
    await ask('fr')
    expect(await localeNow()).toBe('de')
  })
})
