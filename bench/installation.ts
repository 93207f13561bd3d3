import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type App, openApp } from '../src/app.ts'
import { type Config, readConfig } from '../src/config/config.ts'
import type { IssueId, NewsletterId, SendId } from '../src/id.ts'
import { createIssue } from '../src/issue/create.ts'
import { createNewsletter } from '../src/newsletter/create.ts'
import { findSend } from '../src/send/schedule.ts'
import type { Send } from '../src/send/send.ts'
import { type Child, startChild } from './child.ts'
import type { ServerAnswers } from './pressroom-server.ts'
import type { WorkerAnswers } from './pressroom-worker.ts'
import { newsletter, PUBLIC_URL, readSample, SECRET, SUBJECT, sampleRow } from './sample.ts'

/** Pressroom on parts of this run, with an issue of the sample article. */
export type Installation = {
  readonly app: App
  readonly newsletterId: NewsletterId
  readonly issueId: IssueId
  /** A worker in a process of its own, with the settings it has by default. */
  startWorker(options?: WorkerOptions): Promise<Child<WorkerAnswers>>
  /** A server in a process of its own. */
  startServer(): Promise<Child<ServerAnswers>>
  /** Ends the workers and closes the app. */
  close(): Promise<void>
}

export type WorkerOptions = {
  readonly nodeArgs?: readonly string[]
  /** Recipients a call, at most; default: as many as the provider takes. */
  readonly maxRecipients?: number
}

export type InstallationPlace = {
  readonly databaseUrl: string
  /** Null: the queue is in the database. */
  readonly redisUrl?: string | null
  readonly directory: string
  /** Those of the provider. */
  readonly settings: Readonly<Record<string, string>>
}

const ROWS_AN_IMPORT = 5_000

/** Opens an installation whose newsletter has nobody yet. */
export async function openInstallation(place: InstallationPlace): Promise<Installation> {
  const config = readPlace(place)
  const app = await openApp(config)
  const children: { stop(): Promise<void> }[] = []
  const close = async () => {
    await Promise.all(children.map((child) => child.stop()))
    await app.close()
  }
  try {
    const { id: newsletterId, slug } = await createNewsletter(app.store.newsletters, newsletter)
    const article = await app.store.articles.create(await readSample())
    const content = { newsletter: slug, articles: [article.id], subject: SUBJECT, template: 'article', excerpt: null }
    const { id: issueId } = await createIssue(app, content)
    const startWorker = async ({ nodeArgs = [], maxRecipients }: WorkerOptions = {}) => {
      const env = { BENCH_CONFIG: JSON.stringify(config), BENCH_MAX_RECIPIENTS: String(maxRecipients ?? '') }
      const worker = startChild<WorkerAnswers>('pressroom-worker.ts', { env, nodeArgs })
      children.push(worker)
      await worker.ask('ready')
      return worker
    }
    const startServer = async () => {
      const server = startChild<ServerAnswers>('pressroom-server.ts', { env: { BENCH_CONFIG: JSON.stringify(config) } })
      children.push(server)
      await server.ask('url')
      return server
    }
    return { app, newsletterId, issueId, startWorker, startServer, close }
  } catch (error) {
    await close()
    throw error
  }
}

function readPlace({ databaseUrl, redisUrl = null, directory, settings }: InstallationPlace): Config {
  const all = {
    PUBLIC_URL,
    DATA_DIR: directory,
    DATABASE_URL: databaseUrl,
    ...(redisUrl === null ? {} : { REDIS_URL: redisUrl }),
    APP_SECRET: SECRET,
    LOG_LEVEL: 'warn',
    ...settings,
  }
  return readConfig(all, join(import.meta.dirname, '..'))
}

/** Does something on an installation that is closed afterwards. */
export async function onNewInstallation<T>(
  place: InstallationPlace,
  work: (on: Installation) => Promise<T>,
): Promise<T> {
  const installation = await openInstallation(place)
  try {
    return await work(installation)
  } finally {
    await installation.close()
  }
}

/** Imports so many readers as a CSV import does. */
export async function addReaders({ app, newsletterId }: Installation, recipients: number): Promise<void> {
  const run = await app.store.imports.open({ newsletterId, source: 'benchmark' })
  for (let first = 0; first < recipients; first += ROWS_AN_IMPORT) {
    const count = Math.min(ROWS_AN_IMPORT, recipients - first)
    await run.take(Array.from({ length: count }, (_, index) => sampleRow(first + index)))
  }
  await run.close()
}

/** The send as it is when `reached` says so; looks ten times a second. Throws when it stops on the way. */
export async function untilSend(app: App, id: SendId, reached: (send: Send) => boolean): Promise<Send> {
  for (;;) {
    const send = await findSend(app, id)
    if (reached(send)) return send
    if (['paused', 'missed', 'cancelled'].includes(send.state)) throw new Error(`The send is ${send.state}.`)
    await sleep(100)
  }
}
