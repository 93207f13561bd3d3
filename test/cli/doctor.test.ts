import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Finding } from '../../src/cli/examine.ts'
import { startFakeResend } from '../../src/fake-resend/index.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { startSmtpSink } from '../support/smtp-sink.ts'
import { run } from './terminal.ts'

let database: TestDatabase
let directory: string

beforeAll(async () => {
  database = await createTestDatabase()
  directory = await mkdtemp(join(tmpdir(), 'pressroom-doctor-'))
})
afterAll(async () => {
  await database.drop()
  await rm(directory, { recursive: true })
})

/** Runs the doctor; what was found, by what was looked at. */
async function doctor(set: Readonly<Record<string, string>> = {}) {
  const env = { DATA_DIR: 'data', DATABASE_URL: database.url, APP_SECRET: 's'.repeat(32), ...set }
  const { code, stdout } = await run(['doctor', '--json'], { env, directory })
  const { ok, findings = [] }: { ok?: boolean; findings?: readonly Finding[] } = JSON.parse(stdout)
  return { code, ok, found: new Map(findings.map((finding) => [finding.what, finding])) }
}

function states(found: ReadonlyMap<string, Finding>) {
  return Object.fromEntries([...found].map(([what, { state }]) => [what, state]))
}

describe('the doctor', () => {
  test('finds nothing wrong with an installation that is well', async () => {
    const { code, ok, found } = await doctor()
    expect({ code, ok }).toEqual({ code: 0, ok: true })
    expect(states(found)).toEqual({
      configuration: 'ok',
      'data directory': 'ok',
      database: 'ok',
      clock: 'ok',
      queue: 'ok',
      provider: 'ok',
      events: 'ok',
      'public address': 'ok',
      templates: 'ok',
    })
  })

  test('exits with 3 when the database does not answer', async () => {
    const { code, found } = await doctor({ DATABASE_URL: 'postgres://127.0.0.1:9/nothing' })
    expect(code).toBe(3)
    expect(found.get('database')).toMatchObject({ state: 'fail', code: 'unavailable' })
  })

  test('exits with 2 when real mail would carry links that work on this machine only', async () => {
    const fake = await startFakeResend()
    const { code, found } = await doctor({ RESEND_API_KEY: 're_local_double', RESEND_BASE_URL: fake.url })
    await fake.close()
    expect(code).toBe(2)
    expect(found.get('provider')?.state).toBe('ok')
    expect(found.get('events')).toMatchObject({
      state: 'warn',
      advice: expect.stringContaining('RESEND_WEBHOOK_SECRET'),
    })
    expect(found.get('public address')).toMatchObject({ state: 'fail', advice: expect.stringContaining('PUBLIC_URL') })
  })

  test('exits with 1 when the provider does not take the key', async () => {
    const fake = await startFakeResend({ apiKeys: [{ key: 're_the_right_one' }] })
    const set = { RESEND_API_KEY: 're_a_wrong_one', RESEND_BASE_URL: fake.url, PUBLIC_URL: 'https://pressroom.invalid' }
    const { code, found } = await doctor(set)
    await fake.close()
    expect(code).toBe(1)
    expect(found.get('provider')).toMatchObject({ state: 'fail', advice: expect.stringContaining('RESEND_API_KEY') })
    expect(found.get('public address')?.state).toBe('warn')
  })

  test('signs in to the SMTP server that is configured, and exits with 1 when that is no use', async () => {
    const sink = await startSmtpSink({ extensions: ['AUTH PLAIN'] })
    const set = { SMTP_URL: `smtp://news:secret@localhost:${sink.port}`, PUBLIC_URL: 'https://pressroom.invalid' }
    const { code, found } = await doctor(set)
    void sink.failNext('auth', { kind: 'reply', reply: '535 5.7.8 no' })
    const refused = await doctor(set)
    await sink.close()
    expect([code, found.get('provider')]).toEqual([
      0,
      expect.objectContaining({
        state: 'ok',
        detail: expect.stringContaining('smtp: The server takes mail from here'),
      }),
    ])
    expect([refused.code, refused.found.get('provider')]).toEqual([
      1,
      expect.objectContaining({ state: 'fail', advice: 'See that SMTP_URL is right.' }),
    ])
    expect(sink.accepted.size).toBe(0)
  })

  test('names the templates that cannot be used, and why', async () => {
    await mkdir(join(directory, 'designs'))
    await writeFile(join(directory, 'designs', 'broken.tsx'), 'export default function Broken( {')
    const { code, found } = await doctor({ EMAILS_DIR: 'designs' })
    expect(code).toBe(1)
    expect(found.get('templates')).toMatchObject({ state: 'fail', advice: expect.stringContaining('broken.tsx:1:') })
  })

  test('says for people what is wrong and what to do', async () => {
    const env = { DATA_DIR: 'data', DATABASE_URL: database.url, APP_SECRET: 's'.repeat(32), EMAILS_DIR: 'designs' }
    const { stdout, stderr } = await run(['doctor'], { env, directory })
    expect(stdout).toMatch(/^ok {4}database {8}PostgreSQL /m)
    expect(stdout).toMatch(/^fail {2}templates {7}1 cannot be used\n +→ broken: /m)
    expect(stderr).toBe('1 of 9 checks failed.\n')
  })
})
