import { afterAll, beforeAll, expect, test } from 'vitest'
import { createKey, SCOPES } from '../../src/http/keys.ts'
import { type RunningServer, startServer } from '../../src/http/server.ts'
import { openTestApp, type TestApp } from '../support/app.ts'
import { run } from './terminal.ts'

let installation: TestApp
let server: RunningServer
let key: string
let id: string

beforeAll(async () => {
  installation = await openTestApp()
  const { store } = installation.app
  server = await startServer(installation.app)
  key = (await createKey(store.keys, { name: 'operator', scopes: SCOPES })).key
  const raw = Buffer.from('From: eve@example.com\r\nSubject: \u001b[31m\r\n\r\nWho is this?\r\n')
  const mail = { source: 'smtp', recipient: 'postmaster@in.example.com', sender: '', raw }
  await store.inbound.receive({ ...mail, sourceId: '1' })
  id = (await store.inbound.take(1_000))?.id ?? ''
  await store.inbound.settle(id, { state: 'kept', kind: 'bounce', reason: 'no_delivery', detail: 'permanent 5.1.1' })
})
afterAll(async () => {
  await server.close()
  await installation.close()
})

const inbound = (args: readonly string[]) =>
  run(['inbound', ...args], { env: { PRESSROOM_URL: server.url, PRESSROOM_KEY: key } })

test('lists mail with what was made of it, and why', async () => {
  const { code, stdout } = await inbound(['list'])
  expect(code).toBe(0)
  const [heading, row] = stdout.trimEnd().split('\n')
  expect(heading).toMatch(/^ID +RECEIVED +KIND +STATE +TO$/)
  expect(row?.replace(/^\S+ +\S+ +/, '')).toMatch(
    /^bounce \(permanent 5\.1\.1\) +kept \(no_delivery\) +postmaster@in\.example\.com$/,
  )
  expect((await inbound(['list', '--state', 'applied'])).stdout).toBe('There is no such mail.\n')
})

test('shows a mail line by line, and nothing in it that steers a terminal', async () => {
  const { stdout } = await inbound(['show', id])
  expect(stdout).toContain('a machine that wants no answer')
  expect(stdout).toContain('\nFrom: eve@example.com\nSubject:  [31m\n\nWho is this?\n')
})

test('reads again and discards what is named, and nothing by default', async () => {
  expect(await inbound(['replay'])).toMatchObject({ code: 1, stderr: expect.stringContaining('Say which') })
  expect((await inbound(['replay', id])).stdout).toMatch(/^One mail is read again/)
  await installation.app.store.inbound.settle(id, { state: 'kept', kind: 'unknown', reason: 'not_understood' })
  expect((await inbound(['discard', id])).stdout).toBe('One mail is gone.\n')
  expect((await inbound(['discard', id, '--json'])).stdout).toMatch(/"mails": ?0/)
})
