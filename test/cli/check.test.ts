import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createKey, SCOPES } from '../../src/http/keys.ts'
import { type RunningServer, startServer } from '../../src/http/server.ts'
import { TEST_CACHE } from '../edition/rendering.ts'
import { openTestApp, type TestApp } from '../support/app.ts'
import { type Ran, run } from './terminal.ts'

const GOOD =
  '---\nheadline: The gate stays open all night\ndek: The harbour pilots want a say in when it closes.\nauthor: Mara\n---\n\nIt stays open.\n'
const BAD = GOOD.replace(
  'It stays open.',
  '![](https://a.press/gate.jpg)\n\nIt stays open, says [here](https://a.press/).',
)

let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pressroom-check-'))
  await writeFile(join(directory, 'good.md'), GOOD)
  await writeFile(join(directory, 'bad.md'), BAD)
  await writeFile(join(directory, 'empty.json'), JSON.stringify({ postalAddress: '\u200b' }))
})
afterAll(() => rm(directory, { recursive: true }))

function check(
  args: readonly string[],
  env: Record<string, string> = { DATA_DIR: join(TEST_CACHE, 'data') },
  stdin = '',
): Promise<Ran> {
  return run(['check', ...args], { directory, env, stdin })
}

describe('pressroom check of an article', () => {
  test('says that a mail keeps every rule', async () => {
    const { code, stdout } = await check(['good.md', '--no-spam'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'The mail keeps every rule.\n' })
  })

  test('lists what it finds by severity, with how to mend it', async () => {
    const { code, stdout } = await check(['bad.md', '--no-spam'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Warnings:\nRULE +WHERE +WHAT\n/)
    expect(stdout).toMatch(
      /^link-text +html <a href="https:\/\/a\.press\/"> here +“here” does not say where the link leads\.$/m,
    )
    expect(stdout).toMatch(/^→ link-text: Link the words/m)
  })

  test('gives an array on one line with --json, from stdin too', async () => {
    const { stdout } = await check(['-', '--no-spam', '--json'], undefined, BAD)
    const lines = stdout.trimEnd().split('\n')
    expect(JSON.parse(lines.at(-1) ?? '')).toContainEqual({
      rule: 'link-text',
      severity: 'warning',
      message: '“here” does not say where the link leads.',
      where: 'html <a href="https://a.press/"> here',
    })
    expect(lines).toHaveLength(1)
  })

  test('weighs the pictures beside it', async () => {
    const picture = Buffer.alloc(1_200_000)
    // A signature and a header: 600 by 400, in colour.
    Buffer.from('89504e470d0a1a0a0000000d4948445200000258000001900802000000', 'hex').copy(picture)
    await writeFile(join(directory, 'gate.png'), picture)
    await writeFile(join(directory, 'heavy.md'), GOOD.replace('It stays', '![The gate](gate.png)\n\nIt stays'))
    const { stdout } = await check(['heavy.md', '--no-spam'])
    expect(stdout).toMatch(/^img-weight +html +The images weigh 1\.2 MB together\.$/m)
  })

  test('says so when there is no such file', async () => {
    const { code, stderr } = await check(['nothing.md', '--no-spam'])
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'nothing.md cannot be read; expected a file, or - for stdin.\n',
    })
  })

  test('refuses a template for mail to one reader, and one that does not exist', async () => {
    expect((await check(['good.md', '--template', 'welcome'])).stderr).toContain('is for mail to one reader')
    expect((await check(['good.md', '--template', 'nope'])).code).toBe(1)
  })
})

describe('pressroom check of an issue', () => {
  let installation: TestApp
  let server: RunningServer
  let env: Record<string, string>

  beforeAll(async () => {
    installation = await openTestApp()
    server = await startServer(installation.app)
    const { key } = await createKey(installation.app.store.keys, { name: 'test', scopes: SCOPES })
    env = { PRESSROOM_URL: server.url, PRESSROOM_KEY: key }
  })
  afterAll(async () => {
    await server.close()
    await installation.close()
  })

  // biome-ignore lint/suspicious/noExplicitAny: tests state what they expect of an answer
  async function json(args: readonly string[]): Promise<any> {
    return JSON.parse((await run([...args, '--json'], { directory, env })).stdout)
  }

  test('ends with 1 when it finds errors, and a send of it with --allow is made', async () => {
    const sender = ['--name', 'Tides', '--from-name', 'Tides', '--from-address', 'tides@daily.press']
    await json(['newsletter', 'create', 'tides', ...sender, '--postal-address', '1 Pier Street, Skerrow'])
    const readers = ['subscriber', 'import', '-', '--newsletter', 'tides', '--source', 'a list', '--json']
    await run(readers, { directory, env, stdin: 'email\nada@daily.press\n' })
    const { id: article } = await json(['article', 'import', 'good.md'])
    const { id } = await json([
      'issue',
      'create',
      '--newsletter',
      'tides',
      '--article',
      article,
      '--subject',
      'Hello {{first_name}}',
    ])

    const checked = await check([id, '--no-spam', '--json'], env)
    expect(checked.code).toBe(1)
    expect(JSON.parse(checked.stdout)).toContainEqual({
      rule: 'slot-fallback',
      severity: 'error',
      message: 'Readers without first_name would see a gap.',
      where: 'subject slot first_name',
    })
    expect(checked.stderr).toBe('2 errors.\n')

    const send = ['send', 'create', id, '--at', 'now']
    expect((await run(send, { directory, env })).stderr).toContain('slot-fallback: subject slot first_name')
    expect((await json([...send, '--allow', 'slot-fallback'])).allowedChecks).toEqual(['slot-fallback'])
  })

  test('takes no template, for an issue has its own', async () => {
    const { code, stderr } = await check(['00000000-0000-4000-8000-000000000000', '--template', 'letter'], env)
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'An issue has its own; leave --template out.\n' })
  })
})
