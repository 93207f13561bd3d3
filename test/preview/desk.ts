import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { systemClock } from '../../src/clock.ts'
import { readConfig } from '../../src/config/config.ts'
import { createLogger } from '../../src/log.ts'
import type { PreviewedMail } from '../../src/preview/mail.ts'
import { openConfiguredMailbox } from '../../src/preview/mailbox.ts'
import { type Preview, type PreviewOptions, startPreview } from '../../src/preview/preview.ts'

export type Desk = {
  readonly folder: string
  readonly preview: Preview
  /** Saves a file below the folder. */
  save(name: string, content: string): Promise<void>
  close(): Promise<void>
}

/** A preview over a folder of its own, with one template and one article in it. */
export async function openDesk(more: Partial<PreviewOptions> = {}): Promise<Desk> {
  const folder = await mkdtemp(join(tmpdir(), '.pressroom-preview-'))
  const save = async (name: string, content: string) => {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  await save('emails/notice.tsx', notice('Dear'))
  await save('articles/gate.md', '---\nbyline: Mara\nheadline: The gate\n---\n\nIt stays open.\n')
  const preview = await startPreview({ ...optionsIn(folder), ...more })
  return {
    folder,
    preview,
    save,
    close: async () => {
      await preview.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export function optionsIn(folder: string): PreviewOptions {
  const log = createLogger('silent')
  const config = readConfig({ DATA_DIR: 'data' }, folder)
  return {
    port: 0,
    emailsDir: join(folder, 'emails'),
    articlesDir: join(folder, 'articles'),
    cacheDir: join(folder, 'node_modules', 'cache'),
    mailbox: openConfiguredMailbox({ config, clock: systemClock, log }),
    clock: systemClock,
    log,
  }
}

/** A template of somebody else's: one slot, one condition on a plan, one link. */
export function notice(words: string): string {
  return `
import { Html, Head, Body, Text, Img } from 'react-email'
import { Slot, useSlots, When } from 'pressroom/emails'
export default function Notice({ articles, newsletter }) {
  return <Html lang={newsletter.locale}><Head><style>{'@media (prefers-color-scheme: dark){p{color:#fff!important}}'}</style></Head>
    <Body style={{ backgroundColor: '#ffffff', color: '#000000' }}>
      <Text>${words} <Slot name="first_name" fallback="you" />: {articles[0].headline}</Text>
      <When attribute="plan" is="paid" otherwise={<Text>Join us.</Text>}><Text>Thank you for paying.</Text></When>
      <Img src="https://pictures.example/a.png" alt="A gate" width="200" height="100" />
      <a href={useSlots().url('view')}>Look</a>
    </Body></Html>
}`
}

type Failure = { readonly message: string; readonly where?: string; readonly lines?: readonly unknown[] }
type Told<T> = { readonly is: 'here'; readonly it: T } | { readonly is: 'failed'; readonly why: Failure }
type Choices = {
  readonly templates: readonly { readonly name: string; readonly isBroken: boolean }[]
  readonly articles: readonly string[]
  readonly readers: readonly { readonly id: string; readonly label: string }[]
  readonly languages: readonly string[]
}

/** What the page is told. */
export async function stateOf(
  { preview }: Pick<Desk, 'preview'>,
  query: string,
): Promise<{ readonly choices: Told<Choices>; readonly mail: Told<PreviewedMail> }> {
  const answer = await fetch(`${preview.url}/state?${query}`)
  return (await answer.json()) as Awaited<ReturnType<typeof stateOf>>
}

/** The mail that was asked for. */
export async function mailOf(desk: Pick<Desk, 'preview'>, query: string): Promise<PreviewedMail> {
  const { mail } = await stateOf(desk, query)
  if (mail.is === 'failed') throw new Error(mail.why.message)
  return mail.it
}

/** Why there is no mail. */
export async function failureOf(desk: Pick<Desk, 'preview'>, query: string): Promise<Failure> {
  const { mail } = await stateOf(desk, query)
  if (mail.is === 'here') throw new Error('There is a mail.')
  return mail.why
}

/** Asks with any headers, as a browser or somebody else would. */
export function ask(
  { preview }: Pick<Desk, 'preview'>,
  asked: { readonly path: string; readonly method?: string; readonly headers?: Record<string, string>; body?: string },
): Promise<{ readonly status: number | undefined; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(preview.url)
    const { path, method = 'GET', headers = {}, body } = asked
    const outgoing = request({ hostname, port, path, method, headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (part: string) => {
        text += part
      })
      answer.on('end', () => resolve({ status: answer.statusCode, text }))
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** Listens for news; `next` resolves at the next that was not waited for yet. */
export async function openNews({ preview }: Pick<Desk, 'preview'>) {
  const stop = new AbortController()
  const answer = await fetch(`${preview.url}/news`, { signal: stop.signal })
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  let unread = ''
  const next = async (): Promise<{ readonly files: readonly string[]; readonly at: number }> => {
    for (;;) {
      const [, news] = /^data: (.*)\n\n/m.exec(unread) ?? []
      if (news !== undefined) {
        unread = unread.slice(unread.indexOf(news) + news.length)
        return JSON.parse(news)
      }
      const part = await reader?.read()
      if (!part || part.done) throw new Error('The news ended.')
      unread += part.value
    }
  }
  return { next, close: async () => stop.abort() }
}
