import { setTimeout as sleep } from 'node:timers/promises'
import { sampleValues } from '../src/issue/preview.ts'
import { singleBell } from '../src/send/bells.ts'
import { scheduleSend } from '../src/send/schedule.ts'
import { sendTestMail } from '../src/send/test-mail.ts'
import { createPool } from '../src/store/postgres/pool.ts'
import { startChild } from './child.ts'
import type { FakeAnswers, FakeCalls } from './fake.ts'
import { addReaders, type Installation, type InstallationPlace, openInstallation, untilSend } from './installation.ts'

export type PaceRun = Omit<InstallationPlace, 'settings'> & Pace & { readonly seconds: number }

export type Pace = {
  readonly workers: number
  readonly requestsPerSecond: number
  /** Each call takes between nothing and this. */
  readonly jitterMs: number
}

export type Paced = {
  /** Of what the limit allows, from the first call that was taken to the last. */
  readonly sharePercent: number
  /** Calls answered with 429. */
  readonly turnedAway: number
  /** What those cost the batches' back-off. */
  readonly setbacks: number
  /** The most calls of the send that came between the writing of a single mail and its own call. */
  readonly callsBeforeSingle: number
}

const SINGLE_MAILS = 20

/** A send of one recipient a call, long enough to tell its pace, to Resend's double with a rate limit. */
export async function measurePace(run: PaceRun): Promise<Paced> {
  const { workers, requestsPerSecond, jitterMs, seconds } = run
  const options = { requestsPerSecond, latencyMs: [0, jitterMs] }
  const fake = startChild<FakeAnswers>('fake.ts', { env: { BENCH_FAKE: JSON.stringify(options) } })
  try {
    const settings = { RESEND_API_KEY: 're_benchmark', RESEND_BASE_URL: await fake.ask('url') }
    const installation = await openInstallation({ ...run, settings })
    try {
      await addReaders(installation, Math.round(requestsPerSecond * seconds))
      await installation.app.store.pace.learn(installation.app.provider.account, requestsPerSecond)
      await Promise.all(Array.from({ length: workers }, () => installation.startWorker({ maxRecipients: 1 })))
      const { startedAtMs, setbacks, singles } = await sendAll(installation, seconds)
      const calls = (await fake.ask('calls')).filter(({ atMs }) => atMs >= startedAtMs)
      const callsBeforeSingle = Math.max(...singles.map((single) => countBefore(single, calls)))
      return { ...readCalls(calls, requestsPerSecond), setbacks, callsBeforeSingle }
    } finally {
      await installation.close()
    }
  } finally {
    await fake.stop()
  }
}

type SingleMail = { readonly batchId: string; readonly writtenAtMs: number }

/** Sends to everybody, with some single mails on the way, and tells how many setbacks the batches had. */
async function sendAll(
  installation: Installation,
  seconds: number,
): Promise<{ readonly startedAtMs: number; readonly setbacks: number; readonly singles: readonly SingleMail[] }> {
  const { app, issueId } = installation
  const pool = createPool({
    url: app.config.databaseUrl ?? '',
    max: 1,
    applicationName: 'pressroom bench',
    log: app.log,
  })
  try {
    const writeSingle = await singleMails(installation)
    await sleep(1_000)
    const startedAtMs = Date.now()
    const { send } = await scheduleSend(app, { issueId, at: 'now' })
    await untilSend(app, send.id, ({ state }) => state === 'sending')
    const written: { readonly deliveryId: string; readonly writtenAtMs: number }[] = []
    for (let mails = 0; mails < SINGLE_MAILS; mails++) {
      await sleep((seconds * 1_000) / (SINGLE_MAILS + 2))
      written.push(await writeSingle())
    }
    await untilSend(app, send.id, ({ state }) => state === 'sent')
    const { rows } = await pool.query<{ setbacks: number }>('select sum(setbacks)::int as setbacks from batch')
    const batches = await pool.query<{ id: string; batch_id: string }>(
      'select id, batch_id from delivery where id = any ($1::uuid[])',
      [written.map(({ deliveryId }) => deliveryId)],
    )
    const batchOf = new Map(batches.rows.map(({ id, batch_id }) => [id, batch_id]))
    const singles = written.map(({ deliveryId, writtenAtMs }) => ({
      batchId: batchOf.get(deliveryId) ?? '',
      writtenAtMs,
    }))
    return { startedAtMs, setbacks: rows[0]?.setbacks ?? Number.NaN, singles }
  } finally {
    await pool.end()
  }
}

/** Writes mail as a confirmation is written; what it shows is rendered before. */
async function singleMails({ app, issueId, newsletterId }: Installation) {
  const { editionHash } = await sendTestMail(app, issueId, 'somebody@example.com')
  const edition = await app.store.editions.get(editionHash)
  if (!edition) throw new Error('The edition of the test mail is not there.')
  const slotValues = sampleValues(app.links, edition, newsletterId, null)
  const mail = { newsletterId, subscriberId: null, address: 'somebody@example.com', editionHash, slotValues }
  return async () => {
    const { deliveryId } = await app.store.deliveries.addSingle(mail)
    const writtenAtMs = Date.now()
    await app.queue.enqueue(singleBell(deliveryId))
    return { deliveryId, writtenAtMs }
  }
}

function countBefore({ batchId, writtenAtMs }: SingleMail, calls: FakeCalls): number {
  const own = calls.find(({ idempotencyKey }) => idempotencyKey?.startsWith(batchId))
  if (!own) throw new Error('A single mail was never submitted.')
  return calls.filter(({ atMs }) => atMs > writtenAtMs && atMs < own.atMs).length
}

function readCalls(calls: FakeCalls, requestsPerSecond: number): Pick<Paced, 'sharePercent' | 'turnedAway'> {
  const taken = calls.filter(({ status }) => status === 200).map(({ atMs }) => atMs)
  const lastedMs = Math.max(...taken) - Math.min(...taken)
  const perSecond = ((taken.length - 1) / lastedMs) * 1_000
  return {
    sharePercent: (perSecond / requestsPerSecond) * 100,
    turnedAway: calls.filter(({ status }) => status === 429).length,
  }
}
