import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { prepareSend } from '../../src/send/prepare.ts'
import { pauseSend, resumeSend } from '../../src/send/steer.ts'
import { sweep } from '../../src/send/sweep.ts'
import { markUncertain } from '../../src/send/uncertain.ts'
import type { TestDatabase } from '../support/database.ts'
import { addReaders, openSending } from '../support/sending.ts'
import { forEachDatabase } from '../support/tiers.ts'
import {
  ACTOR,
  accepted,
  expectSumsRight,
  finish,
  idsOf,
  refused,
  resendAll,
  resendDoubtful,
  sendAnswered,
  uncertain,
} from './operator-support.ts'

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

  describe('resending to those who are missing', () => {
    test('writes once more to whom the provider refused, in new batches with keys of their own', async () => {
      const sending = await open(25)
      const send = await sendAnswered(sending, [refused, uncertain, ...Array(8).fill(refused)])
      expect(await sending.store.sends.progress(send)).toMatchObject({ refused: 9, uncertain: 1, accepted: 15 })
      const { provider } = sending
      provider.accepted.clear()
      const resent = await resendAll(sending, send)
      expect(resent).toEqual({ deliveries: 9, batches: 1, received: 0, underWay: 0, state: 'sending' })
      expect(await sending.store.sends.get(send)).toMatchObject({ state: 'sending', finishedAt: null, recipients: 25 })
      expect(await sending.store.sends.progress(send)).toMatchObject({ accepted: 15, open: 9, refused: 0 })
      await finish(sending)
      expect([...provider.accepted.values()]).toEqual(Array(9).fill(1))
      expect(new Set(provider.calls.map(({ key }) => key)).size).toBe(4)
      expect(await sending.store.sends.progress(send)).toEqual({
        recipients: 25,
        accepted: 24,
        refused: 0,
        uncertain: 1,
        skipped: 0,
        open: 0,
      })
      expect((await sending.store.sends.get(send))?.state).toBe('sent')
      await expectSumsRight(database)
    })

    test('cuts batches as a preparation does, numbered behind those there are', async () => {
      const sending = await open(25)
      const send = await sending.prepared()
      const none = { kind: 'answered', messages: Array(10).fill(refused) } as const
      sending.provider.script.push(none, none, none)
      await finish(sending)
      await sending.store.sends.resume(send, ACTOR)
      await finish(sending)
      expect(await resendAll(sending, send)).toMatchObject({ deliveries: 25, batches: 3 })
      const { rows } = await database.pool.query('select number, recipients, state from batch order by number')
      expect(rows.slice(3)).toEqual([
        { number: 4, recipients: 10, state: 'pending' },
        { number: 5, recipients: 10, state: 'pending' },
        { number: 6, recipients: 5, state: 'pending' },
      ])
    })

    test('reaches whom a cancellation left out, and the send is sent in the end', async () => {
      const sending = await open(5)
      const send = await sending.prepared()
      await sending.store.sends.cancel(send, ACTOR)
      await expect(resendAll(sending, send)).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('not done yet'),
      })
      await sweep(sending)
      expect(await resendAll(sending, send, { reason: 'cancelled' })).toMatchObject({ deliveries: 5 })
      await finish(sending)
      expect(await sending.store.sends.get(send)).toMatchObject({ state: 'sent', recipients: 5 })
      expect(await sending.store.sends.progress(send)).toMatchObject({ accepted: 5, skipped: 0 })
      await expectSumsRight(database)
    })

    test('takes nobody who left, is suppressed, was erased or has the issue, now or before', async () => {
      const sending = await open(6)
      const { store, newsletter } = sending
      const left = await store.subscribers.findByAddress('reader0@example.com')
      if (!left) throw new Error('no reader')
      const prepared = await sending.prepared()
      await store.subscribers.unsubscribe(newsletter.id, left.id, { source: 'test' })
      sending.provider.script.push({ kind: 'answered', messages: Array(5).fill(refused) })
      await finish(sending)
      expect(await store.sends.progress(prepared)).toMatchObject({ refused: 5, skipped: 1 })
      await store.suppressions.add({
        addressKey: 'reader1@example.com',
        newsletterId: null,
        reason: 'manual',
        source: 'test',
      })
      await database.pool.query(`delete from subscriber where address = 'reader2@example.com'`)
      expect(await resendAll(sending, prepared, { dryRun: true })).toMatchObject({ deliveries: 4 })
      await resendAll(sending, prepared)
      await finish(sending)
      expect(await store.sends.progress(prepared)).toMatchObject({ accepted: 3, refused: 1, skipped: 2 })
      const { rows } = await database.pool.query(
        `select reason from delivery where outcome in ('skipped', 'refused') order by reason`,
      )
      expect(rows.map(({ reason }) => reason)).toEqual(['mailbox unavailable', 'suppressed', 'unsubscribed'])
      expect(await resendAll(sending, prepared)).toMatchObject({ deliveries: 0, batches: 0 })
      expect((await store.sends.get(prepared))?.state).toBe('sent')
      await expectSumsRight(database)
    })

    test('leaves out whoever has the issue, or may have it, from another send of it', async () => {
      const sending = await open(4)
      const first = await sendAnswered(sending, [refused, refused, refused, accepted])
      const again = await sending.schedule({ again: true })
      await prepareAnd(sending, again, [accepted, uncertain, refused])
      expect(await resendAll(sending, first)).toMatchObject({ deliveries: 1, received: 2 })
      await finish(sending)
      expect(await resendAll(sending, again)).toMatchObject({ deliveries: 0, received: 1 })
      await expectSumsRight(database)
    })

    test('waits for another send of the issue that is open, and says which', async () => {
      const sending = await open(3)
      const first = await sendAnswered(sending, [refused, accepted, accepted])
      const again = await sending.schedule({ again: true })
      await expect(resendAll(sending, first)).rejects.toMatchObject({
        code: 'conflict',
        message: `Send ${again} of the same issue is scheduled. Wait until it is sent, or cancel it.`,
      })
      expect((await sending.store.sends.get(first))?.state).toBe('sent')
    })

    test('is not for a cancelled send whose issue went out in another one since', async () => {
      const sending = await open(3)
      const first = await sending.prepared()
      await sending.store.sends.cancel(first, ACTOR)
      await sweep(sending)
      const second = await sending.prepared()
      await finish(sending)
      await expect(resendAll(sending, first)).rejects.toMatchObject({
        message: `Send ${second} of the same issue is sent. Ask for a send \`again\` instead.`,
      })
    })

    test('is refused while the send is sending, and adds to one that is paused', async () => {
      const sending = await open(25)
      const send = await sending.prepared()
      sending.provider.script.push({ kind: 'answered', messages: Array(10).fill(refused) })
      await expect(resendAll(sending, send)).rejects.toMatchObject({
        message: `Send ${send} is sending. Pause it first, or wait until it is sent.`,
      })
      sending.provider.script.push({ kind: 'quota', retryAfterMs: 1_000, detail: 'daily' })
      await finish(sending)
      await pauseSend(sending, send, ACTOR)
      expect(await resendAll(sending, send)).toEqual({
        deliveries: 10,
        batches: 1,
        received: 0,
        underWay: 0,
        state: 'paused',
      })
      expect(await sending.store.sends.progress(send)).toMatchObject({ open: 25, refused: 0 })
      await resumeSend(sending, send, ACTOR)
      await sending.clock.advance(2_000)
      await finish(sending)
      expect(await sending.store.sends.progress(send)).toMatchObject({ accepted: 25, open: 0 })
      await expectSumsRight(database)
    })

    test('of a send that has not begun, or was cancelled before it did, is refused', async () => {
      const sending = await open(3)
      const send = await sending.schedule()
      const message = (state: string) => `Send ${send} is ${state}. It has reached nobody yet.`
      await expect(resendAll(sending, send)).rejects.toMatchObject({ message: message('scheduled') })
      await sending.store.sends.cancel(send, ACTOR)
      await expect(resendAll(sending, send)).rejects.toMatchObject({ message: message('cancelled') })
    })

    test('tells how many there are, and changes nothing, when it is only asked', async () => {
      const sending = await open(3)
      const send = await sendAnswered(sending, [refused, accepted, uncertain])
      const before = await rowsOf()
      expect(await resendAll(sending, send, { dryRun: true })).toMatchObject({ deliveries: 1, batches: 1 })
      expect(await resendAll(sending, send, { dryRun: true, reason: 'another' })).toMatchObject({ deliveries: 0 })
      expect(await rowsOf()).toEqual(before)
    })

    test('puts what the log must say into one entry, without an address', async () => {
      const sending = await open(3)
      const send = await sendAnswered(sending, [refused, refused, accepted])
      await resendAll(sending, send)
      const { rows } = await sending.store.operator.log({ limit: 10, sendId: send })
      expect(rows).toEqual([
        {
          id: expect.any(Number),
          sendId: send,
          action: 'resend_missing',
          detail: { deliveries: 2, received: 0, batches: { from: 2, to: 2 } },
          actor: ACTOR,
          at: expect.any(Date),
        },
      ])
    })
  })

  describe('resending to those who are uncertain', () => {
    test('writes to those named, and to no other', async () => {
      const sending = await open(4)
      const send = await sendAnswered(sending, [uncertain, uncertain, refused, accepted])
      const [first, second] = await idsOf(sending, send, 'uncertain')
      if (!first || !second) throw new Error('not two')
      expect(await resendDoubtful(sending, send, [second])).toMatchObject({ deliveries: 1 })
      await finish(sending)
      expect([...sending.provider.accepted]).toEqual([[second, 1]])
      expect(await idsOf(sending, send, 'uncertain')).toEqual([first])
      const { rows } = await sending.store.operator.log({ limit: 1 })
      expect(rows).toMatchObject([{ action: 'resend_uncertain', detail: { deliveries: 1, ids: [second] } }])
      await expectSumsRight(database)
    })

    test('settles a held batch when none is left in it', async () => {
      const sending = await open(4)
      const send = await sending.prepared()
      sending.provider.script.push({ kind: 'key_mismatch', detail: 'other bytes' })
      await finish(sending)
      expect(await batches()).toEqual([{ number: 1, state: 'held', uncertain: 4 }])
      const [one, ...others] = await idsOf(sending, send, 'uncertain')
      if (!one) throw new Error('none')
      await resendDoubtful(sending, send, [one])
      await finish(sending)
      expect(await batches()).toMatchObject([{ state: 'held', uncertain: 3 }, { state: 'settled' }])
      await resendDoubtful(sending, send, others)
      expect(await batches()).toMatchObject([{ state: 'settled', uncertain: 0 }, {}, { state: 'pending' }])
      await finish(sending)
      expect(await sending.store.sends.progress(send)).toMatchObject({ accepted: 4, uncertain: 0 })
      await expectSumsRight(database)
    })
  })

  describe('a reader who was resent to while uncertain', () => {
    test('is uncertain again when the send is cancelled, or the provider refuses the second time', async () => {
      const sending = await open(12)
      const send = await sendAnswered(sending, [uncertain, uncertain, ...Array(8).fill(accepted)])
      await resendDoubtful(sending, send)
      await sending.store.sends.cancel(send, ACTOR)
      await sweep(sending)
      expect(await sending.store.sends.progress(send)).toMatchObject({ accepted: 10, uncertain: 2, skipped: 0 })
      expect(await resendAll(sending, send)).toMatchObject({ deliveries: 0 })
      await resendDoubtful(sending, send)
      sending.provider.script.push({ kind: 'answered', messages: [refused, accepted] })
      await finish(sending)
      const [doubtful] = (await sending.store.operator.missing({ of: send, limit: 9 })).rows
      expect(doubtful).toMatchObject({ outcome: 'uncertain', reason: 'mailbox unavailable' })
      expect(await resendAll(sending, send)).toMatchObject({ deliveries: 0 })
      const again = await sending.schedule({ again: true })
      await prepareSend(sending, again)
      expect(await sending.store.sends.progress(again)).toMatchObject({ skipped: 12 })
      await markUncertain(sending, send, { as: 'refused', chosen: 'all' }, ACTOR)
      await finish(sending)
      expect(await resendAll(sending, send)).toMatchObject({ deliveries: 1 })
      await expectSumsRight(database)
    })
  })

  describe('single mail', () => {
    test('that was refused, or is uncertain, goes out once more by itself', async () => {
      const sending = await open(0)
      await addReaders(sending.store, sending.newsletter, 1)
      const { store, provider, newsletter } = sending
      const editionHash = (await database.pool.query<{ hash: string }>('select hash from edition')).rows[0]?.hash ?? ''
      const mail = { newsletterId: newsletter.id, subscriberId: null, editionHash, slotValues: { first_name: 'Ada' } }
      const first = await store.deliveries.addSingle({ ...mail, address: 'ada@example.com' })
      const second = await store.deliveries.addSingle({ ...mail, address: 'bob@example.com' })
      provider.script.push({ kind: 'answered', messages: [refused] }, { kind: 'answered', messages: [uncertain] })
      await finish(sending)
      expect(await idsOf(sending, null, 'refused')).toEqual([first.deliveryId])
      expect(await idsOf(sending, null, 'uncertain')).toEqual([second.deliveryId])
      expect(await resendAll(sending, null)).toEqual({
        deliveries: 1,
        batches: 1,
        received: 0,
        underWay: 0,
        state: null,
      })
      await resendDoubtful(sending, null)
      await finish(sending)
      expect([...provider.accepted.values()]).toEqual([1, 1])
      expect(provider.mails.map(({ to }) => to).sort()).toEqual(['ada@example.com', 'bob@example.com'])
      expect(provider.mails[0]?.html).toContain('Hello Ada')
      expect(await idsOf(sending, null, 'refused')).toEqual([])
      await expectSumsRight(database)
    })
  })

  async function prepareAnd(
    sending: Awaited<ReturnType<typeof open>>,
    send: Awaited<ReturnType<typeof sendAnswered>>,
    messages: Parameters<typeof sendAnswered>[1],
  ) {
    await prepareSend(sending, send)
    sending.provider.script.push({ kind: 'answered', messages })
    await finish(sending)
  }

  async function batches() {
    return (await database.pool.query('select number, state, uncertain from batch order by number')).rows
  }

  async function rowsOf() {
    const tables = ['send', 'batch', 'delivery', 'operator_log']
    return Promise.all(
      tables.map(async (table) => (await database.pool.query(`select * from ${table} order by id`)).rows),
    )
  }
})
