import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from '../../src/cli/run.ts'
import { createKey, SCOPES } from '../../src/http/keys.ts'
import { type RunningServer, startServer } from '../../src/http/server.ts'
import { openTestApp, type TestApp } from '../support/app.ts'
import { openTerminal, type Ran, run } from './terminal.ts'

let installation: TestApp
let server: RunningServer
let directory: string
let env: Record<string, string>

beforeAll(async () => {
  installation = await openTestApp()
  server = await startServer(installation.app)
  directory = await mkdtemp(join(tmpdir(), 'pressroom-cli-'))
  const { key } = await createKey(installation.app.store.keys, { name: 'test', scopes: SCOPES })
  env = { PRESSROOM_URL: server.url, PRESSROOM_KEY: key }
  const named = ['--name', 'Harbour', '--from-name', 'Harbour', '--from-address', 'h@example.com']
  await pressroom(['newsletter', 'create', 'harbour', ...named, '--postal-address', '1 Pier Street'])
})
afterAll(async () => {
  await server.close()
  await installation.close()
  await rm(directory, { recursive: true })
})

const pressroom = (args: readonly string[], stdin = '') => run(args, { env, directory, stdin })
const IMPORT = ['subscriber', 'import', 'export.csv', '--newsletter', 'harbour', '--source', 'sign-up sheets']
const write = (text: string) => writeFile(join(directory, 'export.csv'), text)
const read = (name: string) => readFile(join(directory, name), 'utf8')

/** With somebody at the terminal, who types `answer`. */
async function watched(args: readonly string[], answer: string): Promise<Ran> {
  const { terminal, stdout, stderr } = openTerminal({ env, directory })
  const code = await runCli(args, { ...terminal, isInteractive: true, stdin: Readable.from([Buffer.from(answer)]) })
  return { code, stdout: stdout.text, stderr: stderr.text }
}

const FILE =
  'email,status,plan\nada@example.com,active,free\nbob@example.com,inactive,free\ncy@example.com,churned,free\n=1@x,active,\n'

describe('an import', () => {
  test('shows in a dry run what a file is taken for, and writes nothing', async () => {
    await write(FILE)
    const { code, stdout } = await pressroom([...IMPORT, '--dry-run'])
    expect(code).toBe(0)
    expect(stdout).toBe(`COLUMN  IS TAKEN FOR
email   address
status  status
plan    attribute plan

COLUMN  SAYS      MEANS                           ROWS
status  active    confirmed                          1
status  inactive  unsubscribed                       1
status  churned   not known: say so with --means     1

Rows                  4
Added                 1
Updated               0
Left there, kept out  1
Not taken             2
  status not known    1
  not valid           1

Nothing was written.
`)
    expect((await pressroom(['subscriber', 'list'])).stdout).toBe('There is no such subscriber.\n')
  })

  test('is shown to whoever is at the terminal, and begins when they say so', async () => {
    const refused = await watched(IMPORT, 'no\n')
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toContain('status  inactive  unsubscribed')
    expect(refused.stderr).toContain('Nothing was written yet. Type yes to go on: ')
    expect((await pressroom(['subscriber', 'list'])).stdout).toBe('There is no such subscriber.\n')
    const agreed = await watched([...IMPORT, '--means', 'churned=unsubscribed'], 'yes\n')
    expect(agreed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Left there, kept out +2$/m) })
    expect(await watched([...IMPORT, '--yes'], '')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Updated +1$/m),
    })
  })

  test('writes a report of every row that is not taken, safe to open', async () => {
    const { code, stdout, stderr } = await pressroom([...IMPORT, '--report', 'report.csv'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^Not taken +3$/m)
    expect(await read('report.csv')).toBe(
      [
        'line,address,why,reason',
        `4,cy@example.com,unknown_status,"status is ""churned"": nobody has said what that means."`,
        '5,\'=1@x,not_valid,"The domain after the @ needs a dot, as in example.com."',
        '3,bob@example.com,kept_unsubscribed,"Left this newsletter before, and stays so."',
        '',
      ].join('\r\n'),
    )
    const json = await pressroom([...IMPORT, '--report', 'report.csv', '--json'])
    expect(JSON.parse(json.stdout)).toMatchObject({ rows: 4, notTaken: 3 })
  })

  test.each([
    [['--column', 'mail=x'], 'column: "mail=x" is not as expected'],
    [['--means', 'churned'], 'means: "churned" is not as expected'],
    [['--report', 'no/such/folder.csv'], 'no/such/folder.csv cannot be written'],
  ])('says what is wrong with %j', async (args, message) => {
    expect(await pressroom([...IMPORT, ...args])).toMatchObject({ code: 1, stderr: expect.stringContaining(message) })
  })
})

describe('an export', () => {
  test('is written to stdout, or into a file that is whole when it appears', async () => {
    const { stdout } = await pressroom(['subscriber', 'export', '--newsletter', 'harbour', '--status', 'confirmed'])
    expect(stdout).toMatch(/^newsletter,email,[^\r]+\r\nharbour,ada@example\.com,,confirmed,[^\r]+\r\n$/)
    const written = await pressroom([
      'subscriber',
      'export',
      '--newsletter',
      'harbour',
      '--status',
      'confirmed',
      '--out',
      'out.csv',
    ])
    expect(written).toMatchObject({ code: 0, stdout: 'Written to out.csv.\n' })
    expect(await read('out.csv')).toBe(stdout)
    expect((await readdir(directory)).filter((name) => name.endsWith('.part'))).toEqual([])
    expect(await pressroom(['subscriber', 'export', '--out', 'no/out.csv'])).toMatchObject({
      code: 1,
      stderr: 'no/out.csv cannot be written.\n',
    })
    expect(await pressroom(['subscriber', 'export', '--json'])).toMatchObject({ code: 1 })
    expect(await pressroom(['subscriber', 'export', '--newsletter', 'nope', '--out', 'nope.csv'])).toMatchObject({
      code: 1,
    })
    expect(await readdir(directory)).not.toContain('nope.csv')
  })
})

describe('suppressions', () => {
  test('are imported, listed, exported and lifted, which is kept', async () => {
    await write('email,reason\nspam@example.com,complained\ndead@example.com,bounced\n')
    const imported = await pressroom(['suppression', 'import', 'export.csv', '--source', 'the old shop'])
    expect(imported).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Suppressed +2$/m) })
    const listed = JSON.parse((await pressroom(['suppression', 'list', '--reason', 'bounced', '--json'])).stdout)
    expect(listed.rows).toMatchObject([{ addressKey: 'dead@example.com', source: 'the old shop' }])
    expect((await pressroom(['suppression', 'export'])).stdout).toMatch(
      /^spam@example\.com,complained,the old shop,20/m,
    )
    const lifted = await pressroom(['suppression', 'lift', listed.rows[0].id, '--why', 'A typing error'])
    expect(lifted.code).toBe(0)
    expect((await pressroom(['suppression', 'lifted'])).stdout).toContain('dead@example.com  every       bounced')
    expect((await pressroom(['suppression', 'lifted', '--address', 'dead@example.com'])).stdout).toContain(
      'A typing error',
    )
  })
})
