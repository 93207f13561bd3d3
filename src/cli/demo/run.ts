import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { App } from '../../app.ts'
import type { Clock } from '../../clock.ts'
import { PACKAGE_ROOT } from '../../edition/bundle.ts'
import { AppError } from '../../error.ts'
import { createLogger } from '../../log.ts'
import { writeOutboxIndex } from '../../outbox/write-index.ts'
import { type Api, createApi } from '../api.ts'
import type { Output } from '../output.ts'
import { outcomeLine, type Send, type SendWithProgress } from '../send-text.ts'
import { serve } from '../serve.ts'
import { shown } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { untilStopped } from '../until-stopped.ts'
import { watchSend } from '../watch-send.ts'
import { clearPlace, demoConfig } from './place.ts'
import { madeUpReaders, readersCsv } from './readers.ts'

export type DemoOptions = { readonly terminal: Terminal; readonly output: Output; readonly stay: boolean }

const READERS = 1_000
const SECONDS_AHEAD = 3
const NEWSLETTER = {
  slug: 'harbour-letter',
  name: 'The Harbour Letter',
  fromName: 'The Harbour Letter',
  fromAddress: 'letter@example.com',
  postalAddress: '1 Pier Street, 12345 Skerrow, Nowhere',
}

/**
 * Goes the whole way through the same API as everybody, on an installation of its own: article, newsletter, readers,
 * issue, send, outbox. Prints what came of it.
 * @throws AppError when any of it does not work out
 */
export async function runDemo({ terminal, output, stay }: DemoOptions): Promise<void> {
  const config = demoConfig(terminal)
  const began = terminal.clock.now()
  await clearPlace(config)
  output.note('Pressroom demo: a database, a server and a worker of its own, and mail that stays on this machine.\n')
  const serving = await serve(config, { server: true, worker: true }, createLogger(config.logLevel))
  try {
    const { app, url, operatorKey: key } = serving
    if (url === null) throw new AppError('internal', 'The demo has no server.')
    say(output, 'Running', `${url}  (${secondsSince(began, terminal.clock)})`)
    const api = createApi({ url, key }, terminal.stopped)
    const scheduled = await prepare(api, output, terminal.clock)
    const send = await follow(scheduled, { api, output, terminal })
    await report({ app, send, url, took: secondsSince(began, terminal.clock) }, output)
    if (!stay) return
    output.note(`\nStill serving at ${url} (outbox: ${url}/outbox). Ctrl-C stops it.`)
    await untilStopped(terminal.stopped)
  } finally {
    await serving.close()
  }
}

async function prepare(api: Api, output: Output, clock: Clock): Promise<Send> {
  const newsletter = await api.post<{ readonly name: string }>('/newsletters', { json: NEWSLETTER })
  say(output, 'Newsletter', newsletter.name)
  const article = await importArticle(api)
  say(
    output,
    'Article',
    `${article.headline}, by ${article.byline.name}${article.byline.isAI ? ' (AI journalist)' : ''}`,
  )
  const added = await importReaders(api)
  say(output, 'Readers', `${shown(added)} imported from a CSV file`)
  const issue = await api.post<{ readonly id: string }>('/issues', {
    json: { newsletter: NEWSLETTER.slug, articles: [article.id] },
  })
  const at = new Date(clock.now().getTime() + SECONDS_AHEAD * 1_000).toISOString()
  const send = await api.post<Send>('/sends', { json: { issue: issue.id, at } })
  say(output, 'Send', `scheduled for ${send.scheduledAt}, ${SECONDS_AHEAD} s ahead\n`)
  return send
}

async function importArticle(api: Api) {
  const name = 'harbour-vote.txt'
  const bytes = await readFile(join(PACKAGE_ROOT, 'examples', 'articles', name))
  const { id, article } = await api.post<Imported>('/articles', {
    query: { name },
    body: { type: 'text/plain', bytes },
  })
  return { id, ...article }
}

type Imported = {
  readonly id: string
  readonly article: { readonly headline: string; readonly byline: { readonly name: string; readonly isAI: boolean } }
}

async function importReaders(api: Api): Promise<number> {
  const bytes = Buffer.from(readersCsv(madeUpReaders(READERS)))
  const query = { newsletter: NEWSLETTER.slug, consentSource: 'made up for the demo' }
  const body = { type: 'text/csv', bytes }
  const { added } = await api.post<{ readonly added: number }>('/subscribers/import', { query, body })
  return added
}

async function follow(
  scheduled: Send,
  watching: { readonly api: Api; readonly output: Output; readonly terminal: Terminal },
): Promise<SendWithProgress> {
  const silent = { ...watching, output: { note: () => undefined } }
  const { send, explanation } = await watchSend(scheduled.id, silent)
  if (explanation !== null) throw new AppError('conflict', explanation)
  return send
}

type Done = { readonly app: App; readonly send: SendWithProgress; readonly url: string; readonly took: string }

async function report({ app, send, url, took }: Done, output: Output): Promise<void> {
  if (app.outboxDir === null) throw new AppError('internal', 'The demo has no outbox.')
  const outbox = pathToFileURL(await writeOutboxIndex(app.outboxDir)).href
  const { progress } = send
  if (progress.accepted !== READERS)
    throw new AppError('internal', `Not every message was accepted: ${outcomeLine(progress)}.`)
  output.result({ outbox, url, send: send.id, ...progress }, () =>
    [
      '',
      outcomeLine(progress),
      '',
      `All done in ${took}. The mail, as readers would get it (a page that needs no server):`,
      `  ${outbox}`,
      '',
      'Next: npm run pressroom -- --help',
    ].join('\n'),
  )
}

function say(output: Output, what: string, detail: string): void {
  output.note(`  ${what.padEnd(11)} ${detail}`)
}

function secondsSince(began: Date, clock: Clock): string {
  return `${((clock.now().getTime() - began.getTime()) / 1_000).toFixed(1)} s`
}
