import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DailyQuota } from '../../src/provider/provider.ts'
import { bulkBlockOf } from '../../src/send/block.ts'
import { prepareSend } from '../../src/send/prepare.ts'
import { refreshQuota } from '../../src/send/quota.ts'
import { sweep } from '../../src/send/sweep.ts'
import type { TestDatabase } from '../support/database.ts'
import { deliverInTime, openSending, type Sending } from '../support/sending.ts'
import { forEachDatabase } from '../support/tiers.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

forEachDatabase((tier) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await tier.createDatabase()
  })
  afterAll(() => database.drop())
  const open = async (readers: number) => {
    await database.empty()
    return openSending(database, { readers })
  }

  describe('a quota of the day', () => {
    test('keeps a tenth for single mail, and bulk goes on the day after', async () => {
      const sending = await open(150)
      await sending.store.pace.learnQuota('scripted', quota(sending, { limit: 100, used: 0 }))
      const send = await sending.prepared()
      await deliverInTime(sending)
      expect(sending.provider.accepted.size).toBe(90)
      expect(await sending.store.sends.due('scripted')).toMatchObject({ toDeliver: [] })
      await writeSingle(sending, send)
      await deliverInTime(sending)
      expect(sending.provider.mails.at(-1)?.to).toBe('new@example.com')
      expect(await blockNow(sending)).toMatchObject({ reason: 'quota', detail: expect.stringContaining('91 of 100') })
      await sending.clock.advance(24 * HOUR)
      expect(await blockNow(sending)).toBeNull()
      await deliverInTime(sending)
      await sweep(sending)
      expect((await sending.store.sends.get(send))?.state).toBe('sent')
    })

    test('that the provider tells in passing counts, and never goes down within a day', async () => {
      const sending = await open(1)
      const { pace } = sending.store
      await pace.learnQuota('scripted', quota(sending, { limit: 100, used: 50 }))
      const { resetsAt } = quota(sending, { limit: 100, used: 0 })
      await pace.noteUsed('scripted', { used: 70, resetsAt })
      await pace.noteUsed('scripted', { used: 60, resetsAt })
      expect((await pace.get('scripted'))?.dailyQuota?.used).toBe(70)
    })

    test('that cannot be asked for is learnt when it is reached', async () => {
      const sending = await open(1)
      const { pace } = sending.store
      const { resetsAt } = quota(sending, { limit: null, used: 0 })
      await pace.noteUsed('scripted', { used: 100, resetsAt })
      expect((await pace.get('scripted'))?.dailyQuota).toBeNull()
      await pace.block('scripted', 'quota', HOUR, 'daily_quota_exceeded')
      expect((await pace.get('scripted'))?.dailyQuota).toMatchObject({ limit: 100, used: 100 })
    })

    test('is asked for once in five minutes, and only when bulk mail is to come', async () => {
      const sending = await open(5)
      let asked = 0
      const dailyQuota = async () => {
        asked += 1
        return quota(sending, { limit: 100, used: 3 })
      }
      const deps = { ...sending, provider: { account: 'scripted', dailyQuota } }
      await refreshQuota(deps, sending.never)
      expect(asked).toBe(0)
      await sending.schedule()
      await Promise.all([refreshQuota(deps, sending.never), refreshQuota(deps, sending.never)])
      expect(asked).toBe(1)
      expect((await sending.store.pace.get('scripted'))?.dailyQuota).toMatchObject({ limit: 100, used: 3 })
      await sending.clock.advance(5 * MINUTE + 1_000)
      await refreshQuota(deps, sending.never)
      expect(asked).toBe(2)
    })
  })

  describe('a send that is spread', () => {
    test('goes out evenly over its time', async () => {
      const sending = await open(60)
      const send = await sending.schedule({ spreadSeconds: 3 * 3_600 })
      await prepareSend(sending, send)
      const reached: number[] = []
      for (let hour = 0; hour < 3; hour++) {
        await deliverInTime(sending)
        reached.push(sending.provider.accepted.size)
        await sending.clock.advance(HOUR)
      }
      await deliverInTime(sending)
      await sweep(sending)
      expect(reached).toEqual([1, 21, 41])
      expect(sending.provider.accepted.size).toBe(60)
      expect(await sending.store.sends.get(send)).toMatchObject({ state: 'sent', spreadSeconds: 10_800 })
    })

    test('has batches for about every minute, but none smaller than one reader', async () => {
      const sending = await open(60)
      const send = await sending.schedule({ spreadSeconds: 20 * 60 })
      await prepareSend(sending, send)
      const { rows } = await database.pool.query('select count(*)::int as batches, max(recipients) as size from batch')
      expect(rows).toEqual([{ batches: 20, size: 3 }])
    })
  })
})

function quota(sending: Sending, { limit, used }: Pick<DailyQuota, 'limit' | 'used'>): DailyQuota {
  const midnight = new Date(sending.clock.now())
  midnight.setUTCHours(24, 0, 0, 0)
  return { limit, used, resetsAt: midnight }
}

async function blockNow(sending: Sending) {
  return bulkBlockOf(await sending.store.pace.get('scripted'), await sending.store.now())
}

async function writeSingle(sending: Sending, send: Parameters<Sending['store']['sends']['get']>[0]) {
  const editionHash = (await sending.store.sends.get(send))?.editions[0]?.editionHash ?? ''
  const newsletterId = sending.newsletter.id
  const mail = { newsletterId, subscriberId: null, address: 'new@example.com', editionHash, slotValues: {} }
  await sending.store.deliveries.addSingle(mail)
}
