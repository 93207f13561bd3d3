import type { SendId } from '../src/id.ts'
import { scheduleSend } from '../src/send/schedule.ts'
import { cancelSend, pauseSend, resumeSend } from '../src/send/steer.ts'
import { createPool } from '../src/store/postgres/pool.ts'
import type { Child } from './child.ts'
import { addReaders, type Installation, type InstallationPlace, onNewInstallation, untilSend } from './installation.ts'
import { msFromDue } from './pipeline.ts'
import { median } from './rounds.ts'
import type { SinkAnswers } from './sink.ts'

export type ManyRun = Omit<InstallationPlace, 'databaseUrl'> & {
  /** Makes an empty database of that name. */
  readonly createDatabase: (name: string) => Promise<string>
  readonly sink: Child<SinkAnswers>
  readonly readers: number
}

export type ManyReaders = {
  /** Median of calls after the first, which renders. */
  readonly scheduleMs: number
  readonly prepareMs: number
  /** Peak of the worker's resident memory, over that of one that sent to 10,000. */
  readonly memoryGrowthMb: number
  readonly progressMs: number
  readonly sweepMs: number
  readonly claimMs: number
}

const FEW = 10_000
const REQUESTS_PER_SECOND = 1_000_000
const CALLS = 7
const TOMORROW_MS = 86_400_000

/** What grows with the number of readers, and what must not. */
export async function measureMany(run: ManyRun): Promise<ManyReaders> {
  const peakOfFew = await onInstallation(run, 'few', async (installation) => {
    await addReaders(installation, FEW)
    const { peakBytes } = await sendSome(installation, FEW)
    return peakBytes
  })
  return onInstallation(run, 'many', async (installation) => {
    await writeReaders(installation, run.readers)
    const scheduleMs = await timeScheduling(installation)
    const { sendId, prepareMs, peakBytes } = await sendSome(installation, FEW)
    const { app } = installation
    const progressMs = await timed(() => app.store.sends.progress(sendId))
    const sweepMs = await timed(async () => {
      await app.store.sends.due(app.provider.account)
      await app.store.sends.settle()
    })
    return {
      scheduleMs,
      prepareMs,
      memoryGrowthMb: (peakBytes - peakOfFew) / 1e6,
      progressMs,
      sweepMs,
      claimMs: await timeClaims(installation, sendId),
    }
  })
}

async function onInstallation<T>(run: ManyRun, name: string, work: (on: Installation) => Promise<T>): Promise<T> {
  return onNewInstallation({ ...run, databaseUrl: await run.createDatabase(name) }, async (installation) => {
    await installation.app.store.pace.learn(installation.app.provider.account, REQUESTS_PER_SECOND)
    return work(installation)
  })
}

/** Straight into the tables: importing them is not what is measured. A few read in each of the other languages. */
async function writeReaders({ app, newsletterId }: Installation, readers: number): Promise<void> {
  const { databaseUrl: url } = app.config
  if (!url) throw new Error('An installation of the benchmark has a database.')
  const pool = createPool({ url, max: 1, applicationName: 'pressroom bench', log: app.log })
  try {
    await pool.query(
      `with written as (
         insert into subscriber (address, address_key, locale)
         select address, address, (array['ar', 'de', 'es', 'fr', 'ja'])[number]
         from generate_series(1, $2::int) as number, format('reader.%s@example.com', number) as address
         returning id
       )
       insert into subscription (newsletter_id, subscriber_id, status, confirmed_at)
       select $1, id, 'confirmed', app_now() from written`,
      [newsletterId, readers],
    )
    // What autovacuum has done long before a list of that size is written to.
    await pool.query('vacuum analyze subscriber, subscription')
  } finally {
    await pool.end()
  }
}

async function timeScheduling({ app, issueId }: Installation): Promise<number> {
  const times: number[] = []
  for (let call = 0; call <= CALLS; call++) {
    const from = performance.now()
    const { send } = await scheduleSend(app, { issueId, at: new Date(app.clock.now().getTime() + TOMORROW_MS) })
    if (call > 0) times.push(performance.now() - from)
    await cancelSend(app, send.id, 'benchmark')
  }
  return median(times)
}

/** Sends until so many are accepted, or all, and stops there. */
async function sendSome(installation: Installation, accepted: number) {
  const { app, issueId } = installation
  const worker = await installation.startWorker()
  const { send } = await scheduleSend(app, { issueId, at: 'now' })
  const prepared = await untilSend(app, send.id, ({ preparedAt }) => preparedAt !== null)
  for (;;) {
    const progress = await app.store.sends.progress(send.id)
    if (progress.accepted >= accepted) break
    await app.clock.sleep(100)
  }
  const peakBytes = await worker.ask('peakBytes')
  if ((await app.store.sends.get(send.id))?.state === 'sending') await pauseSend(app, send.id, 'benchmark')
  await worker.stop()
  return { sendId: send.id, prepareMs: msFromDue(prepared, prepared.preparedAt), peakBytes }
}

/** Claims that fail in freezing and put the batch off: all but the batch's own members counts. */
async function timeClaims({ app }: Installation, sendId: SendId): Promise<number> {
  await resumeSend(app, sendId, 'benchmark')
  const claimant = { account: app.provider.account, worker: 'benchmark', leaseMs: 90_000, oneByOne: false }
  return timed(() =>
    app.store.batches.claim(claimant, () => Promise.reject(new Error('Nothing is frozen by the benchmark.'))),
  )
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let call = 0; call < CALLS; call++) {
    const from = performance.now()
    await work()
    times.push(performance.now() - from)
  }
  return median(times)
}
