import { resolve } from 'node:path'
import type { z } from 'zod'
import { startWorker } from '../worker/main.ts'
import { type App, type AppParts, openApp } from './app.ts'
import { type ArticleSource, readArticle } from './article/read.ts'
import { type Config, loadConfig, withPort } from './config/config.ts'
import type { Edition, Message } from './edition/edition.ts'
import { AppError, type Problem } from './error.ts'
import { type RunningServer, startServer } from './http/server.ts'
import { type Id, isId } from './id.ts'
import { createIssue } from './issue/create.ts'
import { type Issue, newIssueSchema, type StoredArticle } from './issue/issue.ts'
import { previewIssue } from './issue/preview.ts'
import { createNewsletter } from './newsletter/create.ts'
import { findNewsletter } from './newsletter/find.ts'
import { type Newsletter, newNewsletterSchema } from './newsletter/newsletter.ts'
import { newSendSchema, requestSend } from './send/request.ts'
import { findSend } from './send/schedule.ts'
import type { Progress, Send } from './send/send.ts'
import { cancelSend } from './send/steer.ts'
import { type ImportOptions, type ImportReport, importSubscribers } from './subscriber/import.ts'
import { refusalOf, subscribe, subscribeInputSchema } from './subscriber/subscribe.ts'

export type { Config } from './config/config.ts'
export { AppError, type ErrorCode, type Problem } from './error.ts'
export type {
  ArticleSource,
  Edition,
  ImportReport,
  Issue,
  Message,
  Newsletter,
  Progress,
  RunningServer,
  Send,
  StoredArticle,
}

type RunningWorker = Awaited<ReturnType<typeof startWorker>>

/** What is asked for when a send is scheduled from a program. `at`: default now. */
export type SendRequest = Omit<z.input<typeof newSendSchema>, 'issue' | 'at'> & {
  readonly issue: string
  readonly at?: Date | string
  /** A request that comes again with its key is answered with the send it made. */
  readonly idempotencyKey?: string
}

/** An installation in a program of yours: the verbs of the HTTP API as functions. Refusals are thrown as `AppError`. */
export type Pressroom = {
  /** What stands behind it, for what has no function here. */
  readonly app: App
  createNewsletter(newsletter: z.input<typeof newNewsletterSchema>): Promise<Newsletter>
  /** Takes in an article as JSON, Markdown or pasted text; `warnings` say what was left out or guessed. */
  importArticle(source: ArticleSource): Promise<StoredArticle & { readonly warnings: readonly Problem[] }>
  createIssue(issue: z.input<typeof newIssueSchema>): Promise<Issue>
  /** The issue as a reader would get it now; stores nothing. */
  renderIssue(issueId: string): Promise<Message & { readonly edition: Edition }>
  /** Asks an address to confirm a subscription. Says nothing about whether it was known. */
  subscribe(request: z.input<typeof subscribeInputSchema>): Promise<void>
  /** Brings the people of a CSV file, who agreed elsewhere, as what they were there. `newsletter`: slug or id. */
  importSubscribers(
    newsletter: string,
    csv: AsyncIterable<Uint8Array>,
    options: Omit<ImportOptions, 'newsletterId' | 'newsletterSlug'>,
  ): Promise<ImportReport>
  scheduleSend(request: SendRequest): Promise<Send>
  getSend(sendId: string): Promise<Send & { readonly progress: Progress }>
  cancelSend(sendId: string): Promise<Send>
  /** Starts a worker in this process; it ends with `close`. Others may run elsewhere. */
  startWorker(): Promise<RunningWorker>
  /** Serves the API and the readers' pages from this process, until `close`. */
  serve(options?: { readonly host?: string; readonly port?: number }): Promise<RunningServer>
  /** Ends what was started here, lets mail under way finish, and closes the installation. */
  close(): Promise<void>
}

/**
 * Opens an installation: what `config` says, and for the rest the environment and `.env`, as the CLI reads them. With
 * nothing configured it keeps a PostgreSQL of its own in `.pressroom/`, and its mail in the outbox.
 * @throws AppError `config_invalid`, `conflict` or `unavailable`
 */
export async function createPressroom(config: Partial<Config> = {}, parts: AppParts = {}): Promise<Pressroom> {
  const loaded = loadConfig()
  const base = config.port === undefined ? loaded : withPort(loaded, config.port)
  const app = await openApp({ ...base, ...config, dataDir: resolve(config.dataDir ?? base.dataDir) }, parts)
  return pressroomOn(app)
}

function pressroomOn(app: App): Pressroom {
  const { store } = app
  const running: { stop(): Promise<void> }[] = []
  return {
    app,
    createNewsletter: async (newsletter) => createNewsletter(store.newsletters, check(newNewsletterSchema, newsletter)),
    importArticle: async (source) => {
      const { article, warnings } = await readArticle(source)
      return { ...(await store.articles.create(article)), warnings }
    },
    createIssue: async (issue) => createIssue(app, check(newIssueSchema, issue)),
    renderIssue: async (issueId) => {
      const { edition, message } = await previewIssue(app, idOf<'issue'>(issueId))
      return { ...message, edition }
    },
    subscribe: async (request) => {
      const input = check(subscribeInputSchema, request)
      const answer = await subscribe({ ...app, ...store }, input, { source: 'api' })
      if (answer.kind !== 'heard') throw refusalOf(answer.kind, input.newsletter)
    },
    importSubscribers: async (newsletter, csv, options) => {
      const { id: newsletterId, slug: newsletterSlug } = await findNewsletter(store.newsletters, newsletter)
      return importSubscribers(store.imports, csv, { ...options, newsletterId, newsletterSlug })
    },
    scheduleSend: async ({ idempotencyKey: key, at = 'now', ...request }) => {
      const time = typeof at === 'string' ? at : at.toISOString()
      const asked = check(newSendSchema, { ...request, at: time })
      const { send } = await requestSend(
        app,
        asked,
        'library',
        key === undefined ? undefined : { key, scope: 'library' },
      )
      return send
    },
    getSend: async (sendId) => {
      const send = await findSend(app, idOf<'send'>(sendId))
      return { ...send, progress: await store.sends.progress(send.id) }
    },
    cancelSend: async (sendId) => cancelSend(app, idOf<'send'>(sendId), 'library'),
    startWorker: async () => {
      const worker = await startWorker(app)
      running.push(worker)
      return worker
    },
    serve: async (options) => {
      const server = await startServer(app, options)
      running.push({ stop: () => server.close() })
      return server
    },
    close: async () => {
      for (const one of running.splice(0).reverse()) await one.stop()
      await app.close()
    },
  }
}

function check<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => ({ where: path.join('.'), message }))
  throw new AppError('invalid_input', 'The input is not as expected.', { problems })
}

function idOf<Kind extends string>(text: string): Id<Kind> {
  if (isId<Kind>(text)) return text
  throw new AppError('not_found', `${JSON.stringify(text.slice(0, 64))} is no id.`)
}
