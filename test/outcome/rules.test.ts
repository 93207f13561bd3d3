import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { readResendEvent } from '../../src/provider/resend/events.ts'
import { applyEvents, bounce } from '../support/provider-events.ts'
import { forEachDatabase } from '../support/tiers.ts'
import { about, DAY, permutations, useTelling } from './telling.ts'

forEachDatabase((tier) => {
  const telling = useTelling(tier)
  const { open, sent, deliveries, first, tell, fateOf, suppressed, states } = telling

  describe('a rule', () => {
    test('suppresses what bounced for good, for every newsletter, and says which event said so', async () => {
      await open(1)
      const delivery = await first()
      const eventId = await tell('email.bounced', { ...about(delivery), ...bounce('Permanent', 'NoEmail') })
      await applyEvents(telling.store)
      expect(await telling.store.suppressions.find('reader0@example.com')).toMatchObject([
        { newsletterId: null, reason: 'bounced', source: `resend email.bounced ${eventId}` },
      ])
    })

    test('that a worker died before is followed by the next', async () => {
      await open(1)
      const delivery = await first()
      await tell('email.complained', about(delivery))
      await telling.store.events.apply((_, raw) => readResendEvent(raw))
      expect([await states(), await suppressed()]).toEqual([['applied'], []])
      expect(await telling.store.events.due()).toBe(true)
      await applyEvents(telling.store)
      expect(await suppressed()).toEqual(['reader0@example.com complained'])
    })

    test('ends the subscription that was complained about, with a record of it', async () => {
      await open(1)
      const delivery = await first()
      const eventId = await tell('email.complained', about(delivery))
      await applyEvents(telling.store)
      expect(await suppressed()).toEqual(['reader0@example.com complained'])
      const { rows } = await telling.database.pool.query('select action, source from consent order by id desc limit 1')
      expect(rows).toEqual([{ action: 'unsubscribed', source: `resend email.complained ${eventId}` }])
      const reader = await telling.store.subscribers.findByAddress('reader0@example.com')
      expect(reader?.subscriptions.map(({ status }) => status)).toEqual(['unsubscribed'])
    })

    test.each([
      ['Permanent', 'MessageTooLarge'],
      ['Permanent', 'ContentRejected'],
      ['Permanent', 'AttachmentRejected'],
      ['Transient', 'ContentRejected'],
    ])('never suppresses for what is about the mail: %s %s', async (type, subType) => {
      await open(1)
      for (const next of [sent, telling.sentOnceMore, telling.sentOnceMore]) {
        const [delivery] = await deliveries(await next())
        await tell('email.bounced', { ...(delivery ? about(delivery) : {}), ...bounce(type, subType) })
      }
      await applyEvents(telling.store)
      expect(await states()).toEqual(['applied', 'applied', 'applied'])
      expect(await suppressed()).toEqual([])
    })

    test.each([
      ['previous_bounce', 'bounced'],
      ['previous_complaint', 'complained'],
      [undefined, 'provider'],
    ])('follows a suppression at the provider (%s)', async (reason, ours) => {
      await open(1)
      const delivery = await first()
      await tell('email.suppressed', { ...about(delivery), data: { suppressed: { type: 'Suppressed', reason } } })
      await applyEvents(telling.store)
      expect(await suppressed()).toEqual([`reader0@example.com ${ours}`])
      expect(await fateOf(delivery.id)).toBe('suppressed')
      // Whose complaint that was is not said.
      const reader = await telling.store.subscribers.findByAddress('reader0@example.com')
      expect(reader?.subscriptions.map(({ status }) => status)).toEqual(['confirmed'])
    })

    test('follows what is added to the provider’s list, and lifts nothing', async () => {
      await open(0)
      const entry = { id: randomUUID(), email: 'Reader0@Example.com', source_id: null }
      for (const origin of ['manual', 'bounce']) {
        await tell('suppression.added', { data: { ...entry, origin } })
        await applyEvents(telling.store)
      }
      await tell('suppression.removed', { data: { ...entry, origin: 'bounce' } })
      await applyEvents(telling.store)
      expect(await suppressed()).toEqual(['reader0@example.com bounced'])
      expect(await states()).toEqual(['ignored lifted_elsewhere', 'applied', 'applied'])
    })

    test('leaves what an operator suppressed as it is', async () => {
      await open(1)
      const delivery = await first()
      const manual = {
        addressKey: 'reader0@example.com',
        newsletterId: null,
        reason: 'manual',
        source: 'key x',
      } as const
      await telling.store.suppressions.add(manual)
      await tell('email.complained', about(delivery))
      await applyEvents(telling.store)
      expect(await telling.store.suppressions.find('reader0@example.com')).toMatchObject([manual])
    })
  })

  describe('bounces for now', () => {
    /** A bounce of each of as many deliveries to reader 0, so many ms after the first. */
    async function bounced(offsets: readonly number[], type = 'Transient', events = 1): Promise<void> {
      await open(1)
      for (const [index, offset] of offsets.entries()) {
        const [delivery] = await deliveries(await (index === 0 ? sent() : telling.sentOnceMore()))
        const at = new Date(Date.UTC(2026, 0, 5) + offset)
        for (let told = 0; told < events; told++) {
          await tell('email.bounced', { ...(delivery ? about(delivery) : {}), at, ...bounce(type, 'MailboxFull') })
        }
        await applyEvents(telling.store)
      }
    }

    test('suppress when three come within 30 days', async () => {
      await bounced([0, 10 * DAY, 30 * DAY])
      expect(await suppressed()).toEqual(['reader0@example.com bounced'])
      const [made] = await telling.store.suppressions.find('reader0@example.com')
      expect(made?.source).toMatch(/^resend email\.bounced msg_\S+, of 3 in 30 days$/)
    })

    test('do not suppress when the third comes a moment later', async () => {
      await bounced([0, 10 * DAY, 30 * DAY + 1])
      expect(await suppressed()).toEqual([])
    })

    test('do not suppress when there are two, however often they are told', async () => {
      await bounced([0, DAY], 'Transient', 3)
      expect(await suppressed()).toEqual([])
    })

    test('count when nobody knows for how long', async () => {
      await bounced([0, DAY, 2 * DAY], 'Undetermined')
      expect(await suppressed()).toEqual(['reader0@example.com bounced'])
    })

    test('count in whatever order they are told', async () => {
      const orders = permutations([0, 20 * DAY, 40 * DAY, 45 * DAY])
      await open(orders.length)
      const sends = [
        await sent(),
        await telling.sentOnceMore(),
        await telling.sentOnceMore(),
        await telling.sentOnceMore(),
      ]
      for (const [place, send] of sends.entries()) {
        for (const [reader, delivery] of (await deliveries(send)).entries()) {
          const at = new Date(Date.UTC(2026, 0, 5) + (orders[reader]?.[place] ?? 0))
          await tell('email.bounced', { ...about(delivery), at, ...bounce('Transient') })
        }
        await applyEvents(telling.store)
      }
      expect(await suppressed()).toHaveLength(orders.length)
    })

    test('start from none again once a suppression was lifted', async () => {
      await bounced([0, 1, 2])
      const [made] = await telling.store.suppressions.find('reader0@example.com')
      await telling.store.suppressions.lift(made?.id ?? '', { actor: 'test', why: null })
      const [delivery] = await deliveries(await telling.sentOnceMore())
      await tell('email.bounced', { ...(delivery ? about(delivery) : {}), ...bounce('Transient') })
      await applyEvents(telling.store)
      expect(await suppressed()).toEqual([])
    })
  })
})
