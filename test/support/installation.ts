import type { App } from '../../src/app.ts'
import type { Config } from '../../src/config/config.ts'
import { createKey, SCOPES } from '../../src/http/keys.ts'
import { startServer } from '../../src/http/server.ts'
import type { SendId } from '../../src/id.ts'
import { startWorker } from '../../worker/main.ts'
import { openTestApp } from './app.ts'
import type { TestDatabase } from './database.ts'
import { EventLog } from './event-log.ts'
import type { Tier } from './tiers.ts'

/** An installation that serves and, unless told otherwise, works; as its operator and its readers meet it. */
export type Installation = {
  readonly app: App
  readonly database: TestDatabase
  readonly url: string
  readonly events: EventLog
  /** Settings that another process needs to be part of it. */
  readonly environment: Readonly<Record<string, string>>
  /** Calls the API with an operator's key; a string goes out as text of `type`. Throws on any answer but 2xx. */
  call<Answer>(method: string, path: string, body?: object | string, type?: string): Promise<Answer>
  /** Newsletter, readers, article and issue; gives the issue's id. */
  fill(readers: number): Promise<{ readonly issue: string; readonly newsletter: string }>
  /** Resolves when the send is sent, by whichever process of `logs`. */
  sent(send: SendId | string): Promise<void>
  close(): Promise<void>
}

/** Brings up an installation on a tier. */
export async function startInstallation(
  tier: Tier,
  options: { readonly worker?: boolean; readonly config?: Partial<Config> } = {},
): Promise<Installation> {
  const database = await tier.createDatabase()
  const { queue, redisUrl } = await tier.createQueue(database)
  await queue.close()
  const events = new EventLog()
  const { app, close } = await openTestApp({ database, config: { redisUrl, ...options.config }, log: events.log })
  const server = await startServer(app)
  const worker = options.worker === false ? null : await startWorker(app)
  const { key } = await createKey(app.store.keys, { name: 'test', scopes: SCOPES })

  const call = async <Answer>(method: string, path: string, body?: object | string, type?: string): Promise<Answer> => {
    const response = await fetch(`${server.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': type ?? 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${text}`)
    return JSON.parse(text)
  }
  return {
    app,
    database,
    url: server.url,
    events,
    environment: {
      DATABASE_URL: database.url,
      APP_SECRET: app.config.appSecrets?.join(',') ?? '',
      PUBLIC_URL: app.publicUrl,
      DATA_DIR: app.config.dataDir,
      LOG_LEVEL: 'info',
      ...(redisUrl ? { REDIS_URL: redisUrl } : {}),
    },
    call,
    fill: async (readers) => {
      await call('POST', '/newsletters', {
        slug: 'harbour',
        name: 'The Harbour Letter',
        fromName: 'The Harbour Letter',
        fromAddress: 'letter@news.example.com',
        postalAddress: '1 Quay Street, Port Hale',
      })
      const rows = Array.from({ length: readers }, (_, index) => `reader${index}@example.com,Reader ${index}`)
      const csv = `email,first name\n${rows.join('\n')}\n`
      await call('POST', '/subscribers/import?newsletter=harbour&consentSource=test', csv, 'text/csv')
      const article = await call<{ id: string }>('POST', '/articles', ARTICLE, 'text/plain')
      const issue = await call<{ id: string }>('POST', '/issues', { newsletter: 'harbour', articles: [article.id] })
      return { issue: issue.id, newsletter: 'harbour' }
    },
    sent: async (send) => {
      await events.until((line) => line.event === 'send_sent' && line.send === send)
    },
    close: async () => {
      await worker?.stop()
      await server.close()
      await close()
    },
  }
}

/** An article as it is pasted from a page. */
export const ARTICLE = `Ferry to the Outer Isles Runs Again
After nine weeks in dry dock, the Margit is back on the morning crossing.
AI Journalist: Ada Quill
Local affairs correspondent who covers the coast.
View Journalist's Editorial Perspective
"You are Ada Quill. Write plainly. Focus on: who is affected, and what it costs."
Listen to Article
Click play to generate audio

The ferry Margit left Port Hale at six on Monday morning with forty passengers, nine weeks after her engine failed.
“We missed the noise of her,” said Tomas Reed, who keeps the only shop on Little Skerry.
The repair cost 1.2 million, of which the county pays two thirds & the operator the rest.
`
