import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findMissing } from '../../src/send/missing.ts'
import { markUncertain } from '../../src/send/uncertain.ts'
import type { TestDatabase } from '../support/database.ts'
import { openSending, type Sending } from '../support/sending.ts'
import { forEachDatabase } from '../support/tiers.ts'
import {
  ACTOR,
  accepted,
  expectSumsRight,
  finish,
  idsOf,
  proofOf,
  refused,
  resendAll,
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

  describe('who is missing', () => {
    test('is listed with the reason, and counted by it', async () => {
      const sending = await open(6)
      const send = await sendAnswered(sending, [refused, refused, uncertain, accepted, accepted, accepted])
      const [lost] = (await sending.store.deliveries.list({ sendId: send, outcome: 'accepted', limit: 1 })).rows
      await database.pool.query(`update delivery set fate = 'bounced' where id = $1`, [lost?.id])
      const { rows, counts, next } = await findMissing(sending, send, { limit: 100 })
      expect(counts).toEqual([
        { kind: 'refused', reason: 'mailbox unavailable', deliveries: 2 },
        { kind: 'uncertain', reason: 'answer_lost', deliveries: 1 },
        { kind: 'undelivered', reason: 'bounced', deliveries: 1 },
      ])
      expect(rows.map(({ outcome }) => outcome).sort()).toEqual(['refused', 'refused', 'uncertain'])
      expect(rows[0]?.address).toMatch(/^reader\d@example.com$/)
      expect(next).toBeNull()
      expect(await idsOf(sending, send, 'undelivered')).toEqual([lost?.id])
      const bounced = { limit: 9, kind: 'undelivered', reason: 'bounced' } as const
      expect((await findMissing(sending, send, bounced)).rows).toHaveLength(1)
    })

    test('comes in pages that leave nobody out, whatever is left in the batches', async () => {
      const sending = await open(25)
      const send = await sending.prepared()
      await sending.store.sends.cancel(send, ACTOR)
      await finish(sending)
      const seen: string[] = []
      let after: string | undefined
      do {
        const page = await findMissing(sending, send, { limit: 7, after, kind: 'skipped', reason: 'cancelled' })
        expect(page.counts === null).toBe(after !== undefined)
        seen.push(...page.rows.map(({ id }) => id))
        after = page.next ?? undefined
      } while (after !== undefined)
      expect(seen).toHaveLength(25)
      expect(new Set(seen).size).toBe(25)
    })

    test('includes who is not decided on yet', async () => {
      const sending = await open(3)
      const send = await sending.prepared()
      const { rows, counts } = await findMissing(sending, send, { limit: 10 })
      expect(rows).toHaveLength(3)
      expect(counts).toEqual([{ kind: 'open', reason: null, deliveries: 3 }])
      expect(await idsOf(sending, send, 'open')).toHaveLength(3)
    })

    test('refuses a cursor that no list gave out', async () => {
      const sending = await open(1)
      const send = await sending.prepared()
      for (const after of ['x', '99999999999', Buffer.from('1 2').toString('base64url')]) {
        await expect(findMissing(sending, send, { limit: 10, after })).rejects.toMatchObject({ code: 'invalid_input' })
      }
      await expect(sending.store.operator.log({ limit: 10, after: 'x' })).rejects.toMatchObject({
        code: 'invalid_input',
      })
    })
  })

  describe('a mark', () => {
    test('decides what is uncertain, can be told from a provider’s answer, and settles what it held', async () => {
      const sending = await open(4)
      const send = await held(sending)
      const [first, second, ...others] = await idsOf(sending, send, 'uncertain')
      if (!first || !second) throw new Error('not two')
      const mark = (as: 'accepted' | 'refused', chosen: Parameters<typeof markUncertain>[2]['chosen']) =>
        markUncertain(sending, send, { as, chosen }, ACTOR)
      expect(await mark('accepted', [first])).toEqual({ deliveries: 1, notUncertain: 0 })
      expect(await mark('refused', [first, second])).toEqual({ deliveries: 1, notUncertain: 1 })
      expect(await batches()).toEqual([{ state: 'held', accepted: 1, refused: 1, uncertain: 2 }])
      expect(await mark('accepted', 'all')).toEqual({ deliveries: 2, notUncertain: 0 })
      expect(await mark('accepted', 'all')).toEqual({ deliveries: 0, notUncertain: 0 })
      expect(await batches()).toEqual([{ state: 'settled', accepted: 3, refused: 1, uncertain: 0 }])
      expect(await sending.store.deliveries.get(first)).toMatchObject({ outcome: 'accepted', reason: 'operator' })
      expect(await sending.store.deliveries.get(second)).toMatchObject({ outcome: 'refused', reason: 'operator' })
      const { rows } = await sending.store.operator.log({ limit: 10, sendId: send })
      expect(rows.map(({ action, detail, actor }) => ({ action, detail, actor }))).toEqual([
        { action: 'mark_accepted', detail: { deliveries: 2, all: true }, actor: ACTOR },
        { action: 'mark_refused', detail: { deliveries: 1, ids: [second] }, actor: ACTOR },
        { action: 'mark_accepted', detail: { deliveries: 1, ids: [first] }, actor: ACTOR },
      ])
      expect(others).toHaveLength(2)
      await expectSumsRight(database)
    })

    test('of refused gives way to a proof that comes later; of accepted stays', async () => {
      const sending = await open(2)
      const send = await held(sending)
      const [first, second] = await idsOf(sending, send, 'uncertain')
      if (!first || !second) throw new Error('not two')
      const { batchId } = (await sending.store.deliveries.get(first)) ?? {}
      if (!batchId) throw new Error('no batch')
      await markUncertain(sending, send, { as: 'refused', chosen: [first] }, ACTOR)
      await markUncertain(sending, send, { as: 'accepted', chosen: [second] }, ACTOR)
      await sending.store.batches.record(batchId, [
        proofOf(first),
        { kind: 'refused', deliveryId: second, address: 'a@example.com', reason: 'late' },
      ])
      expect(await sending.store.deliveries.get(first)).toMatchObject({ outcome: 'accepted', reason: null })
      expect(await sending.store.deliveries.get(second)).toMatchObject({ outcome: 'accepted', reason: 'operator' })
      expect(await sending.store.sends.progress(send)).toMatchObject({ accepted: 2, refused: 0 })
      await expectSumsRight(database)
    })

    test('of refused makes a reader one to resend to', async () => {
      const sending = await open(2)
      const send = await held(sending)
      expect(await resendAll(sending, send)).toMatchObject({ deliveries: 0 })
      await markUncertain(sending, send, { as: 'refused', chosen: 'all' }, ACTOR)
      expect(await resendAll(sending, send, { reason: 'operator' })).toMatchObject({ deliveries: 2 })
      await finish(sending)
      expect([...sending.provider.accepted.values()]).toEqual([1, 1])
    })

    test('reaches no delivery of another send', async () => {
      const sending = await open(2)
      const send = await held(sending)
      const chosen = await idsOf(sending, send, 'uncertain')
      expect(await markUncertain(sending, null, { as: 'refused', chosen }, ACTOR)).toEqual({
        deliveries: 0,
        notUncertain: 2,
      })
    })
  })

  describe('the log', () => {
    test('cannot be changed, emptied or cut short', async () => {
      const sending = await open(1)
      const send = await sending.prepared()
      await sending.store.sends.pause(send, 'operator', ACTOR)
      for (const statement of [
        `update operator_log set actor = 'nobody'`,
        'delete from operator_log',
        'truncate operator_log',
        'truncate operator_log, delivery, batch, send_edition, send cascade',
      ]) {
        await expect(database.pool.query(statement)).rejects.toThrow('operator_log is only ever added to')
      }
      expect((await sending.store.operator.log({ limit: 10 })).rows).toHaveLength(1)
    })

    test('comes in pages, newest first, of one send or of all', async () => {
      const sending = await open(1)
      const { store, provider } = sending
      const send = await sending.prepared()
      await store.sends.pause(send, 'operator', ACTOR)
      await store.sends.resume(send, ACTOR)
      await store.pace.block(provider.account, 'auth', undefined, 'The key is not valid.')
      expect(await store.operator.unblock(provider.account, ACTOR)).toBe(true)
      expect(await store.operator.unblock(provider.account, ACTOR)).toBe(false)
      const first = await store.operator.log({ limit: 2 })
      expect(first.rows).toMatchObject([
        { sendId: null, action: 'unblock', detail: { provider: 'outbox', reason: 'auth' }, actor: ACTOR },
        { sendId: send, action: 'resume' },
      ])
      const second = await store.operator.log({ limit: 2, after: first.next ?? '' })
      expect(second).toMatchObject({ rows: [{ action: 'pause', detail: { reason: 'operator' } }], next: null })
      expect((await store.operator.log({ limit: 9, sendId: send })).rows).toHaveLength(2)
    })
  })

  async function held(sending: Sending) {
    const send = await sending.prepared()
    sending.provider.script.push({ kind: 'key_mismatch', detail: 'other bytes' })
    await finish(sending)
    return send
  }

  async function batches() {
    return (await database.pool.query('select state, accepted, refused, uncertain from batch')).rows
  }
})
