import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { applyEvents, bounce } from '../support/provider-events.ts'
import { forEachDatabase } from '../support/tiers.ts'
import { about, DAY, HOUR, useTelling } from './telling.ts'

forEachDatabase((tier) => {
  const telling = useTelling(tier)
  const { open, sent, deliveries, first, tell, fateOf, suppressed } = telling

  describe('a replay', () => {
    const snapshot = async () => {
      const tables = ['delivery', 'batch', 'send', 'send_fate', 'suppression', 'subscription', 'consent']
      return Promise.all(
        tables.map(async (one) => (await telling.database.pool.query(`select * from ${one} order by 1, 2`)).rows),
      )
    }

    test('of everything changes nothing when all was applied', async () => {
      await open(6)
      const all = await deliveries(await sent())
      for (const delivery of all) {
        await tell('email.delivered', about(delivery))
        await tell('email.bounced', { ...about(delivery), ...bounce(delivery === all[0] ? 'Permanent' : 'Transient') })
        if (delivery === all[1]) await tell('email.complained', about(delivery))
      }
      await applyEvents(telling.store)
      const before = await snapshot()
      expect(await telling.store.events.replay({})).toBe(13)
      expect(await telling.store.events.due()).toBe(true)
      await applyEvents(telling.store)
      expect(await snapshot()).toEqual(before)
      expect(await telling.store.events.due()).toBe(false)
    })

    test('does not bring back what an operator lifted', async () => {
      await open(1)
      const delivery = await first()
      await tell('email.bounced', { ...about(delivery), ...bounce('Permanent') })
      await applyEvents(telling.store)
      const [made] = await telling.store.suppressions.find('reader0@example.com')
      await telling.store.suppressions.lift(made?.id ?? '', { actor: 'test', why: null })
      await telling.store.events.replay({})
      await applyEvents(telling.store)
      expect(await suppressed()).toEqual([])
    })

    test('is of those asked for: by id, by state, since a time', async () => {
      await open(1)
      const delivery = await first()
      await tell('email.delivered', about(delivery))
      await telling.sending.clock.advance(HOUR)
      await tell('email.delivered', { to: 'x@example.com' })
      await applyEvents(telling.store)
      const [newest, oldest] = (await telling.store.events.list({ limit: 10 })).rows
      const { replay } = telling.store.events
      expect(await replay({ ids: [oldest?.id ?? ''] })).toBe(1)
      await applyEvents(telling.store)
      expect(await replay({ state: 'foreign' })).toBe(1)
      await applyEvents(telling.store)
      expect(await replay({ since: newest?.receivedAt })).toBe(1)
      expect(await replay({ state: 'applied', since: newest?.receivedAt })).toBe(0)
      expect(await replay({ ids: [randomUUID()] })).toBe(0)
    })
  })

  test('events that are dealt with are kept for as long as is said', async () => {
    await open(1)
    const delivery = await first()
    await tell('email.delivered', about(delivery))
    await telling.sending.clock.advance(90 * DAY)
    expect(await telling.store.events.prune(90)).toBe(0)
    await applyEvents(telling.store)
    expect(await telling.store.events.prune(91)).toBe(0)
    expect(await telling.store.events.prune(90)).toBe(1)
    expect(await fateOf(delivery.id)).toBe('delivered')
  })
})
