import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SendId } from '../../src/id.ts'
import type { CallAnswer, MessageAnswer } from '../../src/provider/provider.ts'
import { LEASE_MS } from '../../src/send/call.ts'
import type { DeliverStep } from '../../src/send/deliver.ts'
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
  const open = async (options: Parameters<typeof openSending>[1] = {}) => {
    await database.empty()
    return openSending(database, { ...options, oneByOne: true })
  }

  describe('a provider of single messages', () => {
    test('is given one message a call, and every reader is reached once', async () => {
      const sending = await open({ readers: 60 })
      const send = await sending.prepared()
      await deliverInTime(sending)
      await sweep(sending)
      expect(await summary(sending, send)).toEqual({ state: 'sent', accepted: 60 })
      expect(sending.provider.calls).toHaveLength(60)
      expect([...sending.provider.accepted.values()]).toEqual(Array(60).fill(1))
    })

    const dying: readonly [DeliverStep, { readonly accepted: number; readonly uncertain?: number }][] = [
      ['slot_taken', { accepted: 10 }],
      ['frozen', { accepted: 10 }],
      ['leaving', { accepted: 9, uncertain: 1 }],
      ['answered', { accepted: 9, uncertain: 1 }],
      ['recorded', { accepted: 10 }],
    ]
    test.each(dying)('whose worker dies at "%s" repeats nothing: %o', async (step, expected) => {
      let reached = 0
      const dieOnce = (at: DeliverStep) => {
        if (at !== step) return
        reached += 1
        if (reached === (['slot_taken', 'frozen'].includes(step) ? 1 : 4)) throw new Error('died')
      }
      const sending = await open({ readers: 10, reach: dieOnce })
      const send = await sending.prepared()
      await expect(deliverInTime(sending)).rejects.toThrow('died')
      await sending.clock.advance(LEASE_MS + 1_000)
      await sweep(sending)
      await deliverInTime(sending)
      await sweep(sending)
      expect(await summary(sending, send)).toEqual({ state: 'sent', ...expected })
      expect([...sending.provider.accepted.values()].every((times) => times === 1)).toBe(true)
    })

    test('has a message whose answer was lost counted as uncertain, and never asks again', async () => {
      const sending = await open({ readers: 5 })
      const send = await sending.prepared()
      sending.provider.script.push('accept', 'lost_after')
      await deliverInTime(sending)
      await sending.clock.advance(2 * MINUTE)
      await deliverInTime(sending)
      await sending.clock.advance(25 * HOUR)
      await deliverInTime(sending)
      await sweep(sending)
      expect(await summary(sending, send)).toEqual({ state: 'sent', accepted: 4, uncertain: 1 })
      expect(await reasons(sending, send)).toEqual({ answer_lost: 1 })
      expect([...sending.provider.accepted.values()]).toEqual(Array(5).fill(1))
    })

    test('records what was accepted although the database is away for a moment', async () => {
      const sending = await open({ readers: 3 })
      const send = await sending.prepared()
      const { record } = sending.store.batches
      let failures = 0
      sending.store.batches.record = async (...evidence) => {
        if (failures++ < 3) throw new Error('terminating connection due to administrator command')
        return record(...evidence)
      }
      await deliverInTime(sending)
      await sweep(sending)
      expect(await summary(sending, send)).toEqual({ state: 'sent', accepted: 3 })
    })

    test('that wakes up after its lease submits nothing more, but what it learned counts', async () => {
      let stopped = false
      const sleepOnce = async (at: DeliverStep) => {
        if (at !== 'answered' || stopped) return
        stopped = true
        await sending.clock.advance(LEASE_MS + 1_000)
        await sweep(sending)
        expect(await reasons(sending, send)).toEqual({ not_idempotent: 1 })
      }
      const sending = await open({ readers: 5, reach: sleepOnce })
      const send = await sending.prepared()
      await deliverInTime(sending)
      await sweep(sending)
      expect(await summary(sending, send)).toEqual({ state: 'sent', accepted: 5 })
      expect([...sending.provider.accepted.values()]).toEqual(Array(5).fill(1))
    })

    test('that sleeps between its last look and the first byte does not submit that message', async () => {
      let slept = false
      const sleepOnce = async (at: DeliverStep) => {
        if (at !== 'leaving' || slept) return
        slept = true
        await sending.clock.advance(25 * HOUR)
        await sweep(sending)
      }
      const sending = await open({ readers: 3, reach: sleepOnce })
      const send = await sending.prepared()
      await deliverInTime(sending)
      await sweep(sending)
      expect(await summary(sending, send)).toEqual({ state: 'sent', accepted: 2, uncertain: 1 })
      expect(sending.provider.calls).toHaveLength(2)
    })

    test('stops within a batch when its send is paused, and goes on where it was', async () => {
      let answered = 0
      const pauseAtThird = async (at: DeliverStep) => {
        if (at === 'answered' && ++answered === 3) await sending.store.sends.pause(send, 'operator', 'test')
      }
      const sending = await open({ readers: 10, reach: pauseAtThird })
      const send = await sending.prepared()
      await deliverInTime(sending)
      expect(sending.provider.calls).toHaveLength(3)
      await sending.store.sends.resume(send, 'test')
      await deliverInTime(sending)
      await sweep(sending)
      expect(await summary(sending, send)).toEqual({ state: 'sent', accepted: 10 })
    })

    test('skips the rest of a batch when its send is cancelled', async () => {
      const cancelAtFirst = async (at: DeliverStep) => {
        if (at === 'answered') await sending.store.sends.cancel(send, 'test')
      }
      const sending = await open({ readers: 10, reach: cancelAtFirst })
      const send = await sending.prepared()
      await deliverInTime(sending)
      await sweep(sending)
      expect(await summary(sending, send)).toEqual({ state: 'cancelled', accepted: 1, skipped: 9 })
      expect(await reasons(sending, send)).toEqual({ cancelled: 9 })
    })

    test('lets single mail go first, in the middle of a batch', async () => {
      let answered = 0
      const writeSingle = async (at: DeliverStep) => {
        if (at !== 'answered' || ++answered !== 2) return
        const editionHash = (await sending.store.sends.get(send))?.editions[0]?.editionHash ?? ''
        const address = 'new@example.com'
        const newsletterId = sending.newsletter.id
        await sending.store.deliveries.addSingle({
          ...{ newsletterId, subscriberId: null, address, editionHash },
          slotValues: {},
        })
      }
      const sending = await open({ readers: 10, reach: writeSingle })
      const send = await sending.prepared()
      await deliverInTime(sending)
      expect(sending.provider.mails.map(({ to }) => to).indexOf('new@example.com')).toBe(2)
      expect(sending.provider.calls).toHaveLength(11)
    })

    test('is refused a message for good, and the others go out', async () => {
      const sending = await open({ readers: 3 })
      const send = await sending.prepared()
      sending.provider.script.push(one({ kind: 'refused', reason: '550 5.1.1' }))
      await deliverInTime(sending)
      await sweep(sending)
      expect(await summary(sending, send)).toEqual({ state: 'sent', accepted: 2, refused: 1 })
      expect(await reasons(sending, send)).toEqual({ '550 5.1.1': 1 })
    })

    const whole: readonly CallAnswer[] = [
      { kind: 'slow_down', retryAfterMs: 30_000 },
      { kind: 'quota', retryAfterMs: 30_000, detail: 'daily' },
      { kind: 'unreachable', detail: 'ECONNREFUSED' },
    ]
    test.each(whole)('that takes nothing ($kind) is asked again later, without an attempt lost', async (answer) => {
      const sending = await open({ readers: 5 })
      const send = await sending.prepared()
      sending.provider.script.push('accept', answer)
      await deliverInTime(sending)
      await sending.clock.advance(HOUR)
      await deliverInTime(sending)
      await sweep(sending)
      expect(await summary(sending, send)).toEqual({ state: 'sent', accepted: 5 })
      expect(sending.provider.calls).toHaveLength(6)
      expect([...sending.provider.accepted.values()]).toEqual(Array(5).fill(1))
    })

    test('whose account is turned away waits for the operator', async () => {
      const sending = await open({ readers: 5 })
      await sending.prepared()
      sending.provider.script.push({ kind: 'unauthorised', detail: '535 5.7.8' })
      await deliverInTime(sending)
      await sending.clock.advance(100 * HOUR)
      await deliverInTime(sending)
      expect(sending.provider.calls).toHaveLength(1)
      await sending.store.pace.unblock(sending.provider.account)
      await deliverInTime(sending)
      expect(sending.provider.accepted.size).toBe(5)
    })

    test('pauses the send when many answers are lost, instead of losing them all', async () => {
      const sending = await open({ readers: 40 })
      const send = await sending.prepared()
      sending.provider.script.push(...Array<'lost_after'>(40).fill('lost_after'))
      for (let minute = 0; minute < 60; minute++) {
        await deliverInTime(sending)
        await sending.clock.advance(MINUTE + 1_000)
      }
      expect(await sending.store.sends.get(send)).toMatchObject({ state: 'paused', pauseReason: 'failure_rate' })
      expect(sending.provider.calls).toHaveLength(20)
    })
  })

  describe('a deferred message', () => {
    const deferred = one({ kind: 'deferred', reason: '451 4.7.1', retryAfterMs: 5 * MINUTE })

    test('waits longer each time, while the others go out', async () => {
      const sending = await open({ readers: 3 })
      const send = await sending.prepared()
      sending.provider.script.push(deferred, 'accept', 'accept', deferred)
      await deliverInTime(sending)
      expect(sending.provider.accepted.size).toBe(2)
      await sending.clock.advance(4 * MINUTE)
      await deliverInTime(sending)
      expect(sending.provider.calls).toHaveLength(3)
      await sending.clock.advance(2 * MINUTE)
      await deliverInTime(sending)
      expect(sending.provider.calls).toHaveLength(4)
      await sending.clock.advance(9 * MINUTE)
      await deliverInTime(sending)
      expect(sending.provider.calls).toHaveLength(4)
      await sending.clock.advance(2 * MINUTE)
      await deliverInTime(sending)
      await sweep(sending)
      expect(await summary(sending, send)).toEqual({ state: 'sent', accepted: 3 })
    })

    test('is refused in the end, with what was said', async () => {
      const sending = await open({ readers: 1 })
      const send = await sending.prepared()
      sending.provider.script.push(...Array<CallAnswer>(12).fill(deferred))
      for (let attempt = 0; attempt < 12; attempt++) {
        await deliverInTime(sending)
        await sending.clock.advance(4 * HOUR + 1_000)
      }
      await sweep(sending)
      expect(await summary(sending, send)).toEqual({ state: 'sent', refused: 1 })
      expect(await reasons(sending, send)).toEqual({ 'deferred too often: 451 4.7.1': 1 })
      expect(sending.provider.calls).toHaveLength(12)
    })
  })

  describe('a receiving domain that asks for less', () => {
    const slower = one({ kind: 'deferred', reason: '421 4.7.28', retryAfterMs: 10 * MINUTE, domainWide: true })

    test('gets nothing for that time, then one message, then the others', async () => {
      const sending = await open({ readers: 5 })
      const send = await sending.prepared()
      sending.provider.script.push(slower)
      await deliverInTime(sending)
      expect(sending.provider.calls).toHaveLength(1)
      await sending.clock.advance(9 * MINUTE)
      await deliverInTime(sending)
      expect(sending.provider.calls).toHaveLength(1)
      sending.provider.script.push(slower)
      await sending.clock.advance(2 * MINUTE)
      await deliverInTime(sending)
      expect(sending.provider.calls).toHaveLength(2)
      await sending.clock.advance(19 * MINUTE)
      await deliverInTime(sending)
      expect(sending.provider.calls).toHaveLength(2)
      await sending.clock.advance(2 * MINUTE)
      await deliverInTime(sending)
      await sweep(sending)
      expect(await summary(sending, send)).toEqual({ state: 'sent', accepted: 5 })
      expect(await sending.store.pace.enterDomains(sending.provider.account, ['example.com'])).toEqual([])
    })

    test('lets one worker try after its time, and the others wait for what comes of it', async () => {
      const sending = await open({ readers: 1 })
      const { pace } = sending.store
      await pace.deferDomain('scripted', 'example.com', 10 * MINUTE)
      await sending.clock.advance(11 * MINUTE)
      expect(await pace.enterDomains('scripted', ['example.com', 'example.org'])).toEqual([
        { domain: 'example.com', waitMs: null },
      ])
      const [second] = await pace.enterDomains('scripted', ['example.com'])
      expect(Math.round((second?.waitMs ?? 0) / MINUTE)).toBe(1)
    })
  })
})

function one(message: MessageAnswer): CallAnswer {
  return { kind: 'answered', messages: [message] }
}

/** The state, and the counts that are not 0. */
async function summary(sending: Sending, send: SendId) {
  const { recipients, ...counts } = await sending.store.sends.progress(send)
  const sum = Object.values(counts).reduce((total, count) => total + count, 0)
  expect(sum).toBe(recipients)
  const some = Object.entries(counts).filter(([, count]) => count > 0)
  return { state: (await sending.store.sends.get(send))?.state, ...Object.fromEntries(some) }
}

async function reasons(sending: Sending, sendId: SendId): Promise<Record<string, number>> {
  const { rows } = await sending.store.deliveries.list({ limit: 100, sendId })
  const counts: Record<string, number> = {}
  for (const { reason } of rows) if (reason) counts[reason] = (counts[reason] ?? 0) + 1
  return counts
}
