import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createKey, SCOPES } from '../../src/http/keys.ts'
import { type RunningServer, startServer } from '../../src/http/server.ts'
import { type RunningWorker, startWorker } from '../../worker/main.ts'
import { openTestApp, type TestApp } from '../support/app.ts'
import { type Ran, run } from './terminal.ts'

const IMPORT = ['subscriber', 'import', '-', '--newsletter', 'harbour', '--source', 'sign-up sheets']

let installation: TestApp
let server: RunningServer
let worker: RunningWorker
let directory: string
let env: Record<string, string>

beforeAll(async () => {
  installation = await openTestApp()
  server = await startServer(installation.app)
  worker = await startWorker(installation.app)
  directory = await mkdtemp(join(tmpdir(), 'pressroom-cli-'))
  const { key } = await createKey(installation.app.store.keys, { name: 'test', scopes: SCOPES })
  env = { PRESSROOM_URL: server.url, PRESSROOM_KEY: key }
})
afterAll(async () => {
  await worker.stop()
  await server.close()
  await installation.close()
  await rm(directory, { recursive: true })
})

function pressroom(args: readonly string[], stdin = ''): Promise<Ran> {
  return run(args, { env, directory, stdin })
}

// biome-ignore lint/suspicious/noExplicitAny: tests state what they expect of an answer
async function json(args: readonly string[], stdin?: string): Promise<any> {
  const { code, stdout, stderr } = await pressroom([...args, '--json'], stdin)
  if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`)
  return JSON.parse(stdout)
}

async function makeNewsletter(slug: string): Promise<void> {
  const named = ['--name', 'The Harbour', '--from-name', 'The Harbour', '--from-address', 'h@example.com']
  await json(['newsletter', 'create', slug, ...named, '--postal-address', '1 Pier Street, Skerrow'])
}

async function makeIssue(newsletter: string): Promise<string> {
  const article = await json(
    ['article', 'import', '-', '--kind', 'markdown'],
    '---\nbyline: Ada Weather\n---\n# Rain\n\nOn Tuesday.\n',
  )
  const issue = await json(['issue', 'create', '--newsletter', newsletter, '--article', article.id])
  return issue.id
}

test('takes an issue all the way to its readers', async () => {
  await makeNewsletter('harbour')
  const imported = await pressroom(
    IMPORT,
    'email,first name\nada@example.com,Ada\nnobody,Bo\nbob@example.com,"$&<b>"""\n',
  )
  expect(imported).toMatchObject({ code: 0, stderr: expect.stringMatching(/^-:3: An address needs an @/) })
  expect(imported.stdout).toMatch(/^Added +2$/m)

  const issue = await makeIssue('harbour')
  const send = await json(['send', 'create', issue, '--at', 'now'])
  const watched = await pressroom(['send', 'watch', send.id])
  expect(watched).toMatchObject({
    code: 0,
    stdout: 'recipients 2 = accepted 2 + refused 0 + uncertain 0 + skipped 0\n',
  })
  const { rows } = await json(['send', 'deliveries', send.id])
  const outcomes = rows.map(({ address, outcome }: Record<string, string>) => `${address} ${outcome}`)
  expect(outcomes.sort()).toEqual(['ada@example.com accepted', 'bob@example.com accepted'])
  expect(await pressroom(['send', 'show', send.id])).toMatchObject({ stdout: expect.stringContaining('accepted 2') })
  const outbox = await run(['outbox', 'list', '--json'], { env: { DATA_DIR: installation.app.config.dataDir } })
  expect(
    JSON.parse(outbox.stdout)
      .rows.map(({ to }: { to: string }) => to)
      .sort(),
  ).toEqual(['ada@example.com', 'bob@example.com'])
})

describe('a scheduled send', () => {
  let send: string
  beforeAll(async () => {
    await makeNewsletter('weekly')
    await pressroom(
      ['subscriber', 'import', '-', '--newsletter', 'weekly', '--source', 'x'],
      'email\neve@example.com\n',
    )
    send = (
      await json(['send', 'create', await makeIssue('weekly'), '--at', '2031-03-28 07:00', '--zone', 'Europe/Berlin'])
    ).id
  })

  test('is read in its zone, and can be moved', async () => {
    expect((await json(['send', 'show', send])).scheduledAt).toBe('2031-03-28T06:00:00.000Z')
    const moved = await json(['send', 'reschedule', send, '--at', '2031-04-01T07:00Z'])
    expect(moved.scheduledAt).toBe('2031-04-01T07:00:00.000Z')
  })

  test('is refreshed with what was edited later', async () => {
    const { issueId } = await json(['send', 'show', send])
    const edited = await pressroom(['issue', 'edit', issueId, '--subject', 'Rain, again'])
    expect(edited.stderr).toBe(
      `Send ${send} keeps the issue as it was. To change it too: pressroom send refresh ${send}\n`,
    )
    expect(await pressroom(['send', 'refresh', send])).toMatchObject({ code: 0 })
  })

  test('cannot be paused before it sends, which says so', async () => {
    const paused = await pressroom(['send', 'pause', send])
    expect(paused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('is scheduled') })
  })

  test('is not watched to a good end when it was cancelled', async () => {
    expect(await json(['send', 'cancel', send])).toMatchObject({ state: 'cancelled' })
    const watched = await pressroom(['send', 'watch', send])
    expect(watched).toMatchObject({ code: 1, stderr: `Send ${send} was cancelled.\n` })
  })
})

describe('readers', () => {
  test('are asked to confirm, found by address, and can leave', async () => {
    await makeNewsletter('daily')
    await json(['subscriber', 'add', 'Cy@example.com', '--newsletter', 'daily', '--first-name', 'Cy'])
    const asked = await json(['subscriber', 'show', 'cy@example.com'])
    expect(asked).toMatchObject({ firstName: 'Cy', subscriptions: [{ status: 'pending' }] })
    const left = await json(['subscriber', 'unsubscribe', 'cy@example.com', '--newsletter', 'daily'])
    expect(left.subscriptions).toMatchObject([{ status: 'unsubscribed' }])
    expect(await pressroom(['subscriber', 'show', 'nobody@example.com'])).toMatchObject({ code: 1 })
  })

  test('can be suppressed, and that can be lifted', async () => {
    const { id } = await json(['suppression', 'add', 'Spam@example.com'])
    expect((await json(['suppression', 'list', '--address', 'spam@example.com'])).rows).toMatchObject([
      { id, addressKey: 'spam@example.com', newsletterId: null },
    ])
    expect(await json(['suppression', 'lift', id])).toEqual({ id, lifted: true })
    expect(await pressroom(['suppression', 'lift', id])).toMatchObject({ code: 1 })
  })
})

describe('an issue', () => {
  test('is written to files as a reader would get it, and sent as a test', async () => {
    await makeNewsletter('monthly')
    const issue = await makeIssue('monthly')
    const { html, text } = await json(['issue', 'preview', issue, '--out', 'preview'])
    expect(html).toBe(join(directory, 'preview', `issue-${issue}.html`))
    expect(await readFile(html, 'utf8')).toContain('On Tuesday.')
    expect(await readFile(text, 'utf8')).toContain('On Tuesday.')
    expect(await pressroom(['issue', 'test', issue, 'ed@example.com'])).toMatchObject({ code: 0 })
  })
})

describe('an article', () => {
  test('is taken in as what its file name says', async () => {
    await writeFile(
      join(directory, 'story.json'),
      JSON.stringify({ headline: 'Hail', byline: { name: 'A' }, blocks: [] }),
    )
    const refused = await pressroom(['article', 'import', 'story.json'])
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('blocks')
  })

  test.each([
    [['article', 'import', 'missing.md'], 'missing.md cannot be read'],
    [['article', 'import', '-'], 'Say so with --kind'],
  ])('that cannot be read is refused with what to do: %j', async (args, message) => {
    expect(await pressroom(args)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(message) })
  })
})

describe('keys', () => {
  test('are shown once, may do what they were made for, and can be revoked', async () => {
    const made = await pressroom(['key', 'create', '--name', 'reader', '--scope', 'read'])
    const key = made.stdout.trim()
    expect(await pressroom(['newsletter', 'list', '--key', key])).toMatchObject({ code: 0 })
    expect(await pressroom(['suppression', 'add', 'x@example.com', '--key', key])).toMatchObject({ code: 4 })
    const { rows } = await json(['key', 'list'])
    const { id } = rows.find(({ name }: { name: string }) => name === 'reader')
    expect(await json(['key', 'revoke', id])).toEqual({ id, revoked: true })
    const refused = await pressroom(['newsletter', 'list', '--key', key])
    expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining('does not know the key it was given') })
  })
})

test('templates are listed', async () => {
  const { rows } = await json(['template', 'list'])
  expect(rows.map(({ name }: { name: string }) => name)).toContain('article')
})

describe('what goes wrong', () => {
  test('is one JSON value on stdout too when JSON was asked for', async () => {
    const { code, stdout } = await pressroom(['newsletter', 'show', 'nope', '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toEqual({
      error: { code: 'not_found', message: expect.stringContaining('nope'), problems: [] },
    })
  })

  test('is listed problem by problem', async () => {
    const named = ['--name', 'x', '--from-name', 'x', '--postal-address', 'x']
    const { code, stderr } = await pressroom(['newsletter', 'create', 'UPPER', ...named, '--from-address', 'none'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^ {2}slug: /m)
    expect(stderr).toMatch(/^ {2}fromAddress: /m)
  })

  test('exits with 3 when no server answers, and says how to start one', async () => {
    const { code, stderr } = await run(['send', 'list'], { env: { PRESSROOM_URL: 'http://127.0.0.1:9' } })
    expect(code).toBe(3)
    expect(stderr).toBe('No Pressroom server answers at http://127.0.0.1:9. Start it with "npm start".\n')
  })
})

test('says what holds the mail, and goes on when that is put right', async () => {
  const { store, provider } = installation.app
  await store.pace.block(provider.account, 'auth', undefined, 'invalid_api_key')
  const held = await pressroom(['provider', 'status'])
  expect(held.stdout).toContain('the provider does not accept the key, the domain or the account (invalid_api_key)')
  expect(held.stdout).toContain('pressroom provider unblock')
  expect(await pressroom(['provider', 'unblock'])).toMatchObject({ code: 0, stdout: 'outbox is asked again.\n' })
  expect((await pressroom(['provider', 'status'])).stdout).toContain('Nothing holds it.')
})
