import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SendId } from '../../src/id.ts'
import type { CallAnswer } from '../../src/provider/provider.ts'
import { LEASE_MS, MAX_DOUBT_MS } from '../../src/send/call.ts'
import { deliverDue } from '../../src/send/deliver.ts'
import { batchSizes, prepareSend } from '../../src/send/prepare.ts'
import { sweep } from '../../src/send/sweep.ts'
import type { Slot } from '../../src/store/store.ts'
import type { TestDatabase } from '../support/database.ts'
import { addReaders, deliverInTime, openSending, type Sending, sampleEdition } from '../support/sending.ts'
import { forEachDatabase } from '../support/tiers.ts'

const HOUR = 3_600_000

forEachDatabase((tier) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await tier.createDatabase()
  })
  afterAll(() => database.drop())
  const open = async (options?: Parameters<typeof openSending>[1]) => {
    await database.empty()
    return openSending(database, options)
  }

  describe('a send', () => {
    test('reaches every reader once, and its sums add up', async () => {
      const sending = await open({ readers: 25 })
      const send = await sending.prepared()
      await deliverInTime(sending)
      await sweep(sending)
      expect(await summary(sending, send)).toEqual({ state: 'sent', recipients: 25, accepted: 25, open: 0 })
      expect([...sending.provider.accepted.values()]).toEqual(Array(25).fill(1))
      expect(sending.provider.calls).toHaveLength(3)
    })

    test('to nobody is sent at once, with nobody', async () => {
      const sending = await open({ readers: 0 })
      const send = await sending.prepared()
      expect(await summary(sending, send)).toEqual({ state: 'sent', recipients: 0, open: 0 })
    })

    test('found within its grace goes out, found later is missed', async () => {
      const sending = await open()
      const kept = await sending.schedule()
      await sending.clock.advance(6 * HOUR - 1_000)
      await prepareSend(sending, kept)
      expect((await sending.store.sends.get(kept))?.state).toBe('sending')
      const late = await open()
      const missed = await late.schedule()
      await late.clock.advance(6 * HOUR + 1_000)
      await prepareSend(late, missed)
      expect((await late.store.sends.get(missed))?.state).toBe('missed')
    })

    test('is not prepared before it is due', async () => {
      const sending = await open()
      const send = await sending.schedule({ at: new Date(sending.clock.now().getTime() + HOUR) })
      await prepareSend(sending, send)
      expect((await sending.store.sends.get(send))?.state).toBe('scheduled')
      await sending.clock.advance(HOUR + 1_000)
      await prepareSend(sending, send)
      expect((await sending.store.sends.get(send))?.state).toBe('sending')
    })

    test('freezes its audience: a reader who comes later is not in it', async () => {
      const sending = await open({ readers: 5 })
      const send = await sending.prepared()
      await addReaders(sending.store, sending.newsletter, 5, 100)
      await deliverInTime(sending)
      await sweep(sending)
      expect(await summary(sending, send)).toEqual({ state: 'sent', recipients: 5, accepted: 5, open: 0 })
    })

    test('is prepared by one process when several are called to it', async () => {
      const sending = await open({ readers: 25 })
      const send = await sending.schedule()
      await Promise.all([1, 2, 3, 4].map(() => prepareSend(sending, send)))
      await deliverInTime(sending)
      expect([...sending.provider.accepted.values()]).toEqual(Array(25).fill(1))
    })

    test('has no more readers in a batch than fit into a body when all are shown the longest there is', async () => {
      const sending = await open({ readers: 1 })
      const blocks = ['free', 'paid'].map((is) => {
        return { attribute: 'plan', is, shown: ['x'.repeat(500_000)], otherwise: [] }
      })
      const edition = { ...sampleEdition(), html: ['<p>Hello</p>', ...blocks] }
      const sizes = await batchSizes({ ...sending, readEdition: async () => edition }, await sending.schedule())
      expect(sizes).toEqual({ main: 7 })
    })

    test('once more, leaves out whoever may have it', async () => {
      const sending = await open({ readers: 10 })
      await sending.prepared()
      await deliverInTime(sending)
      await sweep(sending)
      await addReaders(sending.store, sending.newsletter, 3, 100)
      const again = await sending.schedule({ again: true })
      await prepareSend(sending, again)
      await deliverInTime(sending)
      await sweep(sending)
      expect(await summary(sending, again)).toEqual({
        state: 'sent',
        recipients: 13,
        accepted: 3,
        skipped: 10,
        open: 0,
      })
    })

    test('of an issue that has one is refused, until that is cancelled', async () => {
      const sending = await open()
      const first = await sending.schedule()
      await expect(sending.schedule()).rejects.toThrow('exists')
      await expect(sending.schedule({ again: true })).rejects.toThrow('exists')
      await sending.store.sends.cancel(first, 'test')
      await expect(sending.schedule()).resolves.toBeDefined()
    })
  })

  describe('a send once more', () => {
    test('leaves out whoever is in the hands of the provider because of a cancelled one', async () => {
      const sending = await open({ readers: 5 })
      const first = await sending.prepared()
      await claim(sending)
      await sending.store.sends.cancel(first, 'test')
      await sweep(sending)
      const again = await sending.schedule({ again: true })
      await prepareSend(sending, again)
      await deliverInTime(sending)
      expect(sending.provider.calls).toEqual([])
    })
  })

  describe('a reader', () => {
    test('who leaves before their batch is frozen is not written to', async () => {
      const sending = await open({ readers: 5 })
      const send = await sending.prepared()
      const reader = await sending.store.subscribers.findByAddress('reader3@example.com')
      if (!reader) throw new Error('no reader')
      await sending.store.subscribers.unsubscribe(sending.newsletter.id, reader.id, { source: 'test' })
      await deliverInTime(sending)
      await sweep(sending)
      expect(await summary(sending, send)).toEqual({ state: 'sent', recipients: 5, accepted: 4, skipped: 1, open: 0 })
      expect(sending.provider.mails.map((mail) => mail.to)).not.toContain('reader3@example.com')
      expect(await reasons(sending, send)).toEqual({ unsubscribed: 1 })
    })

    test('who is suppressed is skipped, and a batch of nobody is settled without a call', async () => {
      const sending = await open({ readers: 1 })
      const send = await sending.prepared()
      const suppression = {
        addressKey: 'reader0@example.com',
        newsletterId: null,
        reason: 'manual',
        source: 'test',
      } as const
      await sending.store.suppressions.add(suppression)
      await deliverInTime(sending)
      await sweep(sending)
      expect(await summary(sending, send)).toEqual({ state: 'sent', recipients: 1, skipped: 1, open: 0 })
      expect(sending.provider.calls).toEqual([])
    })

    test('who leaves after their batch was frozen stays in it: the bytes may be out already', async () => {
      const sending = await open({ readers: 2 })
      await sending.prepared()
      sending.provider.script.push('lost_after')
      await deliverInTime(sending)
      const reader = await sending.store.subscribers.findByAddress('reader1@example.com')
      if (!reader) throw new Error('no reader')
      await sending.store.subscribers.unsubscribe(sending.newsletter.id, reader.id, { source: 'test' })
      await sending.clock.advance(HOUR)
      await deliverInTime(sending)
      const [first, second] = sending.provider.calls
      expect(second).toEqual(first)
      expect([...sending.provider.accepted.values()]).toEqual([1, 1])
    })
  })

  describe('an answer', () => {
    test('that is lost after accepting is asked for again with the same key and bytes', async () => {
      const sending = await open({ readers: 5 })
      const send = await sending.prepared()
      sending.provider.script.push('lost_after')
      await deliverInTime(sending)
      expect(await summary(sending, send)).toEqual({ state: 'sending', recipients: 5, open: 5 })
      await sending.clock.advance(HOUR)
      await deliverInTime(sending)
      await sweep(sending)
      expect(await summary(sending, send)).toEqual({ state: 'sent', recipients: 5, accepted: 5, open: 0 })
      expect(new Set(sending.provider.calls.map((call) => call.key)).size).toBe(1)
      expect([...sending.provider.accepted.values()]).toEqual(Array(5).fill(1))
    })

    const provingNothing: readonly CallAnswer[] = [
      { kind: 'slow_down', retryAfterMs: 2_000 },
      { kind: 'quota', retryAfterMs: 60_000, detail: 'daily' },
      { kind: 'unreachable', detail: 'ECONNREFUSED' },
    ]
    test.each(provingNothing)(
      'that proves nothing was accepted ($kind) frees the batch under a new key',
      async (answer) => {
        const sending = await open({ readers: 5 })
        const send = await sending.prepared()
        sending.provider.script.push(answer)
        await deliverInTime(sending)
        await sending.clock.advance(HOUR)
        await deliverInTime(sending)
        await sweep(sending)
        expect(await summary(sending, send)).toEqual({ state: 'sent', recipients: 5, accepted: 5, open: 0 })
        expect(sending.provider.calls.map((call) => call.key.split('/')[1])).toEqual(['1', '2'])
      },
    )

    test('that proves nothing was accepted does not free a batch that was in doubt before', async () => {
      const sending = await open({ readers: 5 })
      await sending.prepared()
      sending.provider.script.push('lost_after', { kind: 'slow_down', retryAfterMs: 1_000 })
      await deliverInTime(sending)
      await sending.clock.advance(HOUR)
      await deliverInTime(sending)
      await sending.clock.advance(HOUR)
      await deliverInTime(sending)
      expect(new Set(sending.provider.calls.map((call) => call.key)).size).toBe(1)
      expect([...sending.provider.accepted.values()]).toEqual(Array(5).fill(1))
    })

    test('about the key stops everything until the operator unblocks the provider', async () => {
      const sending = await open({ readers: 25 })
      const send = await sending.prepared()
      sending.provider.script.push({ kind: 'unauthorised', detail: 'invalid_api_key' })
      await deliverInTime(sending)
      await sending.clock.advance(1_000 * HOUR)
      await deliverInTime(sending)
      expect(sending.provider.calls).toHaveLength(1)
      expect(await sending.store.pace.get('scripted')).toMatchObject({ blockedReason: 'auth', blockedUntil: null })
      await sending.store.pace.unblock('scripted')
      await deliverInTime(sending)
      expect(await summary(sending, send)).toMatchObject({ accepted: 25 })
    })

    test('that a key is known with other bytes holds the batch for the operator', async () => {
      const sending = await open({ readers: 5 })
      const send = await sending.prepared()
      sending.provider.script.push({ kind: 'key_mismatch', detail: 'invalid_idempotent_request' })
      await deliverInTime(sending)
      await sweep(sending)
      expect(await summary(sending, send)).toEqual({ state: 'sent', recipients: 5, uncertain: 5, open: 0 })
      expect(await reasons(sending, send)).toEqual({ key_mismatch: 5 })
    })

    test('that refuses a batch for one bad message leaves out that message only', async () => {
      const sending = await open({ readers: 10 })
      const send = await sending.prepared()
      sending.provider.badAddress = 'reader4@example.com'
      await deliverInTime(sending)
      await sweep(sending)
      expect(await summary(sending, send)).toEqual({ state: 'sent', recipients: 10, accepted: 9, refused: 1, open: 0 })
      expect([...sending.provider.accepted.values()]).toEqual(Array(9).fill(1))
    })

    test('that refuses both halves of a batch alike pauses the send', async () => {
      const sending = await open({ readers: 10 })
      const send = await sending.prepared()
      const invalid = { kind: 'invalid', detail: 'from' } as const
      sending.provider.script.push(invalid, invalid, invalid)
      await deliverInTime(sending)
      expect(await sending.store.sends.get(send)).toMatchObject({ state: 'paused', pauseReason: 'refused_whole' })
    })

    test('of single messages is recorded message by message', async () => {
      const sending = await open({ readers: 3 })
      const send = await sending.prepared()
      sending.provider.script.push({
        kind: 'answered',
        messages: [
          { kind: 'accepted', providerMessageId: 'a' },
          { kind: 'refused', reason: 'no such mailbox' },
          { kind: 'deferred', reason: 'busy', retryAfterMs: 5_000 },
        ],
      })
      await deliverInTime(sending)
      expect(await summary(sending, send)).toEqual({
        state: 'sending',
        recipients: 3,
        accepted: 1,
        refused: 1,
        open: 1,
      })
      await sending.clock.advance(6_000)
      await deliverInTime(sending)
      await sweep(sending)
      expect(await summary(sending, send)).toEqual({ state: 'sent', recipients: 3, accepted: 2, refused: 1, open: 0 })
      expect(sending.provider.accepted.size).toBe(1)
    })
  })

  describe('a worker', () => {
    test('that dies at any step loses nobody and writes to nobody twice', async () => {
      for (const step of ['slot_taken', 'frozen', 'leaving', 'answered', 'recorded'] as const) {
        let broken = false
        const sending = await open({
          readers: 25,
          reach: (reached) => {
            if (broken || reached !== step) return
            broken = true
            throw new Error(`died at ${step}`)
          },
        })
        const send = await sending.prepared()
        await expect(deliverInTime(sending)).rejects.toThrow(`died at ${step}`)
        await deliverInTime(sending)
        await sending.clock.advance(LEASE_MS + 1_000)
        await sweep(sending)
        await deliverInTime(sending)
        await sweep(sending)
        expect(await summary(sending, send), step).toEqual({ state: 'sent', recipients: 25, accepted: 25, open: 0 })
        expect([...sending.provider.accepted.values()], step).toEqual(Array(25).fill(1))
      }
    })

    test('that sleeps for a day between its last look and the first byte submits nothing', async () => {
      let slept = false
      const sleepOnce = async (step: string) => {
        if (step !== 'leaving' || slept) return
        slept = true
        await sending.clock.advance(25 * HOUR)
      }
      const sending = await open({ readers: 5, reach: sleepOnce })
      const send = await sending.prepared()
      await deliverInTime(sending)
      await sweep(sending)
      expect(sending.provider.calls).toEqual([])
      expect(await summary(sending, send)).toEqual({ state: 'sent', recipients: 5, uncertain: 5, open: 0 })
    })

    test('that wakes up after its lease decides nothing, but what it learned counts', async () => {
      const sending = await open({ readers: 3 })
      const send = await sending.prepared()
      const stale = await claim(sending)
      await sending.clock.advance(LEASE_MS + 1_000)
      await sweep(sending)
      await deliverInTime({ ...sending, worker: 'w2' })
      const { batches } = sending.store
      expect(await batches.renew(stale, { leaseMs: LEASE_MS, maxDoubtMs: MAX_DOUBT_MS })).toBe(false)
      expect(await batches.giveBack(stale, { nothingAccepted: true, afterMs: 0, setback: true })).toBe(false)
      expect(await batches.hold(stale, 'key_mismatch')).toBe(false)
      expect(await batches.split(stale)).toBe('lost_fence')
      const [first] = stale.frozen.batch.recipients
      if (!first) throw new Error('nobody')
      const { deliveryId, address } = first
      await batches.record(stale.id, [{ kind: 'accepted', deliveryId, address, providerMessageId: 'late' }])
      await batches.record(stale.id, [{ kind: 'refused', deliveryId, address, reason: 'late' }])
      expect(await summary(sending, send)).toMatchObject({ accepted: 3 })
    })

    test('that comes across a batch of other assembling code holds it', async () => {
      const sending = await open({ readers: 3 })
      const send = await sending.prepared()
      sending.provider.script.push('lost_after')
      await deliverInTime(sending)
      await sending.clock.advance(HOUR)
      sending.provider.wire = 'scripted-2'
      await deliverInTime(sending)
      expect(sending.provider.calls).toHaveLength(1)
      expect(await reasons(sending, send)).toEqual({ bytes_changed: 3 })
    })

    test('asks about a doubt for 23 hours, then holds it', async () => {
      const sending = await open({ readers: 3 })
      const send = await sending.prepared()
      sending.provider.script.push('lost_after')
      await deliverInTime(sending)
      await sending.clock.advance(MAX_DOUBT_MS + 1_000)
      await deliverInTime(sending)
      expect(sending.provider.calls).toHaveLength(1)
      await sweep(sending)
      await sending.clock.advance(LEASE_MS + 1_000)
      await sweep(sending)
      await sweep(sending)
      expect(await reasons(sending, send)).toEqual({ too_old: 3 })
      expect((await sending.store.sends.get(send))?.state).toBe('sent')
    })

    test('gives up a call that outlasts its deadline, and asks again with the same bytes', async () => {
      const sending = await open({ readers: 3 })
      const send = await sending.prepared()
      sending.provider.script.push('hang')
      const working = deliverDue(sending, sending.never)
      await until(() => sending.provider.calls.length === 1 && sending.clock.sleeping === 2)
      await sending.clock.advance(60_000)
      await working
      await sending.clock.advance(HOUR)
      await deliverInTime(sending)
      await sweep(sending)
      expect(await summary(sending, send)).toEqual({ state: 'sent', recipients: 3, accepted: 3, open: 0 })
      expect(new Set(sending.provider.calls.map((call) => call.key)).size).toBe(1)
    })

    test('claims single mail before bulk', async () => {
      const sending = await open({ readers: 25 })
      const send = await sending.prepared()
      const editionHash = (await sending.store.sends.get(send))?.editions[0]?.editionHash ?? ''
      await sending.store.deliveries.addSingle({
        newsletterId: sending.newsletter.id,
        subscriberId: null,
        address: 'new@example.com',
        editionHash,
        slotValues: {},
      })
      await deliverInTime(sending)
      expect(sending.provider.mails[0]?.to).toBe('new@example.com')
      expect(sending.provider.mails).toHaveLength(26)
    })
  })

  describe('the operator', () => {
    test('pauses and resumes a send without losing anybody', async () => {
      const sending = await open({ readers: 25 })
      const send = await sending.prepared()
      expect(await sending.store.sends.pause(send, 'operator', 'test')).toBe(true)
      expect(await sending.store.sends.pause(send, 'operator', 'test')).toBe(false)
      await deliverInTime(sending)
      expect(sending.provider.calls).toEqual([])
      expect(await sending.store.sends.resume(send, 'test')).toBe(true)
      await deliverInTime(sending)
      await sweep(sending)
      expect(await summary(sending, send)).toMatchObject({ state: 'sent', accepted: 25 })
    })

    test('pauses a send whose doubts go on being resolved', async () => {
      const sending = await open({ readers: 12 })
      const send = await sending.prepared()
      sending.provider.script.push('lost_after', { kind: 'quota', retryAfterMs: 60_000, detail: 'daily' })
      await deliverInTime(sending)
      await sending.store.sends.pause(send, 'operator', 'test')
      await sending.clock.advance(HOUR)
      await deliverInTime(sending)
      expect(await summary(sending, send)).toEqual({ state: 'paused', recipients: 12, accepted: 10, open: 2 })
    })

    test('cancels a send: the unclaimed are skipped, the doubtful uncertain', async () => {
      const sending = await open({ readers: 25 })
      const send = await sending.prepared()
      sending.provider.script.push('lost_after', { kind: 'unauthorised', detail: 'key' })
      await deliverInTime(sending)
      expect(await sending.store.sends.cancel(send, 'test')).toBe(true)
      await sweep(sending)
      expect(await summary(sending, send)).toEqual({
        state: 'cancelled',
        recipients: 25,
        uncertain: 10,
        skipped: 15,
        open: 0,
      })
      await sending.store.pace.unblock('scripted')
      await sending.clock.advance(HOUR)
      await deliverInTime(sending)
      expect(sending.provider.accepted.size).toBe(10)
    })

    test('cancels while the audience is being frozen, and nothing of it stays', async () => {
      const sending = await open({ readers: 25 })
      const send = await sending.schedule()
      expect(await sending.store.sends.begin(send)).toBe('preparing')
      await sending.store.sends.cancel(send, 'test')
      expect(await sending.store.sends.prepare(send, { main: 10 })).toEqual({ kind: 'not_ours' })
      expect(await summary(sending, send)).toEqual({ state: 'cancelled', recipients: 0, open: 0 })
    })
  })

  describe('the pace', () => {
    // A slot every hundred seconds or so, for what running these takes is seconds at most.
    const SLOW = { account: 'slow', name: 'resend', requestsPerSecond: 0.01 }
    const seconds = (slot: Slot) => ({ [slot.kind]: 'waitMs' in slot ? Math.round(slot.waitMs / 10_000) * 10 : null })

    test('hands out one slot an interval, to however many ask, and none that is far off', async () => {
      const sending = await open()
      const { pace } = sending.store
      await pace.ensure(SLOW)
      const slots = await Promise.all(Array.from({ length: 5 }, () => pace.takeSlot('slow')))
      slots.sort((one, other) => other.kind.localeCompare(one.kind))
      expect(slots.map(seconds)).toEqual([{ slot: 0 }, ...Array.from({ length: 4 }, () => ({ later: 100 }))])
      await sending.clock.advance(101_500)
      expect([await pace.takeSlot('slow'), await pace.takeSlot('slow')].map(seconds)).toEqual([
        { slot: 0 },
        { later: 100 },
      ])
    })

    test('puts off what nobody has yet by as much as a call is late, once for all that are late together', async () => {
      const sending = await open()
      const { pace } = sending.store
      await pace.ensure(SLOW)
      await pace.takeSlot('slow')
      await pace.postpone('slow', 50_000, 0)
      await pace.postpone('slow', 80_000, 0)
      await pace.postpone('slow', 20_000, 0)
      expect(seconds(await pace.takeSlot('slow'))).toEqual({ later: 180 })
      await sending.clock.advance(181_500)
      const second = await pace.takeSlot('slow')
      expect(second).toMatchObject({ kind: 'slot', postponedMs: 80_000 })
      await pace.postpone('slow', 30_000, 80_000)
      expect(seconds(await pace.takeSlot('slow'))).toEqual({ later: 130 })
    })

    test('probes a provider that is down once a minute', async () => {
      const sending = await open()
      const { pace } = sending.store
      await pace.block('scripted', 'down', 5_000, 'ECONNREFUSED')
      expect(await pace.takeSlot('scripted')).toEqual({ kind: 'blocked', reason: 'down' })
      await sending.clock.advance(5_100)
      expect((await pace.takeSlot('scripted')).kind).toBe('slot')
      expect((await pace.takeSlot('scripted')).kind).toBe('blocked')
      await sending.clock.advance(60_100)
      expect((await pace.takeSlot('scripted')).kind).toBe('slot')
    })

    test('gives the probe of whoever finds nothing to send to the next', async () => {
      const sending = await open({ readers: 25 })
      const { pace } = sending.store
      await pace.block('scripted', 'down', 5_000, 'ECONNREFUSED')
      await sending.clock.advance(5_100)
      expect(await deliverDue(sending, sending.never)).toBe(0)
      const send = await sending.prepared()
      await deliverInTime(sending)
      expect(await sending.store.sends.progress(send)).toMatchObject({ accepted: 25, open: 0 })
      expect(await pace.get('scripted')).toMatchObject({ blockedReason: null })
    })

    test('probes once a minute also when the probes fail', async () => {
      const sending = await open({ readers: 25 })
      await sending.prepared()
      const unreachable = { kind: 'unreachable', detail: 'ECONNREFUSED' } as const
      sending.provider.script.push(...Array.from({ length: 100 }, () => unreachable))
      for (let seconds = 0; seconds < 300; seconds += 3) {
        await deliverInTime(sending)
        await sending.clock.advance(3_000)
      }
      expect(sending.provider.calls.length).toBeLessThanOrEqual(7)
    })

    test('is not set going by a call that fails after the operator’s business came up', async () => {
      const sending = await open()
      const { pace } = sending.store
      await pace.block('scripted', 'auth', undefined, 'invalid_api_key')
      await pace.block('scripted', 'down', 5_000, 'ECONNRESET')
      await sending.clock.advance(HOUR)
      expect(await pace.takeSlot('scripted')).toEqual({ kind: 'blocked', reason: 'auth' })
    })

    test('goes on by itself when a quota resets', async () => {
      const sending = await open()
      const { pace } = sending.store
      await pace.block('scripted', 'quota', 60_000, 'daily')
      expect((await pace.takeSlot('scripted')).kind).toBe('blocked')
      await sending.clock.advance(60_100)
      expect((await pace.takeSlot('scripted')).kind).toBe('slot')
      expect(await pace.get('scripted')).toMatchObject({ blockedReason: null })
    })
  })
})

async function claim(sending: Sending) {
  const { freezeBatch } = await import('../../src/send/freeze.ts')
  const claimed = await sending.store.batches.claim(
    { account: 'scripted', oneByOne: false, worker: 'stale', leaseMs: LEASE_MS },
    async (editionHash) => {
      const edition = await sending.readEdition(editionHash)
      return (fresh) => freezeBatch(fresh, { ...sending, edition }).frozen
    },
  )
  if (claimed.kind !== 'claimed') throw new Error(`not claimed: ${claimed.kind}`)
  return claimed.batch
}

/** State and progress, without the counts that are 0. */
async function summary(sending: Sending, id: SendId) {
  const { state } = (await sending.store.sends.get(id)) ?? {}
  const { recipients, open, ...counts } = await sending.store.sends.progress(id)
  const some = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
  return { state, recipients, ...some, open }
}

async function reasons(sending: Sending, sendId: SendId): Promise<Record<string, number>> {
  const { rows } = await sending.store.deliveries.list({ sendId, limit: 100 })
  const counts: Record<string, number> = {}
  for (const { reason } of rows) if (reason) counts[reason] = (counts[reason] ?? 0) + 1
  return counts
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}
