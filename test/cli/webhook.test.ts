import { afterAll, beforeAll, expect, test } from 'vitest'
import { createKey, SCOPES } from '../../src/http/keys.ts'
import { type RunningServer, startServer } from '../../src/http/server.ts'
import { openTestApp, type TestApp } from '../support/app.ts'
import { applyEvents, resendEvent, storeEvent } from '../support/provider-events.ts'
import { run } from './terminal.ts'

let installation: TestApp
let server: RunningServer
let key: string
let reader: string
const event = resendEvent('email.delivered', { to: 'ada@example.com' })

beforeAll(async () => {
  installation = await openTestApp()
  const { store } = installation.app
  server = await startServer(installation.app)
  key = (await createKey(store.keys, { name: 'operator', scopes: SCOPES })).key
  reader = (await createKey(store.keys, { name: 'reader', scopes: ['read'] })).key
  await storeEvent(store, event, 'msg_1')
  await storeEvent(store, Buffer.from('{"type":"\u001b[31m"}'), 'msg_2')
  await applyEvents(store)
})
afterAll(async () => {
  await server.close()
  await installation.close()
})

const webhook = (args: readonly string[], by = key) =>
  run(['webhook', ...args], { env: { PRESSROOM_URL: server.url, PRESSROOM_KEY: by } })

async function idOf(eventId: string): Promise<string> {
  const { rows } = JSON.parse((await webhook(['list', '--json'])).stdout)
  return rows.find((row: { eventId: string }) => row.eventId === eventId).id
}

test('lists events with what came of them, and why', async () => {
  const { code, stdout } = await webhook(['list'])
  expect(code).toBe(0)
  const [heading, ...rows] = stdout.trimEnd().split('\n')
  expect(heading).toMatch(/^ID +RECEIVED +TYPE +STATE +DELIVERY$/)
  expect(rows.map((row) => row.replace(/^\S+ +\S+ +/, ''))).toEqual([
    expect.stringMatching(/^- +ignored \(not_readable\) +-$/),
    expect.stringMatching(/^email\.delivered +foreign \(no_delivery_tag\) +-$/),
  ])
  expect((await webhook(['list', '--state', 'applied'])).stdout).toBe('There is no such event.\n')
})

test('shows an event as it came, to operators alone', async () => {
  const id = await idOf('msg_1')
  const shown = await webhook(['show', id])
  expect(shown.stdout).toContain('resend msg_1')
  expect(shown.stdout).toContain(JSON.stringify(event))
  expect((await webhook(['show', id], reader)).stdout).not.toContain('ada@example.com')
  expect((await webhook(['show', await idOf('msg_2')])).stdout).not.toContain('\u001b')
})

test('replays what is named, and nothing by default', async () => {
  expect(await webhook(['replay'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Say which: ids, --state or --since.'),
  })
  expect((await webhook(['replay', await idOf('msg_1')])).stdout).toMatch(/^One event is applied again/)
  expect(JSON.parse((await webhook(['replay', '--since', '2020-01-01', '--json'])).stdout)).toEqual({ events: 2 })
  expect(await webhook(['replay', '--since', 'yesterday'])).toMatchObject({ code: 1, stdout: '' })
  expect(await webhook(['replay', '--state', 'foreign'], reader)).toMatchObject({ code: 4 })
})
