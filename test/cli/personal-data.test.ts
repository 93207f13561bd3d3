import { afterAll, beforeAll, expect, test } from 'vitest'
import { createKey, SCOPES } from '../../src/http/keys.ts'
import { type RunningServer, startServer } from '../../src/http/server.ts'
import { openTestApp, type TestApp } from '../support/app.ts'
import { run } from './terminal.ts'

let installation: TestApp
let server: RunningServer
let env: Record<string, string>

beforeAll(async () => {
  installation = await openTestApp()
  server = await startServer(installation.app)
  const { key } = await createKey(installation.app.store.keys, { name: 'test', scopes: SCOPES })
  env = { PRESSROOM_URL: server.url, PRESSROOM_KEY: key }
  const named = ['--name', 'The <Daily>', '--from-name', 'The Daily', '--from-address', 'd@example.com']
  const settings = ['--welcome-mail', 'on', '--deny-domains', 'spam.example, Junk.example']
  await pressroom('newsletter', 'create', 'daily', ...named, '--postal-address', '1 Pier Street', ...settings)
  await pressroom('subscriber', 'add', 'Cy@example.com', '--newsletter', 'daily', '--first-name', 'Cy')
})
afterAll(async () => {
  await server.close()
  await installation.close()
})

const pressroom = (...args: string[]) => run(args, { env })

test('a newsletter is told whom to greet, and whom not to take', async () => {
  const shown = await pressroom('newsletter', 'show', 'daily')
  expect(shown.stdout).toMatch(/Welcome mail +yes\nNot from +spam\.example, junk\.example\n/)
  await pressroom('newsletter', 'edit', 'daily', '--deny-domains', 'none', '--welcome-mail', 'off')
  expect((await pressroom('newsletter', 'show', 'daily')).stdout).not.toMatch(/Welcome mail|Not from/)
  expect((await pressroom('newsletter', 'edit', 'daily', '--allow-domains', 'no domain')).code).toBe(1)
})

test('its form is printed to be pasted', async () => {
  const form = await pressroom('newsletter', 'form', 'daily', '--language', 'de', '--no-script')
  expect(form.stdout).toMatch(/^<form action="http:\/\/localhost:8025\/subscribe" method="post" lang="de" dir="ltr">/)
  expect(form.stdout).toContain('The &lt;Daily&gt;')
  expect(form.stdout).not.toContain('<script')
})

test('what a reader agreed to is shown', async () => {
  const evidence = await pressroom('subscriber', 'evidence', 'cy@example.com')
  expect(evidence.stdout).toMatch(
    /^Cy@example\.com\n\nAt +\S+Z\nWhat +requested daily\nBy +api\nAsked back by +mail \S+, planned/,
  )
})

test('what is kept of them is printed as JSON, whether asked for as that or not', async () => {
  const [plain, json] = [
    await pressroom('subscriber', 'export-data', 'cy@example.com'),
    await pressroom('subscriber', 'export-data', 'cy@example.com', '--json'),
  ]
  expect(JSON.parse(plain.stdout)).toEqual(JSON.parse(json.stdout))
  expect(JSON.parse(plain.stdout)).toMatchObject({
    subscriber: [{ firstName: 'Cy' }],
    consent: [{ action: 'requested' }],
  })
})

test('they are erased once that is meant', async () => {
  expect(await pressroom('subscriber', 'erase', 'cy@example.com')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Add --yes to go on.'),
  })
  const erased = await pressroom('subscriber', 'erase', 'cy@example.com', '--yes')
  expect(erased.stdout).toMatch(/^They are erased\. .*\n\nDeliveries +1\nProvider events +0\nMails that came in +0\n$/)
  expect((await pressroom('subscriber', 'show', 'cy@example.com')).code).toBe(1)
  expect((await pressroom('subscriber', 'erase', 'cy@example.com', '--yes')).stdout).toMatch(
    /^They were no subscriber\./,
  )
  expect((await pressroom('subscriber', 'erase', 'cy', '--yes')).code).toBe(1)
})
