import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BatchId, DeliveryId, SendId } from '../../src/id.ts'
import { LEASE_MS } from '../../src/send/call.ts'
import { deliverDue } from '../../src/send/deliver.ts'
import { freezeBatch } from '../../src/send/freeze.ts'
import { prepareSend } from '../../src/send/prepare.ts'
import { cancelSend, pauseSend } from '../../src/send/steer.ts'
import { sweep } from '../../src/send/sweep.ts'
import { markUncertain } from '../../src/send/uncertain.ts'
import type { Claim } from '../../src/store/batches.ts'
import { recordEvidence } from '../../src/store/postgres/batches.ts'
import type { TestDatabase } from '../support/database.ts'
import { addReaders, openSending, ScriptedProvider, type Sending } from '../support/sending.ts'
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

  describe('a proof of acceptance that comes while its reader is being resent to', () => {
    test('before anything left, keeps them from getting it twice', async () => {
      const sending = await open(3)
      const send = await markedRefused(sending)
      const { ids, batchId } = await whoWas(sending, send, 'refused')
      const [late] = ids
      if (!late) throw new Error('nobody')
      const blocked = await blockBatches()
      const resending = resendAll(sending, send)
      await waiting(1)
      const recording = sending.store.batches.record(batchId, [proofOf(late)])
      await waiting(2)
      await blocked.letGo()
      await Promise.all([resending, recording])
      await finish(sending)
      expect(sending.provider.accepted.has(late)).toBe(false)
      expect([...sending.provider.accepted.values()]).toEqual([1, 1])
      expect(await sending.store.sends.progress(send)).toMatchObject({ accepted: 3, open: 0 })
      await expectSumsRight(database)
    })

    test('leaves them out when it comes first', async () => {
      const sending = await open(3)
      const send = await markedRefused(sending)
      const { ids, batchId } = await whoWas(sending, send, 'refused')
      const blocked = await blockBatches()
      const recording = sending.store.batches.record(batchId, ids.map(proofOf))
      await waiting(1)
      const resending = resendAll(sending, send)
      await waiting(2)
      await blocked.letGo()
      await recording
      expect(await resending).toMatchObject({ deliveries: 0 })
      expect((await sending.store.sends.get(send))?.state).toBe('sent')
      await expectSumsRight(database)
    })

    test('settles the batch they were moved to, when all of it is proven', async () => {
      const sending = await open(3)
      const send = await markedRefused(sending)
      const { ids, batchId } = await whoWas(sending, send, 'refused')
      await resendAll(sending, send)
      await sending.store.batches.record(batchId, ids.map(proofOf))
      await finish(sending)
      expect(sending.provider.accepted.size).toBe(0)
      expect(await sending.store.sends.get(send)).toMatchObject({ state: 'sent' })
      await expectSumsRight(database)
    })
  })

  describe('a mark, while a proof arrives', () => {
    test.each(['the mark', 'the proof'])('ends as accepted when %s comes first', async (first) => {
      const sending = await open(1)
      const send = await sendAnswered(sending, [uncertain])
      const { ids, batchId } = await whoWas(sending, send, 'uncertain')
      const blocked = await blockBatches()
      const mark = () => markUncertain(sending, send, { as: 'refused', chosen: 'all' }, ACTOR)
      const prove = () => sending.store.batches.record(batchId, ids.map(proofOf))
      const [one, other] = first === 'the mark' ? [mark, prove] : [prove, mark]
      const going = one()
      await waiting(1)
      const following = other()
      await waiting(2)
      await blocked.letGo()
      await Promise.all([going, following])
      expect(await sending.store.sends.progress(send)).toMatchObject({ accepted: 1, refused: 0, uncertain: 0 })
      await expectSumsRight(database)
    })
  })

  describe('an uncertain delivery whose batch is in a worker’s hands', () => {
    test('is not resent, whether that batch is submitting or in doubt', async () => {
      const sending = await open(2)
      const send = await inDoubtWithUncertain(sending)
      expect(await resendDoubtful(sending, send)).toEqual({
        deliveries: 0,
        batches: 0,
        received: 0,
        underWay: 1,
        state: 'paused',
      })
      expect((await claim(sending)).kind).toBe('claimed')
      expect(await resendDoubtful(sending, send)).toMatchObject({ deliveries: 0, underWay: 1 })
      expect(await sending.store.operator.log({ limit: 10, sendId: send })).toMatchObject({
        rows: [{ action: 'pause' }],
      })
    })

    test('is resent when that claim came to nothing, and the two never wait for each other for ever', async () => {
      const sending = await open(3)
      const { provider, store, clock } = sending
      const send = await sending.prepared()
      const later = { kind: 'deferred', reason: 'later', retryAfterMs: 1_000 } as const
      provider.script.push({ kind: 'answered', messages: [uncertain, later, later] })
      await finish(sending)
      expect(await batches()).toMatchObject([{ state: 'pending', uncertain: 1 }])
      await clock.advance(2_000)
      const resent: Promise<unknown>[] = []
      const claimed = await claim(sending, async () => {
        await pauseSend(sending, send, ACTOR)
        resent.push(resendDoubtful(sending, send))
        await waiting(1)
      })
      expect(claimed).toEqual({ kind: 'emptied' })
      expect(await Promise.all(resent)).toMatchObject([{ deliveries: 1, state: 'paused' }])
      await store.sends.resume(send, ACTOR)
      await finish(sending)
      expect(await store.sends.progress(send)).toMatchObject({ accepted: 3, open: 0 })
      await expectSumsRight(database)
    })
  })

  test('two proofs at once about readers who were moved into one batch are both counted', async () => {
    const sending = await open(20)
    const send = await sending.prepared()
    const answer = { kind: 'answered', messages: [uncertain, ...Array(9).fill(accepted)] } as const
    sending.provider.script.push(answer, answer)
    await finish(sending)
    const moved = await database.pool.query<{ id: DeliveryId; batch_id: BatchId }>(
      `select id, batch_id from delivery where outcome = 'uncertain'`,
    )
    const [one, other] = moved.rows
    if (!one || !other) throw new Error('nobody')
    expect(await resendDoubtful(sending, send)).toMatchObject({ deliveries: 2, batches: 1 })
    const first = await database.pool.connect()
    await first.query('begin')
    await recordEvidence(first, [one.batch_id], [proofOf(one.id)])
    const second = sending.store.batches.record(other.batch_id, [proofOf(other.id)])
    await waiting(1)
    await first.query('commit')
    first.release()
    await second
    expect(await sending.store.sends.progress(send)).toMatchObject({ accepted: 20, open: 0 })
    await expectSumsRight(database)
  })

  describe('two operators at once', () => {
    test('resend to those who are missing once', async () => {
      const sending = await open(30)
      const send = await sending.prepared()
      await sending.store.sends.cancel(send, ACTOR)
      await sweep(sending)
      const both = await Promise.allSettled([resendAll(sending, send), resendAll(sending, send)])
      expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      await finish(sending)
      expect([...sending.provider.accepted.values()]).toEqual(Array(30).fill(1))
      expect((await sending.store.operator.log({ limit: 10 })).rows.map(({ action }) => action)).toEqual([
        'resend_missing',
        'cancel',
      ])
      await expectSumsRight(database)
    })

    test('resend to those who are missing of a paused send once', async () => {
      const sending = await open(12)
      const send = await sending.prepared()
      sending.provider.script.push({ kind: 'answered', messages: Array(10).fill(refused) })
      sending.provider.script.push({ kind: 'quota', retryAfterMs: 1_000, detail: 'daily' })
      await finish(sending)
      await pauseSend(sending, send, ACTOR)
      const both = await Promise.all([resendAll(sending, send), resendAll(sending, send)])
      expect(both.map(({ deliveries }) => deliveries).sort((a, b) => a - b)).toEqual([0, 10])
      await expectSumsRight(database)
    })

    test('who mark and resend the same readers do one of the two with each', async () => {
      const sending = await open(5)
      const send = await sendAnswered(sending, Array(5).fill(uncertain))
      const ids = await idsOf(sending, send, 'uncertain')
      const [accepted, denied, resent] = await Promise.all([
        markUncertain(sending, send, { as: 'accepted', chosen: ids.slice(0, 3) }, ACTOR),
        markUncertain(sending, send, { as: 'refused', chosen: ids.slice(1, 5) }, ACTOR),
        resendDoubtful(sending, send, ids.slice(2, 4)),
      ])
      expect(accepted.deliveries + denied.deliveries + resent.deliveries).toBe(5)
      await finish(sending)
      const progress = await sending.store.sends.progress(send)
      expect(progress).toMatchObject({ uncertain: 0, open: 0 })
      expect(progress).toMatchObject({ accepted: accepted.deliveries + resent.deliveries, refused: denied.deliveries })
      await expectSumsRight(database)
    })
  })

  describe('cancelling', () => {
    test('answers while calls are under way, and no batch is claimed after it', async () => {
      const sending = await open(0)
      await addReaders(sending.store, sending.newsletter, 400)
      const provider = new HeldProvider()
      const busy: Sending = { ...sending, provider }
      const send = await sending.prepared()
      const delivering = Array.from({ length: 4 }, (_, n) => deliverDue({ ...busy, worker: `w${n}` }, sending.never))
      await provider.holds(4, () => sending.clock.advance(100))
      const { state } = await cancelSend(busy, send, ACTOR)
      expect(state).toBe('cancelled')
      await sweep(busy)
      expect(await sending.store.sends.progress(send)).toMatchObject({ skipped: 360, open: 40 })
      provider.letGo()
      await settleAll(delivering, sending)
      expect(provider.calls).toHaveLength(4)
      await sweep(busy)
      expect(await sending.store.sends.progress(send)).toMatchObject({ accepted: 40, skipped: 360, open: 0 })
      expect(await resendAll(sending, send)).toMatchObject({ deliveries: 360, batches: 36 })
      await expectSumsRight(database)
    })

    test('waits for no preparation, which then leaves nothing behind', async () => {
      const sending = await open(10)
      const send = await sending.schedule()
      const other = await database.pool.connect()
      await other.query('begin')
      await other.query('lock table delivery in share mode')
      const preparing = prepareSend(sending, send)
      await waiting(1)
      expect((await cancelSend(sending, send, ACTOR)).state).toBe('cancelled')
      await other.query('commit')
      other.release()
      await preparing
      expect(await batches()).toEqual([])
      expect(await sending.store.sends.get(send)).toMatchObject({ state: 'cancelled', recipients: null })
    })
  })

  /** A send whose readers the operator took for refused. */
  async function markedRefused(sending: Sending): Promise<SendId> {
    const send = await sending.prepared()
    sending.provider.script.push({ kind: 'key_mismatch', detail: 'other bytes' })
    await finish(sending)
    await markUncertain(sending, send, { as: 'refused', chosen: 'all' }, ACTOR)
    return send
  }

  /** A paused send whose only batch is in doubt, with one member uncertain. */
  async function inDoubtWithUncertain(sending: Sending): Promise<SendId> {
    const send = await sending.prepared()
    const later = { kind: 'deferred', reason: 'later', retryAfterMs: 600_000 } as const
    sending.provider.script.push({ kind: 'lost', detail: 'cut' }, { kind: 'answered', messages: [uncertain, later] })
    await finish(sending)
    await sending.clock.advance(3_600_000)
    await finish(sending)
    await sending.clock.advance(601_000)
    await pauseSend(sending, send, ACTOR)
    expect(await batches()).toMatchObject([{ state: 'in_doubt', uncertain: 1 }])
    return send
  }

  async function whoWas(sending: Sending, send: SendId, kind: 'refused' | 'uncertain') {
    const ids: readonly DeliveryId[] = await idsOf(sending, send, kind)
    const { rows } = await database.pool.query<{ batch_id: BatchId }>('select batch_id from delivery where id = $1', [
      ids[0],
    ])
    const batchId = rows[0]?.batch_id
    if (!batchId) throw new Error('no batch')
    return { ids, batchId }
  }

  async function batches() {
    return (await database.pool.query('select state, uncertain from batch order by number')).rows
  }

  /** Keeps every batch locked, so that what follows queues up in a known order. */
  async function blockBatches() {
    const other = await database.pool.connect()
    await other.query('begin')
    await other.query('select from batch for update')
    const letGo = async () => {
      await other.query('commit')
      other.release()
    }
    return { letGo }
  }

  async function waiting(count: number): Promise<void> {
    for (;;) {
      const { rowCount } = await database.pool.query(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      )
      if (rowCount === count) return
    }
  }
})

/** Keeps every call until it is let go. */
class HeldProvider extends ScriptedProvider {
  letGo: () => void = () => undefined
  #held = 0
  readonly #freedom = new Promise<void>((resolve) => {
    this.letGo = resolve
  })

  /** Resolves when so many calls are held; `meanwhile` lets time pass for those who wait for a slot. */
  async holds(count: number, meanwhile: () => Promise<void>): Promise<void> {
    while (this.#held < count) {
      await meanwhile()
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  override async submit(...call: Parameters<ScriptedProvider['submit']>) {
    this.#held++
    await this.#freedom
    return super.submit(...call)
  }
}

async function settleAll(work: readonly Promise<unknown>[], { clock }: Sending): Promise<void> {
  let working = true
  const over = Promise.all(work).finally(() => {
    working = false
  })
  while (working) {
    await clock.advance(100)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await over
}

function claim(sending: Sending, whileReading?: () => Promise<void>): Promise<Claim> {
  const { account } = sending.provider
  return sending.store.batches.claim({ account, oneByOne: false, worker: 'w2', leaseMs: LEASE_MS }, async (hash) => {
    await whileReading?.()
    const edition = await sending.readEdition(hash)
    return (fresh) => freezeBatch(fresh, { ...sending, edition }).frozen
  })
}
