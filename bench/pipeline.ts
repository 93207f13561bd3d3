import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type App, openApp } from '../src/app.ts'
import { type Config, readConfig } from '../src/config/config.ts'
import type { NewsletterId, SendId } from '../src/id.ts'
import { createIssue } from '../src/issue/create.ts'
import { createNewsletter } from '../src/newsletter/create.ts'
import { findSend, scheduleSend } from '../src/send/schedule.ts'
import { type Child, startChild } from './child.ts'
import type { WorkerAnswers } from './pressroom-worker.ts'
import { newsletter, PUBLIC_URL, readSample, SECRET, SUBJECT, sampleRow } from './sample.ts'
import { serverCpu } from './server-cpu.ts'
import type { SinkAnswers } from './sink.ts'

export type PipelineRun = {
  readonly databaseUrl: string
  /** Null: the queue is in the database. */
  readonly redisUrl: string | null
  readonly directory: string
  readonly sink: Child<SinkAnswers>
  readonly recipients: number
  /** Where a profile of the worker is written, if anywhere. */
  readonly profileDir: string | undefined
}

/** Processor time is in microseconds a recipient; the database's is null where it cannot be seen. */
export type Piped = {
  readonly perSecond: number
  readonly prepareMs: number
  readonly calls: number
  readonly workerCpu: number
  readonly databaseCpu: number | null
  readonly sinkCpu: number
}

/** What the sink says its limit is; see there. */
const REQUESTS_PER_SECOND = 1_000_000
const ROWS_AN_IMPORT = 5_000

/**
 * A whole send on real parts: PostgreSQL that syncs to disk, BullMQ, one worker in a process of its own with the
 * settings it has by default, and the Resend provider posting to the sink. Timed by the database, from the moment the
 * send was due until it was sent, freezing the audience included. Throws when not every reader was accepted once.
 */
export async function runPipeline(run: PipelineRun): Promise<Piped> {
  const config = await benchConfig(run)
  const app = await openApp(config)
  const nodeArgs = run.profileDir ? ['--cpu-prof', `--cpu-prof-dir=${run.profileDir}`] : []
  try {
    const issueId = await writeIssue(app, run.recipients)
    // The first answer tells the account's pace; until then it is two calls a second, which is not what is asked here.
    await app.store.pace.learn(app.provider.account, REQUESTS_PER_SECOND)
    const worker = startChild<WorkerAnswers>('pressroom-worker.ts', {
      env: { BENCH_CONFIG: JSON.stringify(config) },
      nodeArgs,
    })
    try {
      await worker.ask('ready')
      return await timeSend(app, worker, issueId, run)
    } finally {
      await worker.stop()
    }
  } finally {
    await app.close()
  }
}

async function benchConfig({ databaseUrl, redisUrl, directory, sink }: PipelineRun): Promise<Config> {
  const settings = {
    PUBLIC_URL,
    DATA_DIR: directory,
    DATABASE_URL: databaseUrl,
    ...(redisUrl === null ? {} : { REDIS_URL: redisUrl }),
    APP_SECRET: SECRET,
    RESEND_API_KEY: 're_benchmark',
    RESEND_BASE_URL: await sink.ask('url'),
    LOG_LEVEL: 'warn',
  }
  return readConfig(settings, join(import.meta.dirname, '..'))
}

async function writeIssue(app: App, recipients: number): Promise<Parameters<typeof scheduleSend>[1]['issueId']> {
  const { id, slug } = await createNewsletter(app.store.newsletters, newsletter)
  await addReaders(app, id, recipients)
  const article = await app.store.articles.create(await readSample())
  const issue = await createIssue(app, {
    newsletter: slug,
    articles: [article.id],
    subject: SUBJECT,
    template: 'article',
  })
  return issue.id
}

async function addReaders({ store }: App, id: NewsletterId, recipients: number): Promise<void> {
  for (let first = 0; first < recipients; first += ROWS_AN_IMPORT) {
    const count = Math.min(ROWS_AN_IMPORT, recipients - first)
    const rows = Array.from({ length: count }, (_, index) => sampleRow(first + index))
    await store.subscribers.import(id, rows, { source: 'benchmark' })
  }
}

async function timeSend(
  app: App,
  worker: Child<WorkerAnswers>,
  issueId: Parameters<typeof scheduleSend>[1]['issueId'],
  { databaseUrl, sink, recipients }: PipelineRun,
): Promise<Piped> {
  const databaseCpuSoFar = await serverCpu(databaseUrl)
  await sink.ask('forget')
  const usage = async () => ({
    worker: await worker.ask('cpuMicros'),
    database: await databaseCpuSoFar?.(),
    sink: (await sink.ask('count')).cpuMicros,
  })
  const before = await usage()
  const { send } = await scheduleSend(app, { issueId, at: 'now' })
  const times = await untilSent(app, send.id)
  const after = await usage()
  const calls = await requireEachOnce(app, send.id, sink, recipients)
  const each = (micros: number) => micros / recipients
  return {
    perSecond: (recipients / times.wholeMs) * 1_000,
    prepareMs: times.prepareMs,
    calls,
    workerCpu: each(after.worker - before.worker),
    databaseCpu:
      after.database === undefined || before.database === undefined ? null : each(after.database - before.database),
    sinkCpu: each(after.sink - before.sink),
  }
}

async function untilSent(app: App, id: SendId): Promise<{ readonly wholeMs: number; readonly prepareMs: number }> {
  for (;;) {
    const { state, scheduledAt, preparedAt, finishedAt } = await findSend(app, id)
    if (state === 'sent' && preparedAt && finishedAt) {
      const since = (moment: Date) => moment.getTime() - scheduledAt.getTime()
      return { wholeMs: since(finishedAt), prepareMs: since(preparedAt) }
    }
    if (state === 'paused' || state === 'missed') throw new Error(`The send is ${state} instead of being sent.`)
    await sleep(100)
  }
}

/** A rate of something that is not right is worth nothing. */
async function requireEachOnce(app: App, id: SendId, sink: Child<SinkAnswers>, recipients: number): Promise<number> {
  const progress = await app.store.sends.progress(id)
  const { calls, messages, deliveries } = await sink.ask('count')
  const asRecorded = progress.recipients === recipients && progress.accepted === recipients
  const asReceived = messages === recipients && deliveries === recipients
  if (asRecorded && asReceived) return calls
  const received = { messages, deliveries }
  throw new Error(`Not every reader was accepted once: ${JSON.stringify({ recipients, progress, received })}`)
}
