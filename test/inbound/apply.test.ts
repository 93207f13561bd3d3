import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { App } from '../../src/app.ts'
import type { DeliveryId } from '../../src/id.ts'
import { applyDueMail, pruneInbound } from '../../src/inbound/apply.ts'
import type { Reader } from '../../src/links.ts'
import type { Newsletter } from '../../src/newsletter/newsletter.ts'
import { applyDueEvents } from '../../src/outcome/apply.ts'
import { createBounceAddresses } from '../../src/provider/bounce-address.ts'
import type { Fetched } from '../../src/provider/mail-source.ts'
import { aNewsletter } from '../http/calling.ts'
import { openTestApp, type TestApp } from '../support/app.ts'
import { FakeClock } from '../support/clock.ts'
import { forEachDatabase } from '../support/tiers.ts'
import { complaintOf, letterOf, mailOf, reportOf } from './mails.ts'

const DOMAIN = 'in.example.com'
const HOUR = 3_600_000
const DAY = 24 * HOUR
const bounces = createBounceAddresses(DOMAIN, ['a-secret-that-only-tests-know-and-long-enough'])
const signal = new AbortController().signal

forEachDatabase((tier) => {
  let installation: TestApp
  let app: App
  let newsletter: Newsletter
  let clock: FakeClock

  beforeAll(async () => {
    clock = new FakeClock()
    const database = await tier.createDatabase()
    await clock.attach(database.pool)
    const config = { inbound: { domain: DOMAIN, smtp: null }, publicUrl: 'https://news.example.com' }
    installation = await openTestApp({ database, clock, config })
    app = installation.app
  })
  beforeEach(async () => {
    await installation.database.empty()
    const { provider, store } = app
    await store.pace.ensure({ ...provider, requestsPerSecond: provider.limits.requestsPerSecond })
    const made = { ...aNewsletter, replyTo: null, homepage: null, locale: 'en', timeZone: 'UTC' }
    const created = await store.newsletters.create(made)
    if (!created) throw new Error('There is such a newsletter already.')
    newsletter = created
  })
  afterAll(() => installation.close())

  const query = async <Row extends object>(sql: string, values: unknown[] = []): Promise<readonly Row[]> =>
    (await installation.database.pool.query<Row>(sql, values)).rows
  const addresses = () => {
    if (!app.inbound) throw new Error('No mail is taken in.')
    return app.inbound.addresses
  }

  /** A reader who confirmed, and a delivery to them; an address that is not theirs alone is given for others. */
  async function aReader(address: string, status = 'confirmed'): Promise<Reader & { readonly deliveryId: DeliveryId }> {
    const [reader] = await query<{ id: Reader['subscriberId'] }>(
      'insert into subscriber (address, address_key) values ($1, lower($1)) returning id',
      [address],
    )
    if (!reader) throw new Error('Nobody was made.')
    await query(
      'insert into subscription (newsletter_id, subscriber_id, status, confirmed_at) values ($1, $2, $3, app_now())',
      [newsletter.id, reader.id, status],
    )
    const editionHash = await app.singleEdition('welcome', newsletter, null)
    const subscriberId = reader.id
    const mail = { newsletterId: newsletter.id, subscriberId, address, editionHash, slotValues: {} }
    const { deliveryId } = await app.store.deliveries.addSingle(mail)
    return { newsletterId: newsletter.id, subscriberId, deliveryId }
  }

  /** Hands a mail over, as the listener does, and lets a worker deal with all that is due. */
  async function bring(recipient: string, raw: Uint8Array, sender = ''): Promise<void> {
    const sourceId = createHash('sha256').update(raw).digest('hex')
    await app.store.inbound.receive({ source: 'smtp', sourceId, recipient, sender, raw })
    await work()
  }

  async function work(parts: Partial<Parameters<typeof applyDueMail>[0]> = {}): Promise<void> {
    await applyDueMail({ ...app, ...parts }, signal)
    await applyDueEvents(app, signal)
  }

  const mails = async () =>
    (await app.store.inbound.list({ limit: 100 })).rows.map(({ kind, state, reason, detail }) =>
      [kind, state, reason, detail].filter((word) => word !== null).join(' '),
    )
  const suppressed = async () =>
    (await app.store.suppressions.list({ limit: 100 })).rows.map(({ addressKey, reason }) => `${addressKey} ${reason}`)
  const statusOf = async ({ subscriberId }: Reader) =>
    (await app.store.subscribers.get(subscriberId))?.subscriptions.map(({ status }) => status).join()

  describe('a bounce to the address of a delivery', () => {
    test('that is for good suppresses its reader, and says that the mail had been taken', async () => {
      const ada = await aReader('Ada@Example.com')
      await bring(bounces.of(ada.deliveryId), reportOf({ status: '5.1.1' }))
      expect(await mails()).toEqual(['bounce applied permanent 5.1.1'])
      expect(await suppressed()).toEqual(['ada@example.com bounced'])
      expect(await app.store.deliveries.get(ada.deliveryId)).toMatchObject({ outcome: 'accepted', fate: 'bounced' })
      const [mail] = (await app.store.inbound.list({ limit: 1 })).rows
      const [made] = await app.store.suppressions.find('ada@example.com')
      expect(made?.source).toBe(`inbound mail.permanent ${mail?.id}`)
      expect(mail).toMatchObject({ deliveryId: ada.deliveryId, subscriberId: ada.subscriberId })
    })

    test('for now counts: the third delivery within 30 days suppresses', async () => {
      for (const day of [0, 10, 20]) {
        if (day > 0) await query('delete from subscriber')
        const ada = await aReader('ada@example.com')
        await bring(bounces.of(ada.deliveryId), reportOf({ status: '5.2.2' }))
        expect(await suppressed()).toEqual(day === 20 ? ['ada@example.com bounced'] : [])
        await clock.advance(10 * DAY)
      }
    })

    test.each([
      [
        'because of the mail',
        { status: '5.7.1', diagnostic: '554 5.7.1 spam' },
        'bounce applied policy 5.7.1',
        'bounced',
      ],
      ['that is only late', { action: 'delayed', status: '4.4.1' }, 'notice applied deferred 4.4.1', 'deferred'],
      ['that says it arrived', { action: 'delivered', status: '2.0.0' }, 'notice applied delivered 2.0.0', 'delivered'],
    ])('%s suppresses nobody', async (_what, facts, said, fate) => {
      const ada = await aReader('ada@example.com')
      await bring(bounces.of(ada.deliveryId), reportOf(facts))
      expect([await mails(), await suppressed()]).toEqual([[said], []])
      expect((await app.store.deliveries.get(ada.deliveryId))?.fate).toBe(fate)
    })

    test('about somebody else changes neither them nor its reader, and is kept', async () => {
      const ada = await aReader('ada@example.com')
      const eve = await aReader('eve@example.com')
      await bring(bounces.of(ada.deliveryId), reportOf({ status: '5.1.1', final: 'eve@example.com' }))
      expect([await mails(), await suppressed()]).toEqual([['bounce kept other_address permanent 5.1.1'], []])
      expect([await statusOf(ada), await statusOf(eve)]).toEqual(['confirmed', 'confirmed'])
    })

    test('of an address that was passed on counts when the one that was written to is named', async () => {
      const ada = await aReader('ada@example.com')
      const passedOn = { status: '5.1.1', original: 'ada@example.com', final: 'ada@elsewhere.example' }
      await bring(bounces.of(ada.deliveryId), reportOf(passedOn))
      expect(await suppressed()).toEqual(['ada@example.com bounced'])
    })

    test('without a report counts as its words say, once they are understood', async () => {
      const ada = await aReader('ada@example.com')
      const qmail = { From: 'MAILER-DAEMON@x.example', Subject: 'failure notice' }
      const said = '<ada@example.com>:\nRemote host said: 550 5.1.1 No such user'
      await bring(bounces.of(ada.deliveryId), mailOf(qmail, said))
      expect(await suppressed()).toEqual(['ada@example.com bounced'])
    })

    test('of a delivery that is gone is kept', async () => {
      await bring(bounces.of(randomUUID() as DeliveryId), reportOf({ status: '5.1.1' }))
      expect(await mails()).toEqual(['bounce kept no_delivery permanent 5.1.1'])
    })

    test('that comes before it is known to whom waits, for a day at most', async () => {
      const ada = await aReader('ada@example.com')
      await query('update delivery set address = null')
      await bring(bounces.of(ada.deliveryId), reportOf({ status: '5.1.1' }))
      expect(await mails()).toEqual(['received'])
      await query(`update delivery set address = 'ada@example.com'`)
      await clock.advance(HOUR)
      await work()
      expect(await mails()).toEqual(['bounce applied permanent 5.1.1'])
      await query('update delivery set address = null')
      await bring(bounces.of(ada.deliveryId), reportOf({ status: '5.1.2' }))
      for (let hour = 0; hour < 25; hour++) {
        await clock.advance(HOUR)
        await work()
      }
      expect((await mails())[0]).toBe('bounce kept never_recorded permanent 5.1.2')
    })

    test('that is an absence notice changes nothing', async () => {
      const ada = await aReader('ada@example.com')
      await bring(bounces.of(ada.deliveryId), letterOf('ada@example.com', { 'Auto-Submitted': 'auto-replied' }))
      expect([await mails(), await suppressed()]).toEqual([['auto_reply ignored automatic'], []])
    })
  })

  describe('what comes to the postmaster', () => {
    test('counts when the mail in it proves a delivery, and its address is the one', async () => {
      const ada = await aReader('ada@example.com')
      const returned = `Message-ID: <${ada.deliveryId}@daily.example>\nTo: ada@example.com\n\nHello`
      await bring(`postmaster@${DOMAIN}`, reportOf({ status: '5.1.1', returned, final: 'eve@example.com' }))
      expect([await mails(), await suppressed()]).toEqual([['bounce kept other_address permanent 5.1.1'], []])
      await bring(`postmaster@${DOMAIN}`, reportOf({ status: '5.1.1', returned }))
      expect(await suppressed()).toEqual(['ada@example.com bounced'])
    })

    test('that proves nothing changes nobody', async () => {
      const ada = await aReader('ada@example.com')
      await bring(`postmaster@${DOMAIN}`, reportOf({ status: '5.1.1' }))
      await bring(`complaints@${DOMAIN}`, complaintOf({ to: 'ada@example.com' }))
      const forged = `List-Unsubscribe: <${app.links.oneClick(ada)}x>`
      await bring(`complaints@${DOMAIN}`, complaintOf({ to: 'ada@example.com', returned: forged }))
      expect([await suppressed(), await statusOf(ada)]).toEqual([[], 'confirmed'])
      expect(new Set(await mails())).toEqual(
        new Set(['bounce kept no_delivery permanent 5.1.1', 'complaint kept no_delivery complained']),
      )
    })

    test('is a complaint: it suppresses, and ends the subscription', async () => {
      const ada = await aReader('ada@example.com')
      await query(`update delivery set outcome = 'accepted'`)
      const returned = `Subject: Hello\nList-Unsubscribe: <${app.links.oneClick(ada)}>`
      await bring(`complaints@${DOMAIN}`, complaintOf({ to: 'ada@example.com', returned }))
      expect(await mails()).toEqual(['complaint applied complained'])
      expect([await suppressed(), await statusOf(ada)]).toEqual([['ada@example.com complained'], 'unsubscribed'])
    })

    test('that nobody understands is kept, to the last byte', async () => {
      const raw = letterOf('bob@example.com', { Subject: '=?x?' }, 'Who are you? \u0000\u001b[31m')
      await bring(`abuse@${DOMAIN}`, raw, 'bob@example.com')
      const [mail] = (await app.store.inbound.list({ limit: 1 })).rows
      expect(mail).toMatchObject({ state: 'kept', kind: 'unknown', reason: 'not_understood' })
      expect(Buffer.from((await app.store.inbound.get(mail?.id ?? ''))?.raw ?? [])).toEqual(raw)
    })
  })

  describe('a reader', () => {
    test('leaves by mail, and may do so twice', async () => {
      const ada = await aReader('ada@example.com')
      await bring(addresses().leave(ada), letterOf('ada@example.com'))
      expect([await mails(), await statusOf(ada)]).toEqual([['leave applied'], 'unsubscribed'])
      await bring(addresses().leave(ada), letterOf('ada@example.com', { Subject: 'again' }))
      expect(await statusOf(ada)).toBe('unsubscribed')
      const said = await query('select action, source from consent order by id desc limit 1')
      expect(said).toEqual([{ action: 'unsubscribed', source: 'mail' }])
    })

    test('subscribes and confirms by mail', async () => {
      await bring(addresses().subscribe('morning'), letterOf('Ada <ada@example.com>'), 'ada@example.com')
      const ada = await app.store.subscribers.findByAddress('ada@example.com')
      if (!ada) throw new Error('Nobody subscribed.')
      const reader = { newsletterId: newsletter.id, subscriberId: ada.id }
      expect(await statusOf(reader)).toBe('pending')
      const [mail] = await query<{ slot_values: { confirm_by_mail: string } }>('select slot_values from delivery')
      await bring(mail?.slot_values.confirm_by_mail ?? '', letterOf('ada@example.com'), 'ada@example.com')
      expect([await mails(), await statusOf(reader)]).toEqual([['confirm applied', 'subscribe applied'], 'confirmed'])
      expect(await query('select action, source from consent order by id')).toEqual([
        { action: 'requested', source: 'mail' },
        { action: 'confirmed', source: 'mail' },
      ])
    })

    test('who asks again and again by mail gets no more mails than by form', async () => {
      for (const subject of ['1', '2', '3', '4', '5', '6']) {
        const raw = letterOf('ada@example.com', { Subject: subject })
        await bring(addresses().subscribe('morning'), raw, 'ada@example.com')
        await clock.advance(11 * 60_000)
      }
      expect(await query('select count(*)::int as mails from delivery')).toEqual([{ mails: 3 }])
    })

    test('leaves also by a mail that cannot be read, or is gone', async () => {
      const [ada, bob] = [await aReader('ada@example.com'), await aReader('bob@example.com')]
      const tooLong = Buffer.from(`Subject: ${'x'.repeat(300_000)}`)
      await bring(addresses().leave(ada), tooLong)
      const recipient = addresses().leave(bob)
      await app.store.inbound.receive({ source: 'resend', sourceId: 'x', recipient, sender: null, raw: null })
      await work({ mailSources: [{ name: 'resend', fetch: async () => ({ kind: 'gone', detail: 'too large' }) }] })
      expect([await statusOf(ada), await statusOf(bob)]).toEqual(['unsubscribed', 'unsubscribed'])
      await bring(addresses().subscribe('morning'), tooLong)
      expect((await mails())[0]).toBe('unknown kept not_readable')
    })

    test('who has left is not brought back by an old answer, and one too late confirms nobody', async () => {
      const ada = await aReader('ada@example.com', 'unsubscribed')
      const inAnHour = new Date(clock.now().getTime() + HOUR)
      await bring(addresses().confirm(ada, inAnHour), letterOf('ada@example.com'), 'ada@example.com')
      expect([await mails(), await statusOf(ada)]).toEqual([['confirm ignored nothing_to_do'], 'unsubscribed'])
      const bob = await aReader('bob@example.com', 'pending')
      await clock.advance(HOUR)
      await bring(addresses().confirm(bob, inAnHour), letterOf('bob@example.com'), 'bob@example.com')
      expect([(await mails())[0], await statusOf(bob)]).toEqual(['confirm ignored expired', 'pending'])
    })

    test('of a newsletter writes to that newsletter, and ours writes to nobody', async () => {
      await bring(addresses().subscribe('morning'), letterOf(aNewsletter.fromAddress), aNewsletter.fromAddress)
      await bring(addresses().subscribe('morning'), letterOf(addresses().subscribe('morning')), 'x@example.com')
      expect(await mails()).toEqual(Array(2).fill('loop ignored from_us'))
      expect(await query('select id from subscriber')).toEqual([])
    })
  })

  describe('a worker', () => {
    test('that fails tries again, and keeps after a day what still fails', async () => {
      const ada = await aReader('ada@example.com')
      const broken = {
        ...app.store,
        newsletters: { ...app.store.newsletters, find: () => Promise.reject(new Error('broken')) },
      }
      const sourceId = 'x'
      const recipient = addresses().leave(ada)
      await app.store.inbound.receive({
        source: 'smtp',
        sourceId,
        recipient,
        sender: null,
        raw: letterOf('ada@example.com'),
      })
      await work({ store: broken })
      expect([await mails(), await app.store.inbound.due()]).toEqual([['received'], false])
      await clock.advance(10_000)
      await work()
      expect([await mails(), await statusOf(ada)]).toEqual([['leave applied'], 'unsubscribed'])
      await query(`update inbound_mail set state = 'received', kind = null, attempts = 0, not_before = app_now()`)
      for (let hour = 0; hour < 40; hour++) {
        await work({ store: broken })
        await clock.advance(HOUR)
      }
      expect(await mails()).toEqual(['unknown kept failed'])
    })

    test('that does not survive a mail, time and again, leaves it to the operator', async () => {
      const raw = letterOf('ada@example.com')
      const recipient = addresses().subscribe('morning')
      await app.store.inbound.receive({ source: 'smtp', sourceId: 'x', recipient, sender: null, raw })
      for (let time = 0; time < 60; time++) {
        expect(await app.store.inbound.take(60_000)).not.toBeNull()
        await clock.advance(60_000)
      }
      await work()
      expect(await mails()).toEqual(['unknown kept failed'])
    })

    test('that dies leaves its mail to the next', async () => {
      const ada = await aReader('ada@example.com')
      const raw = letterOf('ada@example.com')
      await app.store.inbound.receive({
        source: 'smtp',
        sourceId: 'x',
        recipient: addresses().leave(ada),
        sender: null,
        raw,
      })
      expect(await app.store.inbound.take(60_000)).toMatchObject({ attempts: 1 })
      expect(await app.store.inbound.take(60_000)).toBeNull()
      await clock.advance(60_000)
      await work()
      expect(await statusOf(ada)).toBe('unsubscribed')
    })

    test('is one of several: each mail is dealt with once', async () => {
      const readers = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => aReader(`${name}@example.com`)))
      for (const [at, { deliveryId }] of readers.entries()) {
        const raw = reportOf({ status: '5.1.1', final: `${'abcdef'[at]}@example.com` })
        const recipient = bounces.of(deliveryId)
        await app.store.inbound.receive({ source: 'smtp', sourceId: String(at), recipient, sender: '', raw })
      }
      await Promise.all([work(), work(), work()])
      expect(await query('select max(attempts) as attempts, count(*)::int as mails from inbound_mail')).toEqual([
        { attempts: 1, mails: 6 },
      ])
      expect(await suppressed()).toHaveLength(6)
    })

    test('fetches what a provider keeps, tries again later, and gives up on what is gone', async () => {
      const ada = await aReader('ada@example.com')
      const answers: Fetched[] = [
        { kind: 'later', detail: 'busy' },
        { kind: 'fetched', raw: letterOf('ada@example.com') },
        { kind: 'gone', detail: 'There is no such email.' },
      ]
      const fetch = async () => answers.shift() ?? ({ kind: 'later', detail: 'nothing left' } as const)
      const parts = { mailSources: [{ name: 'resend', fetch }] }
      const announce = (sourceId: string, recipient = addresses().leave(ada)) => {
        return app.store.inbound.receive({ source: 'resend', sourceId, recipient, sender: null, raw: null })
      }
      expect([await announce('mail-1'), await announce('mail-1')]).toEqual([true, false])
      await work(parts)
      expect(await mails()).toEqual(['received'])
      await clock.advance(10_000)
      await work(parts)
      expect([await mails(), await statusOf(ada)]).toEqual([['leave applied'], 'unsubscribed'])
      await announce('mail-2', addresses().subscribe('morning'))
      await work(parts)
      expect((await mails())[0]).toBe('unknown kept not_fetched There is no such email.')
    })
  })

  test('a replay reads reports and what was kept once more, and brings nobody to leave twice', async () => {
    const ada = await aReader('ada@example.com')
    await bring(addresses().leave(ada), letterOf('ada@example.com'))
    await bring(bounces.of(ada.deliveryId), reportOf({ status: '5.1.1', final: 'eve@example.com' }))
    await query(`update subscription set status = 'confirmed'`)
    await query(`update delivery set address = 'eve@example.com'`)
    expect(await app.store.inbound.replay({ since: new Date(0) })).toBe(1)
    await work()
    expect([(await mails())[0], await statusOf(ada)]).toEqual(['bounce applied permanent 5.1.1', 'confirmed'])
    expect(await suppressed()).toEqual(['eve@example.com bounced'])
    const [mail] = (await app.store.inbound.list({ limit: 1 })).rows
    const [lifted] = await app.store.suppressions.find('eve@example.com')
    await app.store.suppressions.lift(lifted?.id ?? '', { actor: 'test', why: null })
    expect(await app.store.inbound.replay({ ids: [mail?.id ?? ''] })).toBe(1)
    await work()
    // Once an event: what an operator lifted stays lifted.
    expect(await suppressed()).toEqual([])
  })

  test('mail that is dealt with is kept for as long as is said, and what waits for the operator for ever', async () => {
    const ada = await aReader('ada@example.com')
    await bring(addresses().leave(ada), letterOf('ada@example.com'))
    await bring(`abuse@${DOMAIN}`, letterOf('bob@example.com'))
    await clock.advance(90 * DAY)
    expect(await pruneInbound(app.store)).toBe(2 - 1)
    expect(await mails()).toEqual(['unknown kept not_understood'])
    const [kept] = (await app.store.inbound.list({ limit: 1 })).rows
    expect(await app.store.inbound.discard([kept?.id ?? ''])).toBe(1)
    expect(await mails()).toEqual([])
  })
})
