import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SendId } from '../../src/id.ts'
import type { Evidence } from '../../src/outcome/outcome.ts'
import { prepareBell } from '../../src/send/bells.ts'
import { LEASE_MS } from '../../src/send/call.ts'
import { freezeBatch } from '../../src/send/freeze.ts'
import { prepareSend } from '../../src/send/prepare.ts'
import { sweep } from '../../src/send/sweep.ts'
import type { Claim, ClaimedBatch } from '../../src/store/batches.ts'
import { startWorker } from '../../worker/main.ts'
import { openTestApp } from '../support/app.ts'
import type { TestDatabase } from '../support/database.ts'
import {
  addReaders,
  deliverInTime,
  makeNewsletter,
  openSending,
  ScriptedProvider,
  type Sending,
  sampleEdition,
} from '../support/sending.ts'
import { forEachDatabase } from '../support/tiers.ts'

const HOUR = 3_600_000

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

  describe('a claim', () => {
    test('that is overtaken by a cancellation claims nothing, so that a send once more writes to nobody twice', async () => {
      const sending = await open(5)
      const first = await sending.prepared()
      const claimed = await claim(sending, {
        whileReading: async () => {
          await sending.store.sends.cancel(first, 'test')
          await prepareSend(sending, await sending.schedule({ again: true }))
        },
      })
      expect(claimed).toEqual({ kind: 'emptied' })
      await deliverInTime(sending)
      await sweep(sending)
      expect([...sending.provider.accepted.values()]).toEqual([1, 1, 1, 1, 1])
      expect(await sending.store.sends.progress(first)).toMatchObject({ recipients: 5, skipped: 5, open: 0 })
    })

    test('that is overtaken by a pause claims nothing', async () => {
      const sending = await open(5)
      const send = await sending.prepared()
      const whileReading = async () => void (await sending.store.sends.pause(send, 'operator', 'test'))
      expect(await claim(sending, { whileReading })).toEqual({ kind: 'emptied' })
      expect(await claim(sending)).toEqual({ kind: 'none' })
    })

    test('keeps no reader from leaving while it reads the edition, however few connections there are', async () => {
      const sending = await open(5)
      await sending.prepared()
      const reader = await sending.store.subscribers.findByAddress('reader3@example.com')
      if (!reader) throw new Error('no reader')
      const leave = () => sending.store.subscribers.unsubscribe(sending.newsletter.id, reader.id, { source: 'test' })
      const whileReading = async () => {
        const most = database.pool.options.max
        const leaving = Array.from({ length: most * 2 }, leave)
        await sending.store.now()
        await Promise.all(leaving)
      }
      const { frozen } = requireClaimed(await claim(sending, { whileReading }))
      expect(frozen.batch.recipients.map(({ address }) => address)).not.toContain('reader3@example.com')
    })

    test('that hangs is ended by the server, and the batch is for others to take', async () => {
      const sending = await open(5)
      const send = await sending.prepared()
      // What `idle_in_transaction_session_timeout` does after 30 s.
      const whileReading = async () => {
        await database.pool.query(
          `select pg_terminate_backend(pid)
           from pg_stat_activity
           where datname = current_database() and state = 'idle in transaction'`,
        )
        await deliverInTime(sending)
      }
      expect((await claim(sending, { whileReading })).kind).toBe('not_frozen')
      expect([...sending.provider.accepted.values()]).toEqual([1, 1, 1, 1, 1])
      expect(await sending.store.sends.progress(send)).toMatchObject({ accepted: 5, open: 0 })
    })

    test('takes a batch as it is when it is locked, not as it was when the statement began', async () => {
      const sending = await open(5)
      await sending.prepared()
      const { frozen } = requireClaimed(await claim(sending))
      await database.pool.query(
        `update batch set state = 'pending', attempt = 0, frozen = null, account = null, in_doubt_since = null,
                          lease_until = null, worker = null`,
      )
      // Every statement that asks for the time waits there: after its snapshot, before it locks a row.
      await database.pool.query(
        `create or replace function app_now() returns timestamptz language plpgsql volatile
         as $$ begin perform pg_advisory_xact_lock_shared(4711); return statement_timestamp() + interval '1 year'; end $$`,
      )
      const other = await database.pool.connect()
      await other.query('begin')
      await other.query('select pg_advisory_xact_lock(4711)')
      const claiming = claim(sending)
      await waiting(1)
      await other.query(
        `update batch set state = 'in_doubt', attempt = 1, frozen = $1, account = 'scripted', in_doubt_since = now()`,
        [JSON.stringify(frozen)],
      )
      await other.query('commit')
      other.release()
      const claimed = requireClaimed(await claiming)
      await sending.clock.attach(database.pool)
      expect(claimed).toMatchObject({ attempt: 2, wasInDoubt: true, frozen: { sha256: frozen.sha256 } })
    })
  })

  describe('a preparation', () => {
    test('does not wait for a vacuum of the tables it fills', async () => {
      const sending = await open(5)
      const send = await sending.schedule()
      const vacuum = await database.pool.connect()
      await vacuum.query('begin')
      await vacuum.query('lock table batch, delivery in share update exclusive mode')
      await prepareSend(sending, send)
      await vacuum.query('commit')
      vacuum.release()
      expect(await sending.store.sends.get(send)).toMatchObject({ state: 'sending', recipients: 5 })
    })
  })

  describe('evidence', () => {
    test('is kept while the batch is being held by somebody else', async () => {
      const sending = await open(5)
      const send = await sending.prepared()
      const late = requireClaimed(await claim(sending))
      await sending.clock.advance(LEASE_MS + 1_000)
      await sweep(sending)
      const owner = requireClaimed(await claim(sending))
      const other = await database.pool.connect()
      await other.query('begin')
      await other.query('select from batch for update')
      const holding = sending.store.batches.hold(owner, 'key_mismatch')
      await waiting(1)
      const recording = sending.store.batches.record(late.id, acceptanceOf(late))
      await waiting(2)
      await other.query('commit')
      other.release()
      expect(await holding).toBe(true)
      await recording
      await sweep(sending)
      expect(await sending.store.sends.progress(send)).toMatchObject({ accepted: 5, uncertain: 0, open: 0 })
      expect((await sending.store.sends.get(send))?.state).toBe('sent')
    })
  })

  describe('a batch whose halves were both refused whole', () => {
    test('is halved further once the operator has resumed its send', async () => {
      const sending = await open(10)
      const send = await sending.prepared()
      const { store, provider } = sending
      const { recipients } = requireClaimed(await claim(sending)).frozen.batch
      // One in each half, whatever is halved.
      const bad = new Set([recipients[0]?.address, recipients[9]?.address])
      const submit = provider.submit.bind(provider)
      provider.submit = async (body, call) => {
        const messages: { to: string }[] = JSON.parse(Buffer.from(body.bytes).toString('utf8'))
        const isBad = messages.some(({ to }) => bad.has(to))
        return isBad ? { answer: { kind: 'invalid', detail: 'bad address' } } : submit(body, call)
      }
      await database.pool.query(
        `update batch set state = 'pending', frozen = null, account = null, in_doubt_since = null, lease_until = null`,
      )
      await deliverInTime(sending)
      expect(await store.sends.get(send)).toMatchObject({ state: 'paused', pauseReason: 'refused_whole' })
      await store.sends.resume(send, 'test')
      await deliverInTime(sending)
      await sweep(sending)
      expect((await store.sends.get(send))?.state).toBe('sent')
      expect(await store.sends.progress(send)).toMatchObject({ recipients: 10, accepted: 8, refused: 2, open: 0 })
    })
  })

  describe('an answer that puts messages off', () => {
    test('does not free a batch that was in doubt before', async () => {
      const sending = await open(2)
      await sending.prepared()
      const deferred = { kind: 'deferred', reason: 'later', retryAfterMs: 1_000 } as const
      sending.provider.script.push('lost_after', { kind: 'answered', messages: [deferred, deferred] })
      for (let round = 0; round < 3; round++) {
        await deliverInTime(sending)
        await sending.clock.advance(HOUR)
      }
      expect(new Set(sending.provider.calls.map((call) => call.key)).size).toBe(1)
      expect([...sending.provider.accepted.values()]).toEqual([1, 1])
    })
  })

  describe('a message that goes by itself', () => {
    const openOneByOne = async () => {
      await database.empty()
      const sending = await openSending(database, { readers: 3, oneByOne: true })
      await sending.prepared()
      const batch = requireClaimed(await claim(sending))
      const [first] = batch.frozen.batch.recipients
      if (!first) throw new Error('nobody in it')
      return { sending, batch, first }
    }
    const outcomes = async () => {
      const { rows } = await database.pool.query<{ outcome: string }>('select outcome from delivery order by outcome')
      return rows.map(({ outcome }) => outcome)
    }

    test('is not begun once its batch is being taken over', async () => {
      const { sending, batch, first } = await openOneByOne()
      const other = await database.pool.connect()
      await other.query('begin')
      await other.query('select from batch for update')
      const beginning = sending.store.batches.begin(batch, first)
      await waiting(1)
      await other.query(
        `update batch
         set state = 'pending', generation = 2, frozen = null, account = null, in_doubt_since = null, lease_until = null`,
      )
      await other.query('commit')
      other.release()
      expect(await beginning).toBe('lost_fence')
      expect(await outcomes()).toEqual(['planned', 'planned', 'planned'])
    })

    test('is not begun after the lease, whether or not anybody has noticed', async () => {
      const { sending, batch, first } = await openOneByOne()
      await sending.clock.advance(LEASE_MS + 1_000)
      expect(await sending.store.batches.begin(batch, first)).toBe('lost_fence')
    })

    test('that was begun is seen by whoever takes its batch over at that moment', async () => {
      const { sending, batch, first } = await openOneByOne()
      const other = await database.pool.connect()
      await other.query('begin')
      await other.query('select from delivery where id = $1 for update', [first.deliveryId])
      const beginning = sending.store.batches.begin(batch, first)
      await waiting(1)
      await sending.clock.advance(LEASE_MS + 1_000)
      const sweeping = sending.store.batches.takeOver(HOUR)
      await waiting(2)
      await other.query('commit')
      other.release()
      expect(await beginning).toBe('begun')
      await sweeping
      expect(await outcomes()).toEqual(['planned', 'planned', 'uncertain'])
    })

    test('that is put back by a worker whose batch was taken over stays uncertain', async () => {
      const { sending, batch, first } = await openOneByOne()
      await sending.store.batches.begin(batch, first)
      await sending.clock.advance(LEASE_MS + 1_000)
      await sweep(sending)
      await sending.store.batches.putBack(batch, first.deliveryId, { deferred: true })
      expect(await outcomes()).toEqual(['planned', 'planned', 'uncertain'])
    })
  })

  describe('a message that an operator has planned anew', () => {
    test('is not touched by the worker that had it before', async () => {
      await database.empty()
      const sending = await openSending(database, { readers: 1, oneByOne: true })
      const send = await sending.prepared()
      const stale = requireClaimed(await claim(sending))
      const [message] = stale.frozen.batch.recipients
      if (!message) throw new Error('nobody in it')
      await sending.store.batches.begin(stale, message)
      await sending.clock.advance(LEASE_MS + 1_000)
      await sweep(sending)
      await sending.store.operator.resend({
        ...{ of: send, sizes: { main: 10 }, actor: 'test', dryRun: false },
        which: { kind: 'uncertain', chosen: 'all' },
      })
      const current = requireClaimed(await claim(sending))
      expect(await sending.store.batches.begin(current, message)).toBe('begun')
      await sending.store.batches.putBack(stale, message.deliveryId, { deferred: false })
      const { rows } = await database.pool.query('select outcome from delivery')
      expect(rows).toEqual([{ outcome: 'submitting' }])
    })
  })

  async function waiting(count: number): Promise<void> {
    for (;;) {
      const { rowCount } = await database.pool.query(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      )
      if (rowCount === count) return
    }
  }
})

describe('a worker', () => {
  test('whose deliverers are all busy prepares another send that comes due', async () => {
    const provider = new HeldProvider()
    const { app, close } = await openTestApp({ provider, config: { concurrency: 1 } })
    const worker = await startWorker(app)
    const newsletter = await makeNewsletter(app.store)
    await addReaders(app.store, newsletter, 3)
    const edition = sampleEdition()
    await app.store.editions.put(edition)
    const schedule = async (): Promise<SendId> => {
      const issue = { subject: 'Hello', preheader: '', template: 'article', articleIds: [] }
      const created = await app.store.sends.create({
        issueId: (await app.store.issues.create({ ...issue, newsletterId: newsletter.id })).id,
        newsletterId: newsletter.id,
        scheduledAt: 'now',
        graceSeconds: 3_600,
        spreadSeconds: null,
        again: false,
        editions: [{ variant: 'main', locale: null, editionHash: edition.hash }],
        idempotency: undefined,
      })
      if (created.kind !== 'created') throw new Error(`The send was not created: ${created.kind}.`)
      await app.queue.enqueue(prepareBell(created.send))
      return created.send.id
    }
    try {
      await schedule()
      await provider.called
      const second = await schedule()
      while ((await app.store.sends.get(second))?.state !== 'sending') await app.clock.sleep(10)
      expect(provider.accepted.size).toBe(0)
    } finally {
      provider.letGo()
      await worker.stop()
      await close()
    }
  })
})

/** Keeps every call until it is let go. */
class HeldProvider extends ScriptedProvider {
  letGo: () => void = () => undefined
  readonly #held = new Promise<void>((resolve) => {
    this.letGo = resolve
  })
  #call: () => void = () => undefined
  readonly called = new Promise<void>((resolve) => {
    this.#call = resolve
  })

  override async submit(...call: Parameters<ScriptedProvider['submit']>) {
    this.#call()
    await this.#held
    return super.submit(...call)
  }
}

function claim(sending: Sending, { whileReading }: { whileReading?: () => Promise<void> } = {}): Promise<Claim> {
  return sending.store.batches.claim(
    { account: sending.provider.account, oneByOne: !sending.provider.flags.batch, worker: 'w2', leaseMs: LEASE_MS },
    async (editionHash) => {
      await whileReading?.()
      const edition = await sending.readEdition(editionHash)
      return (fresh) => freezeBatch(fresh, { ...sending, edition }).frozen
    },
  )
}

function requireClaimed(claim: Claim): ClaimedBatch {
  if (claim.kind !== 'claimed') throw new Error(`not claimed: ${claim.kind}`)
  return claim.batch
}

function acceptanceOf({ frozen }: ClaimedBatch): Evidence[] {
  const { recipients } = frozen.batch
  return recipients.map(({ deliveryId, address }) => ({
    kind: 'accepted',
    deliveryId,
    address,
    providerMessageId: `late-${deliveryId}`,
  }))
}
