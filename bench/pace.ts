import { scheduleSend } from '../src/send/schedule.ts'
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
}

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
      const setbacks = await sendAll(installation)
      return { ...readCalls(await fake.ask('calls'), requestsPerSecond), setbacks }
    } finally {
      await installation.close()
    }
  } finally {
    await fake.stop()
  }
}

/** Sends to everybody and tells how many setbacks the batches had. */
async function sendAll({ app, issueId }: Installation): Promise<number> {
  const { send } = await scheduleSend(app, { issueId, at: 'now' })
  await untilSend(app, send.id, ({ state }) => state === 'sent')
  const pool = createPool({
    url: app.config.databaseUrl ?? '',
    max: 1,
    applicationName: 'pressroom bench',
    log: app.log,
  })
  try {
    const { rows } = await pool.query<{ setbacks: number }>('select sum(setbacks)::int as setbacks from batch')
    return rows[0]?.setbacks ?? Number.NaN
  } finally {
    await pool.end()
  }
}

function readCalls(calls: FakeCalls, requestsPerSecond: number): Omit<Paced, 'setbacks'> {
  const taken = calls.filter(({ status }) => status === 200).map(({ atMs }) => atMs)
  const lastedMs = Math.max(...taken) - Math.min(...taken)
  const perSecond = ((taken.length - 1) / lastedMs) * 1_000
  return {
    sharePercent: (perSecond / requestsPerSecond) * 100,
    turnedAway: calls.filter(({ status }) => status === 429).length,
  }
}
