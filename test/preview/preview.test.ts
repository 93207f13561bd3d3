import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { createLogger } from '../../src/log.ts'
import type { PreviewedMessage } from '../../src/preview/message.ts'
import { type Preview, startPreview } from '../../src/preview/preview.ts'

let folder: string
let preview: Preview
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), '.pressroom-preview-'))
  await mkdir(join(folder, 'emails'))
  await mkdir(join(folder, 'articles'))
  await writeFile(join(folder, 'emails', 'notice.tsx'), notice('Dear'))
  await writeFile(join(folder, 'articles', 'gate.md'), '---\nbyline: Mara\nheadline: The gate\n---\n\nIt stays open.\n')
  preview = await startPreview(options())
})
afterAll(async () => {
  await preview.close()
  await rm(folder, { recursive: true, force: true })
})

function options(more: object = {}) {
  const folders = { emailsDir: join(folder, 'emails'), articlesDir: join(folder, 'articles') }
  return {
    port: 0,
    ...folders,
    cacheDir: join(folder, 'node_modules', 'cache'),
    clock: systemClock,
    log: createLogger('silent'),
    ...more,
  }
}

const notice = (words: string) => `
import { Html, Text } from 'react-email'
import { Slot, useSlots } from 'pressroom/emails'
export default function Notice({ articles }) {
  return <Html><Text>${words} <Slot name="first_name" fallback="you" />: {articles[0].headline}</Text><a href={useSlots().url('view')}>x</a></Html>
}`

type Answer = PreviewedMessage & { templates: string[]; articles: string[]; message: string; problems: unknown[] }

async function ask(path: string) {
  const answer = await fetch(preview.url + path)
  return { status: answer.status, body: (await answer.json()) as Answer }
}

describe('the preview', () => {
  test('shows the message that a reader would get, with list headers and links', async () => {
    const { body } = await ask('/message?template=notice&article=gate.md')
    expect(body).toMatchObject({ subject: 'The gate', preheader: 'The gate', ownText: false })
    expect(body.html).toContain('Dear Ada: The gate')
    expect(body.html).toContain(`<a href="${preview.url}/link/view">`)
    expect(body.bytes).toBe(Buffer.byteLength(body.html))
    expect(body.headers.map(({ name }) => name)).toEqual(['List-Unsubscribe', 'List-Unsubscribe-Post', 'List-Id'])
  })

  test('shows what a reader without a name gets', async () => {
    const { body } = await ask('/message?template=notice&article=gate.md&reader=unnamed')
    expect(body.html).toContain('Dear you: The gate')
  })

  test("shows a template's own sample when no article is chosen", async () => {
    expect((await ask('/message?template=article')).body.subject).toBe('The tide gate that opens by itself')
    expect((await ask('/message?template=confirm-subscription')).body.subject).toContain('Confirm your subscription')
  })

  test('offers templates and articles to choose from', async () => {
    const { body } = await ask('/choices')
    expect(body.templates).toEqual(['article', 'confirm-subscription', 'digest', 'goodbye', 'letter', 'notice', 'welcome'])
    expect(body.articles).toContain('gate.md')
  })

  test('follows a saved file and names file and line of a broken one', async () => {
    const changes = await openChanges()
    await writeFile(join(folder, 'emails', 'draft.tsx'), notice('after'))
    await changes.next()
    expect((await ask('/message?template=draft&article=gate.md')).body.html).toContain('after Ada: The gate')
    await writeFile(join(folder, 'emails', 'draft.tsx'), 'export default function Notice() {\n  return <p>{</p>\n}')
    await changes.next()
    const { status, body } = await ask('/message?template=draft&article=gate.md')
    expect(status).toBe(422)
    expect(body.message).toContain(`${join(folder, 'emails', 'draft.tsx')}:2:15: Expected identifier`)
    await changes.close()
  })

  test('says what is wrong with an article, and that one is not there', async () => {
    await writeFile(join(folder, 'articles', 'bad.json'), '{"headline": 7}')
    const bad = await ask('/message?template=notice&article=bad.json')
    expect(bad.status).toBe(422)
    expect(bad.body.problems).not.toEqual([])
    expect((await ask('/message?article=..%2F..%2Fpackage.json')).status).toBe(404)
  })
})

describe('on a machine with other people and pages', () => {
  test('it refuses to listen beyond loopback', async () => {
    await expect(startPreview(options({ host: '0.0.0.0' }))).rejects.toMatchObject({ code: 'config_invalid' })
  })

  test('it says so when its port is taken', async () => {
    const port = Number(new URL(preview.url).port)
    await expect(startPreview(options({ port }))).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('it answers only to a name that means this machine', async () => {
    expect(await statusFor('news.example')).toBe(403)
    expect(await statusFor('localhost')).toBe(200)
  })

  test('its page loads nothing from elsewhere, and a mail runs no script and loads pictures only when asked', async () => {
    const policy = async (path: string) => (await fetch(preview.url + path)).headers.get('content-security-policy')
    expect(await policy('/')).toMatch(/^default-src 'none'; script-src 'self';/)
    expect(await policy('/mail?template=article')).toBe("default-src 'none'; style-src 'unsafe-inline'; img-src 'none'")
    expect(await policy('/mail?template=article&pictures=on')).toContain('img-src https: http:')
  })
})

/** Listens for announced changes; `next` resolves at the next one that was not waited for yet. */
async function openChanges() {
  const stop = new AbortController()
  const answer = await fetch(`${preview.url}/changes`, { signal: stop.signal })
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  let unread = ''
  const next = async () => {
    while (!unread.includes('data: changed\n\n')) unread += (await reader?.read())?.value ?? ''
    unread = unread.slice(unread.indexOf('data: changed\n\n') + 'data: changed\n\n'.length)
  }
  return { next, close: async () => stop.abort() }
}

function statusFor(host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(preview.url)
    const asked = request({ hostname, port, path: '/choices', headers: { host } }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
    asked.on('error', reject)
    asked.end()
  })
}
