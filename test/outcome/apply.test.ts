import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { DeliveryId } from '../../src/id.ts'
import type { Delivery } from '../../src/outcome/outcome.ts'
import { MAX_DOUBT_MS } from '../../src/send/call.ts'
import { applyEvents, bounce, resendEvent, storeEvent } from '../support/provider-events.ts'
import { deliverInTime } from '../support/sending.ts'
import { forEachDatabase } from '../support/tiers.ts'
import { about, HOUR, useTelling } from './telling.ts'

forEachDatabase((tier) => {
  const telling = useTelling(tier)
  const { open, sent, deliveries, first, tell, fateOf, suppressed, states } = telling

  describe('an event', () => {
    test('gives an accepted delivery its fate and time, and the send its count', async () => {
      await open(3)
      const send = await sent()
      const [ada, bob] = await deliveries(send)
      if (!ada || !bob) throw new Error('Nobody was written to.')
      await tell('email.delivered', { ...about(ada), at: '2026-01-05T09:00:01.250Z' })
      await tell('email.delivery_delayed', { ...about(bob), at: '2026-01-05T09:00:02Z' })
      await applyEvents(telling.store)
      expect(await telling.store.deliveries.get(ada.id)).toMatchObject({
        outcome: 'accepted',
        fate: 'delivered',
        fateAt: new Date('2026-01-05T09:00:01.250Z'),
      })
      expect(await telling.store.events.fates(send)).toEqual({ delivered: 1, deferred: 1 })
      await tell('email.delivered', about(bob))
      await applyEvents(telling.store)
      expect(await telling.store.events.fates(send)).toEqual({ delivered: 2 })
      expect(await states()).toEqual(['applied', 'applied', 'applied'])
    })

    test('that is told twice is stored once', async () => {
      await open(1)
      const delivery = await first()
      const event = resendEvent('email.delivered', about(delivery))
      const raw = Buffer.from(JSON.stringify(event))
      const told = { provider: 'resend', eventId: 'msg_1', type: 'email.delivered', occurredAt: null, raw }
      expect(await telling.store.events.receive(told)).toBe(true)
      expect(await telling.store.events.receive({ ...told, raw: Buffer.from('{}') })).toBe(false)
      await applyEvents(telling.store)
      const [stored] = (await telling.store.events.list({ limit: 10 })).rows
      expect(Buffer.from((await telling.store.events.get(stored?.id ?? ''))?.raw ?? [])).toEqual(raw)
      expect(await fateOf(delivery.id)).toBe('delivered')
    })

    test.each([
      ['without a tag', { delivery: undefined }, 'no_delivery_tag'],
      ['with a tag that is no id', { delivery: 'x' }, 'no_delivery_tag'],
      ['of a delivery that never was', { delivery: randomUUID() }, 'no_such_delivery'],
      ['to another address', { to: 'reader1@example.com' }, 'other_address'],
      ['to several addresses', { to: ['reader0@example.com', 'reader0@example.com'] }, 'other_address'],
      ['to nobody', { to: [] }, 'other_address'],
    ])('%s is foreign and changes nothing', async (_what, facts, reason) => {
      await open(2)
      const delivery = await first()
      const before = await telling.store.deliveries.get(delivery.id)
      await tell('email.complained', { ...about(delivery), ...facts })
      await tell('email.bounced', { ...about(delivery), ...bounce('Permanent'), ...facts })
      await applyEvents(telling.store)
      expect(await states()).toEqual([`foreign ${reason}`, `foreign ${reason}`])
      expect(await telling.store.deliveries.get(delivery.id)).toEqual(before)
      expect(await suppressed()).toEqual([])
    })

    test('matches an address however it is written', async () => {
      await open(1)
      const delivery = await first()
      await tell('email.delivered', { ...about(delivery), to: 'READER0@Example.COM' })
      await applyEvents(telling.store)
      expect(await fateOf(delivery.id)).toBe('delivered')
    })

    test('that comes before anything was submitted waits, and is applied once it can be', async () => {
      await open(1)
      const send = await telling.sending.prepared()
      const [delivery] = await deliveries(send)
      if (!delivery) throw new Error('Nobody is to be written to.')
      await tell('email.delivered', about(delivery))
      await applyEvents(telling.store)
      expect(await states()).toEqual(['early not_recorded'])
      await deliverInTime(telling.sending)
      await telling.sending.clock.advance(5_000)
      await applyEvents(telling.store)
      expect(await states()).toEqual(['applied'])
      expect(await fateOf(delivery.id)).toBe('delivered')
    })

    test('waits a day at most', async () => {
      await open(1)
      const [delivery] = await deliveries(await telling.sending.prepared())
      await tell('email.delivered', delivery ? about(delivery) : {})
      for (let hour = 0; hour < 23; hour++) {
        await telling.sending.clock.advance(HOUR)
        await applyEvents(telling.store)
      }
      expect(await states()).toEqual(['early not_recorded'])
      await telling.sending.clock.advance(HOUR)
      await applyEvents(telling.store)
      expect(await states()).toEqual(['foreign never_recorded'])
    })

    test.each([
      ['no JSON', Buffer.from('{"type": "email.bounced"')],
      ['no UTF-8', Buffer.from([0xff, 0xfe, 0x00])],
      ['nothing', Buffer.alloc(0)],
      ['a list', Buffer.from('[1, null]')],
      ['a type that is none', Buffer.from('{"type": {"toString": 1}, "data": {"bounce": []}}')],
      ['no data', Buffer.from('{"type": "email.bounced"}')],
      ['a NUL where an id is', Buffer.from('{"type": "email.sent", "data": {"email_id": "a\\u0000"}}')],
      ['an address that is none', Buffer.from('{"type": "suppression.added", "data": {"email": "a\\u0000@b"}}')],
    ])('that holds %s is kept and in nobody’s way', async (_what, raw) => {
      await open(1)
      const delivery = await first()
      await storeEvent(telling.store, raw)
      await tell('email.delivered', about(delivery))
      await applyEvents(telling.store)
      expect((await states()).toSorted()).toEqual(['applied', 'ignored not_readable'])
    })

    test.each(['contact.created', 'domain.updated', 'email.received', 'whatever.next'])(
      'of type %s is kept and ignored',
      async (type) => {
        await open(1)
        const delivery = await first()
        await tell(type, about(delivery))
        await applyEvents(telling.store)
        expect(await states()).toEqual(['ignored not_used'])
        expect(await fateOf(delivery.id)).toBe(null)
      },
    )
  })

  describe('a lost answer', () => {
    test('is made up for by events: a held batch settles, and the sums come out', async () => {
      await open(12)
      const send = await telling.sending.prepared()
      telling.sending.provider.script.push('lost_after', 'lost_after')
      await deliverInTime(telling.sending)
      await telling.sending.clock.advance(MAX_DOUBT_MS + HOUR)
      await telling.store.batches.takeOver(MAX_DOUBT_MS)
      await telling.store.sends.settle()
      expect(await telling.store.sends.progress(send)).toMatchObject({ recipients: 12, accepted: 0, uncertain: 12 })

      const all = await deliveries(send)
      const tellAll = (some: readonly Delivery[], type: string) =>
        Promise.all(some.map((one) => tell(type, about(one))))
      await tellAll(all.slice(0, 3), 'email.opened')
      await applyEvents(telling.store)
      expect(await telling.store.sends.progress(send)).toMatchObject({ accepted: 3, uncertain: 9, open: 0 })
      expect(await telling.store.deliveries.get(all[0]?.id as DeliveryId)).toMatchObject({
        outcome: 'accepted',
        reason: null,
        address: all[0]?.address,
        providerMessageId: '56761188-7520-42d8-8898-ff6fc54ce618',
        fate: null,
      })
      await tellAll(all.slice(2), 'email.sent')
      await applyEvents(telling.store)
      expect(await telling.store.sends.progress(send)).toMatchObject({ accepted: 12, uncertain: 0, refused: 0 })
      const { rows } = await telling.database.pool.query('select distinct state, held_reason, frozen::text from batch')
      expect(rows).toEqual([{ state: 'settled', held_reason: null, frozen: null }])
    })

    test('is made up for while the batch is in doubt, by the address it was frozen with', async () => {
      await open(2)
      const send = await telling.sending.prepared()
      telling.sending.provider.script.push('lost_after')
      await deliverInTime(telling.sending)
      const [ada, bob] = await deliveries(send)
      if (!ada || !bob) throw new Error('Nobody was written to.')
      expect([ada.outcome, bob.outcome]).toEqual(['planned', 'planned'])
      await tell('email.sent', { ...about(ada), to: bob.address ?? '' })
      await tell('email.sent', about(ada))
      await tell('email.failed', about(bob))
      await applyEvents(telling.store)
      expect((await states()).toSorted()).toEqual(['applied', 'applied', 'foreign other_address'])
      expect(await telling.store.sends.settle()).toEqual([send])
      expect(await telling.store.sends.progress(send)).toMatchObject({ accepted: 2, open: 0 })
      // What is known is not asked for again.
      await telling.sending.clock.advance(HOUR)
      await deliverInTime(telling.sending)
      expect(telling.sending.provider.calls).toHaveLength(1)
    })
  })
})
