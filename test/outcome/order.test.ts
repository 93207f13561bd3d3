import { describe, expect, test } from 'vitest'
import { applyEvents, bounce, type EventFacts } from '../support/provider-events.ts'
import { forEachDatabase } from '../support/tiers.ts'
import { about, permutations, useTelling } from './telling.ts'

forEachDatabase((tier) => {
  const telling = useTelling(tier)
  const { open, sent, deliveries, tell } = telling

  describe('the order in which events come', () => {
    const EVENTS: readonly (readonly [type: string, facts: EventFacts])[] = [
      ['email.delivery_delayed', { at: '2026-01-05T09:00:01Z' }],
      ['email.delivered', { at: '2026-01-05T09:00:02Z' }],
      ['email.opened', { at: '2026-01-05T09:00:03Z' }],
      ['email.bounced', { at: '2026-01-05T09:00:05Z', ...bounce('Permanent') }],
      ['email.complained', { at: '2026-01-05T09:00:04Z' }],
    ]

    test('makes no difference: every permutation ends alike', async () => {
      const orders = permutations(EVENTS)
      await open(orders.length)
      const send = await sent()
      const all = await deliveries(send)
      // The events of one reader come one by one, applied in between; each reader has another order.
      for (let place = 0; place < EVENTS.length; place++) {
        for (const [reader, delivery] of all.entries()) {
          const [type, facts] = orders[reader]?.[place] ?? ['', {}]
          await tell(type, { ...facts, ...about(delivery) })
        }
        await applyEvents(telling.store)
      }
      const ends = (await deliveries(send)).map(({ outcome, fate, fateAt }) => ({ outcome, fate, fateAt }))
      expect(ends).toEqual(
        all.map(() => ({ outcome: 'accepted', fate: 'complained', fateAt: new Date('2026-01-05T09:00:04Z') })),
      )
      expect(await telling.store.events.fates(send)).toEqual({ complained: all.length })
      const { rows } = await telling.database.pool.query(
        `select status, reason, count(*) from subscription
         join subscriber on subscriber.id = subscriber_id
         join suppression using (address_key)
         group by status, reason`,
      )
      expect(rows).toEqual([{ status: 'unsubscribed', reason: 'complained', count: all.length }])
    })

    test('makes no difference among words of one rank either: the latest stands', async () => {
      const told = ['email.failed', 'email.bounced', 'email.suppressed'] as const
      const orders = permutations(told)
      await open(orders.length)
      const send = await sent()
      for (const [reader, delivery] of (await deliveries(send)).entries()) {
        for (const type of orders[reader] ?? []) {
          await tell(type, { ...about(delivery), at: new Date(Date.UTC(2026, 0, 5, 9, told.indexOf(type))) })
          await applyEvents(telling.store)
        }
      }
      expect(await telling.store.events.fates(send)).toEqual({ suppressed: orders.length })
    })
  })

  test('several at it apply each event once, and count right', async () => {
    await open(300)
    const send = await sent()
    const all = await deliveries(send)
    for (const type of [
      'email.delivery_delayed',
      'email.delivered',
      'email.complained',
      'email.opened',
      'email.sent',
    ]) {
      await Promise.all(all.map((delivery) => tell(type, about(delivery))))
    }
    await Promise.all([1, 2, 3].map(() => applyEvents(telling.store)))
    expect(await telling.store.events.fates(send)).toEqual({ complained: 300 })
    expect(await telling.store.events.due()).toBe(false)
    const { rows } = await telling.database.pool.query('select count(*) from suppression')
    expect(rows).toEqual([{ count: 300 }])
  })
})
