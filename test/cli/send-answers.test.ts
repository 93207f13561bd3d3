import { Readable } from 'node:stream'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from '../../src/cli/run.ts'
import { createKey, SCOPES } from '../../src/http/keys.ts'
import { type RunningServer, startServer } from '../../src/http/server.ts'
import type { MessageAnswer } from '../../src/provider/provider.ts'
import { makeSend, makeSendable, type Sendable } from '../http/a-send.ts'
import { openTestApp, type TestApp } from '../support/app.ts'
import { withLogOpen } from '../support/database.ts'
import { deliverAll } from '../support/deliver.ts'
import { ScriptedProvider } from '../support/sending.ts'
import { openTerminal, type Ran, run } from './terminal.ts'

const provider = new ScriptedProvider()
const accepted: MessageAnswer = { kind: 'accepted', providerMessageId: 'm-1' }
const refused: MessageAnswer = { kind: 'refused', reason: '=550 "no such user", sorry' }
const uncertain: MessageAnswer = { kind: 'uncertain', reason: 'answer_lost' }

let installation: TestApp
let server: RunningServer
let sendable: Sendable
let env: Record<string, string>

beforeAll(async () => {
  installation = await openTestApp({ provider })
  server = await startServer(installation.app)
  sendable = await makeSendable(installation.app, 4)
  const { key } = await createKey(installation.app.store.keys, { name: 'desk', scopes: SCOPES })
  env = { PRESSROOM_URL: server.url, PRESSROOM_KEY: key }
})
afterEach(async () => {
  const tables = 'operator_log, delivery, batch, send_edition, send'
  await installation.database.pool.query(withLogOpen(`truncate ${tables} cascade`))
})
afterAll(async () => {
  await server.close()
  await installation.close()
})

const pressroom = (...args: string[]): Promise<Ran> => run(args, { env })

// biome-ignore lint/suspicious/noExplicitAny: tests state what they expect of an answer
async function json(...args: string[]): Promise<any> {
  return JSON.parse((await pressroom(...args, '--json')).stdout)
}

async function sendAnswered(...messages: MessageAnswer[]): Promise<string> {
  provider.script.push({ kind: 'answered', messages })
  const send = await makeSend(installation.app, sendable)
  await deliverAll(installation.app)
  return send
}

/** Answers at a terminal where somebody watches. */
async function atTerminal(args: readonly string[], typed: string) {
  const { terminal, stdout, stderr } = openTerminal({ env })
  const code = await runCli(args, { ...terminal, isInteractive: true, stdin: Readable.from([Buffer.from(typed)]) })
  return { code, stdout: stdout.text, stderr: stderr.text }
}

describe('pressroom send missing', () => {
  test('counts by reason and lists, in text, JSON and CSV', async () => {
    const send = await sendAnswered(accepted, refused, uncertain, uncertain)
    const { stdout } = await pressroom('send', 'missing', send)
    expect(stdout).toMatch(
      /^KIND +REASON +READERS\nuncertain +answer_lost +2\nrefused +=550 "no such user", sorry +1\n\n/,
    )
    expect(stdout.match(/reader\d@example\.com/g)).toHaveLength(3)
    const listed = await json('send', 'missing', send, '--kind', 'refused')
    expect(listed.rows).toMatchObject([{ outcome: 'refused' }])
    const { id, address } = listed.rows[0]
    const asCsv = await pressroom('send', 'missing', send, '--kind', 'refused', '--csv')
    expect(asCsv.stdout).toBe(
      `id,address,outcome,reason,fate\r\n${id},${address},refused,"'=550 ""no such user"", sorry",\n`,
    )
    expect(await json('send', 'missing', send, '--csv')).toHaveLength(3)
    const nobody = await pressroom('send', 'missing', send, '--kind', 'skipped')
    expect(nobody.stdout).toMatch(/There is nobody\.\n$/)
  })
})

describe('pressroom send resend-missing', () => {
  test('tells how many, then does it, and the log says who did', async () => {
    const send = await sendAnswered(accepted, refused, refused, uncertain)
    const asked = await pressroom('send', 'resend-missing', send, '--dry-run')
    expect(asked.stdout).toBe('2 readers would be written to again.\n')
    const done = await pressroom('send', 'resend-missing', send)
    expect(done.stdout).toBe(`2 readers will be written to again.\nTo see it go out: pressroom send watch ${send}\n`)
    const twice = await pressroom('send', 'resend-missing', send)
    expect(twice).toMatchObject({ code: 1, stderr: expect.stringContaining('is sending') })
    await deliverAll(installation.app)
    const watched = await pressroom('send', 'watch', send)
    expect(watched.stdout).toBe('recipients 4 = accepted 3 + refused 0 + uncertain 1 + skipped 0\n')
    const { stdout } = await pressroom('send', 'log', send)
    expect(stdout).toMatch(
      /resend_missing {2}key desk {2}\{"batches":\{"to":2,"from":2\},"received":0,"deliveries":2\}/,
    )
    expect((await json('send', 'log')).rows).toMatchObject([{ sendId: send, actor: 'key desk' }])
  })
})

describe('pressroom send uncertain', () => {
  test('lists, marks those named, and says who is not uncertain', async () => {
    const send = await sendAnswered(accepted, accepted, uncertain, uncertain)
    const [first, second] = (await json('send', 'uncertain', send)).rows.map(({ id }: { id: string }) => id)
    const marked = await pressroom('send', 'uncertain', send, first, '--mark', 'accepted')
    expect(marked.stdout).toBe('Marked as accepted: 1 reader.\n')
    const both = await pressroom('send', 'uncertain', send, first, second, '--mark', 'refused')
    expect(both.stdout).toBe('Marked as refused: 1 reader. 1 of those named are not uncertain.\n')
    expect((await pressroom('send', 'uncertain', send)).stdout).toBe('Nobody is uncertain.\n')
  })

  test('resends to nobody before somebody said yes', async () => {
    const send = await sendAnswered(accepted, accepted, uncertain, uncertain)
    const resend = ['send', 'uncertain', send, '--all', '--resend']
    expect(await pressroom(...resend)).toEqual({
      code: 1,
      stdout: '',
      stderr: '2 readers may get it twice. Add --yes to go on.\n',
    })
    expect(await atTerminal(resend, 'no\n')).toEqual({
      code: 1,
      stdout: '',
      stderr: '2 readers may get it twice. Type yes to go on: Nothing was done.\n',
    })
    expect((await json('send', 'log', send)).rows).toEqual([])
    expect(await atTerminal(resend, 'yes\n')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^2 readers will be written to again\./),
    })
    await deliverAll(installation.app)
    expect((await pressroom(...resend, '--yes')).stdout).toBe('0 readers will be written to again.\n')
  })

  test.each([
    [['--mark', 'accepted'], 'Name deliveries, or add --all.'],
    [['--all'], 'Add --mark or --resend to decide.'],
    [['--all', '--resend', '--mark', 'refused'], 'cannot be used with'],
    [['--all', '--mark', 'sent'], 'Allowed choices are accepted, refused.'],
  ])('refuses %j', async (options, message) => {
    const { code, stderr } = await pressroom('send', 'uncertain', 'some-send', ...options)
    expect(code).not.toBe(0)
    expect(stderr).toContain(message)
  })

  test('is there for single mail', async () => {
    provider.script.push({ kind: 'answered', messages: [uncertain] })
    const mail = { ...sendable, subscriberId: null, address: 'me@example.com', slotValues: {} }
    await installation.app.store.deliveries.addSingle(mail)
    await deliverAll(installation.app)
    expect((await json('send', 'uncertain', 'single')).rows).toMatchObject([{ address: 'me@example.com' }])
    const resent = await pressroom('send', 'uncertain', 'single', '--all', '--resend', '--yes')
    expect(resent.stdout).toBe('1 reader will be written to again.\n')
    await deliverAll(installation.app)
    expect(provider.mails.at(-1)?.to).toBe('me@example.com')
  })
})
