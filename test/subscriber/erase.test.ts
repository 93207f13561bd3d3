import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { DeliveryId, SubscriberId } from '../../src/id.ts'
import { prepareSend } from '../../src/send/prepare.ts'
import type { TestDatabase } from '../support/database.ts'
import { importRows } from '../support/import-rows.ts'
import { applyEvents, bounce, resendEvent, storeEvent } from '../support/provider-events.ts'
import { deliverInTime, openSending, type Sending, sampleEdition } from '../support/sending.ts'
import { forEachDatabase } from '../support/tiers.ts'

const HOUR = 3_600_000
const ADDRESS = 'reader1@example.com'
const OTHER = 'xreader1@example.com.au'

forEachDatabase((tier) => {
  let database: TestDatabase
  let sending: Sending
  beforeAll(async () => {
    database = await tier.createDatabase()
  })
  beforeEach(() => database.empty())
  afterAll(() => database.drop())

  const open = async (how: Parameters<typeof openSending>[1] = { readers: 3 }) => {
    sending = await openSending(database, how)
  }
  const erase = (address = ADDRESS) => sending.store.personalData.erase(address, 'test')
  const find = (address = ADDRESS) => sending.store.subscribers.findByAddress(address)
  const progress = async (send: Parameters<Sending['store']['sends']['progress']>[0]) => {
    await sending.store.sends.settle()
    const { recipients, accepted, skipped, open } = await sending.store.sends.progress(send)
    return { recipients, accepted, skipped, open, state: (await sending.store.sends.get(send))?.state }
  }

  /** Every place in which a text stands, in any table of ours. */
  async function placesOf(text: string): Promise<readonly string[]> {
    const { rows: tables } = await database.pool.query<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = 'public'`,
    )
    const places: string[] = []
    for (const { name } of tables) {
      const { rowCount } = await database.pool.query(
        `select 1 from ${name} as one
         where position($1 in lower(one::text)) > 0 or position(encode($1::bytea, 'hex') in one::text) > 0`,
        [text],
      )
      if (rowCount) places.push(name)
    }
    return places
  }

  describe('erasing a reader', () => {
    test('leaves nothing that tells of them, and nobody else is touched', async () => {
      await open()
      const { store, newsletter } = sending
      await importRows(store.imports, newsletter.id, [
        { address: OTHER, addressKey: OTHER, firstName: 'Other', attributes: {} },
      ])
      const id = (await find())?.id ?? ('' as SubscriberId)
      const said = { source: 'page', ipHash: 'hash', userAgent: 'a browser' }
      await store.subscribers.setDetails(newsletter.id, id, { firstName: 'Ada', locale: 'de', timeZone: null }, said)
      const send = await sending.prepared()
      await deliverInTime(sending)
      const { rows } = await store.deliveries.list({ sendId: send, limit: 100 })
      const delivery = rows.find(({ address }) => address === ADDRESS)?.id ?? ('' as DeliveryId)
      await storeEvent(
        store,
        resendEvent('email.bounced', { delivery, to: 'Reader1@Example.com', ...bounce('Permanent') }),
      )
      await storeEvent(store, resendEvent('email.delivered', { to: ADDRESS }))
      await storeEvent(store, resendEvent('email.delivered', { to: OTHER }))
      await applyEvents(store)
      await database.pool.query(
        `insert into inbound_mail (source, source_id, recipient, sender, raw, state)
         values ('smtp', '1', 'bounce@in.example.com', 'Reader1@example.com', 'From: reader1@example.com', 'kept'),
                ('smtp', '2', 'bounce@in.example.com', '', 'To: xreader1@example.com.au', 'kept')`,
      )
      expect(await placesOf(ADDRESS)).not.toEqual([])
      const before = await placesOf(OTHER)

      expect(await erase()).toEqual({
        wasSubscriber: true,
        deliveries: 1,
        providerEvents: 2,
        inboundMail: 1,
        underWay: 0,
      })
      // The other's address holds theirs, so it is looked for as a whole.
      const { rows: left } = await database.pool.query(
        `select 'delivery' as place from delivery where lower(address) = $1
         union all select 'event' from provider_event where encode(raw, 'escape') ilike '%"reader1@%'
         union all select 'key' from provider_event where address_key = $1
         union all select 'suppression' from suppression where address_key = $1
         union all select 'consent' from consent where subscriber_id = $2
         union all select 'subscription' from subscription where subscriber_id = $2`,
        [ADDRESS, id],
      )
      expect(left).toEqual([])
      expect(await placesOf(id)).toEqual([])
      expect(await find()).toBeNull()
      expect(await placesOf(OTHER)).toEqual(before)
      expect((await find(OTHER))?.subscriptions).toHaveLength(1)
      expect(await progress(send)).toEqual({ recipients: 4, accepted: 4, skipped: 0, open: 0, state: 'sent' })
      const log = await store.operator.log({ limit: 10 })
      expect(log.rows.map(({ action, actor }) => [action, actor])).toEqual([['erase_reader', 'test']])
      expect(JSON.stringify(log.rows)).not.toContain('@')
    })

    test('whose address has letters beyond ASCII leaves nothing either', async () => {
      await open()
      const address = 'jörg.ö@example.com'
      await importRows(sending.store.imports, sending.newsletter.id, [
        { address, addressKey: address, firstName: '', attributes: {} },
      ])
      await database.pool.query(
        `insert into inbound_mail (source, source_id, recipient, sender, raw, state)
         values ('smtp', '1', 'a@in.example.com', '', convert_to('To: Jörg.ö@example.com', 'UTF8'), 'kept'),
                ('smtp', '2', 'a@in.example.com', '', convert_to('To: äjörg.ö@example.com', 'UTF8'), 'kept')`,
      )
      expect(await erase(address)).toMatchObject({ wasSubscriber: true, inboundMail: 1 })
      expect(await find(address)).toBeNull()
    })

    test('may be repeated, and of a stranger keeps a hash only', async () => {
      await open()
      await erase()
      const nothing = { wasSubscriber: false, deliveries: 0, providerEvents: 0, inboundMail: 0, underWay: 0 }
      expect([await erase(), await erase('stranger@example.com')]).toEqual([nothing, nothing])
      const { rows } = await database.pool.query('select hash from erased')
      expect(rows).toHaveLength(2)
      expect(await placesOf('stranger')).toEqual([])
    })

    test('before their batch is tried has it go without them, and the sums add up', async () => {
      await open()
      const send = await sending.prepared()
      await erase()
      const { rows } = await sending.store.deliveries.list({ sendId: send, limit: 10 })
      expect(rows.map(({ outcome, reason }) => reason ?? outcome).toSorted()).toEqual(['erased', 'planned', 'planned'])
      await deliverInTime(sending)
      expect(await progress(send)).toEqual({ recipients: 3, accepted: 2, skipped: 1, open: 0, state: 'sent' })
      expect(sending.provider.mails.map(({ to }) => to)).not.toContain(ADDRESS)
    })

    test('before a send is prepared has it go without them', async () => {
      await open()
      const send = await sending.schedule()
      await erase()
      await prepareSend(sending, send)
      await deliverInTime(sending)
      expect(await progress(send)).toEqual({ recipients: 2, accepted: 2, skipped: 0, open: 0, state: 'sent' })
    })

    test('who is alone in a batch leaves it settled without a call', async () => {
      await open({ readers: 1 })
      const send = await sending.prepared()
      await erase('reader0@example.com')
      await deliverInTime(sending)
      expect(await progress(send)).toEqual({ recipients: 1, accepted: 0, skipped: 1, open: 0, state: 'sent' })
      expect(sending.provider.calls).toEqual([])
    })

    test('in a batch whose answer was lost leaves its bytes as they are, and its address goes with the answer', async () => {
      await open()
      const send = await sending.prepared()
      sending.provider.script.push('lost_after')
      await deliverInTime(sending)
      expect(await erase()).toMatchObject({ wasSubscriber: true, underWay: 1 })
      expect(await placesOf(ADDRESS)).toEqual(['batch'])
      await sending.clock.advance(HOUR)
      await deliverInTime(sending)
      const [first, second] = sending.provider.calls
      expect(second).toEqual(first)
      expect(await progress(send)).toEqual({ recipients: 3, accepted: 3, skipped: 0, open: 0, state: 'sent' })
      expect(await placesOf(ADDRESS)).toEqual([])
    })

    test('takes their address out of a batch that is held, or is held later', async () => {
      for (const when of ['before', 'after']) {
        await database.empty()
        await open()
        await sending.prepared()
        sending.provider.script.push('lost_after')
        await deliverInTime(sending)
        if (when === 'before') await erase()
        await sending.clock.advance(24 * HOUR)
        await sending.store.batches.takeOver(23 * HOUR)
        if (when === 'after') await erase()
        expect([when, await placesOf(ADDRESS)]).toEqual([when, []])
        expect(await placesOf('reader2@example.com')).toContain('batch')
      }
    })

    test('one at a time, does not begin their message any more', async () => {
      let isErased = false
      await open({
        readers: 3,
        oneByOne: true,
        reach: async (step) => {
          if (step !== 'frozen' || isErased) return
          isErased = true
          await erase()
        },
      })
      const send = await sending.prepared()
      await deliverInTime(sending)
      expect(await progress(send)).toEqual({ recipients: 3, accepted: 2, skipped: 1, open: 0, state: 'sent' })
      expect(sending.provider.mails.map(({ to }) => to)).not.toContain(ADDRESS)
      expect(await placesOf(ADDRESS)).toEqual([])
    })

    test('while their batch is being frozen waits for it', async () => {
      await open()
      const send = await sending.prepared()
      await Promise.all([deliverInTime(sending), erase()])
      await sending.clock.advance(HOUR)
      await deliverInTime(sending)
      const { recipients, accepted, skipped, open: left } = await progress(send)
      expect([recipients, accepted + skipped, left]).toEqual([3, 3, 0])
      expect(await placesOf(ADDRESS)).toEqual([])
    })
  })

  describe('erasing a reader just when', () => {
    /** Waits until somebody waits for a lock. */
    async function untilWaiting(): Promise<void> {
      const { rowCount } = await database.pool.query(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      )
      if (rowCount === 0) await untilWaiting()
    }

    const row = { address: ADDRESS, addressKey: ADDRESS, firstName: 'Ada', attributes: {} }

    test('an import brings them has it leave them out', async () => {
      await open()
      const { store, newsletter } = sending
      await database.pool.query(
        `insert into suppression_lifted (id, address_key, reason, source, created_at, lifted_by)
         values (gen_random_uuid(), $1, 'manual', 'test', app_now(), 'test')`,
        [ADDRESS],
      )
      const other = await database.pool.connect()
      await other.query('begin')
      await other.query('select from suppression_lifted for update')
      const erasing = erase()
      await untilWaiting()
      const importing = importRows(store.imports, newsletter.id, [row])
      // It waits for the erasure, or is done as if there were none.
      await new Promise((resolve) => setTimeout(resolve, 200))
      await other.query('commit')
      other.release()
      await erasing
      expect(await importing).toEqual(['erased'])
      expect(await find()).toBeNull()
    })

    test('an import has brought them, which nobody could see yet, takes them away again', async () => {
      await open({ readers: 0 })
      const { newsletter } = sending
      const other = await database.pool.connect()
      await other.query('begin')
      await other.query('select pg_advisory_xact_lock_shared(7301001)')
      await other.query('insert into subscriber (address, address_key) values ($1, $1)', [ADDRESS])
      await other.query(
        `insert into subscription (newsletter_id, subscriber_id, status)
         select $1, id, 'confirmed' from subscriber where address_key = $2`,
        [newsletter.id, ADDRESS],
      )
      const erasing = erase()
      await untilWaiting()
      await other.query('commit')
      other.release()
      expect(await erasing).toMatchObject({ wasSubscriber: true })
      expect(await find()).toBeNull()
    })

    test('they confirm waits for that, and is sure to keep a hash', async () => {
      await open()
      const { store } = sending
      await database.pool.query('insert into erased values (erased_hash($1))', [ADDRESS])
      const other = await database.pool.connect()
      await other.query('begin')
      await other.query('update subscription set paused_until = null')
      const erasing = erase()
      await untilWaiting()
      await other.query('delete from erased')
      await other.query(
        `insert into consent (newsletter_id, subscriber_id, action, source)
         select newsletter_id, subscriber_id, 'confirmed', 'test' from subscription`,
      )
      await other.query('commit')
      other.release()
      await erasing
      expect(await store.subscribers.findByAddress(ADDRESS)).toBeNull()
      expect((await database.pool.query('select from erased')).rowCount).toBe(1)
    })
  })

  describe('somebody who was erased', () => {
    test('is not brought back by an event that comes later, which is not kept either', async () => {
      await open()
      const send = await sending.prepared()
      await deliverInTime(sending)
      const { rows } = await sending.store.deliveries.list({ sendId: send, limit: 100 })
      const delivery = rows.find(({ address }) => address === ADDRESS)?.id ?? ''
      await erase()
      await storeEvent(sending.store, resendEvent('email.complained', { delivery, to: ADDRESS }))
      await applyEvents(sending.store)
      expect(await placesOf(ADDRESS)).toEqual([])
      const { rows: events } = await database.pool.query('select state, reason, rule from provider_event')
      expect(events).toEqual([{ state: 'ignored', reason: 'erased', rule: null }])
    })

    test('is not brought back by an import, but may come back by themselves', async () => {
      await open()
      await erase()
      const { store, newsletter } = sending
      const row = { address: ADDRESS, addressKey: ADDRESS, firstName: '', attributes: {} }
      await importRows(store.imports, newsletter.id, [row])
      expect(await find()).toBeNull()
      const mail = { newsletterId: newsletter.id, address: ADDRESS, editionHash: sampleEdition().hash, slotValues: {} }
      const answer = await store.subscribers.request({
        newsletterId: newsletter.id,
        address: ADDRESS,
        addressKey: ADDRESS,
        firstName: '',
        locale: null,
        circumstances: { source: 'form' },
        maxConfirmations: 3,
        minGapMs: 0,
        linkWorksMs: 0,
        counts: [],
        confirmation: (subscriberId) => ({ ...mail, subscriberId }),
      })
      expect(answer).toBe('confirmation_written')
      // Somebody asked; until they confirm, nobody knows who.
      await importRows(store.imports, newsletter.id, [row])
      const pending = await find()
      expect(pending?.subscriptions.map(({ status }) => status)).toEqual(['pending'])
      await store.subscribers.confirm(newsletter.id, pending?.id ?? ('' as SubscriberId), { source: 'page' })
      expect((await database.pool.query('select from erased')).rowCount).toBe(0)
      expect((await find())?.subscriptions.map(({ status }) => status)).toEqual(['confirmed'])
    })
  })
})
