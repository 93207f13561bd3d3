import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type FakeResend, startFakeResend } from '../../src/fake-resend/index.ts'
import { openConfiguredMailbox } from '../../src/preview/mailbox.ts'
import { type RunningWorker, startWorker } from '../../worker/main.ts'
import { openTestApp, type TestApp } from '../support/app.ts'
import { makeNewsletter } from '../support/sending.ts'
import { type Desk, openDesk } from './desk.ts'

/** A preview beside an installation that sends through Resend, or rather its double. */
describe('test mail where a provider is configured', () => {
  let resend: FakeResend
  let installed: TestApp
  let worker: RunningWorker
  let desk: Desk
  beforeAll(async () => {
    resend = await startFakeResend()
  })
  afterAll(() => resend.close())
  beforeEach(async () => {
    installed = await openTestApp({ config: { resend: { apiKey: 're_test_key', baseUrl: resend.url } } })
    worker = await startWorker(installed.app)
    const { config, clock, log } = installed.app
    desk = await openDesk({ mailbox: openConfiguredMailbox({ config, clock, log }) })
  })
  afterEach(async () => {
    await desk.close()
    await worker.stop()
    await installed.close()
  })

  async function send(body: object) {
    const { origin } = new URL(desk.preview.url)
    const answer = await fetch(`${desk.preview.url}/test?template=notice&article=gate.md&reader=rtl`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin },
      body: JSON.stringify(body),
    })
    return { status: answer.status, body: (await answer.json()) as { outcome?: string; message?: string } }
  }

  test('goes the way of all single mail, from a newsletter of the installation', async () => {
    await makeNewsletter(installed.app.store)
    const sent = await send({ to: 'editor@example.com' })
    expect(sent).toEqual({
      status: 200,
      body: { outcome: 'accepted', detail: 'resend accepted it; that is not yet delivered.' },
    })
    const [mail] = resend.emails()
    expect(mail).toMatchObject({ to: ['editor@example.com'], subject: '[Test] The gate' })
    expect(mail?.html).toContain('Dear ليلى منصور')
  })

  test('is not sent while no newsletter says who it comes from', async () => {
    expect(await send({ to: 'editor@example.com' })).toMatchObject({
      status: 422,
      body: { message: 'The installation has no newsletter to send for. Make one: pressroom newsletter create.' },
    })
  })

  test('asks which newsletter where there are several', async () => {
    await makeNewsletter(installed.app.store, 'morning')
    await makeNewsletter(installed.app.store, 'evening')
    const { body } = await send({ to: 'editor@example.com' })
    expect(body.message).toMatch(/^Say which newsletter it is sent for: (morning, evening|evening, morning)\.$/)
    expect(await send({ to: 'editor@example.com', newsletter: 'evening' })).toMatchObject({
      body: { outcome: 'accepted' },
    })
  })

  test('is not written to an address that is suppressed', async () => {
    await makeNewsletter(installed.app.store)
    await installed.app.store.suppressions.add({
      addressKey: 'gone@example.com',
      newsletterId: null,
      reason: 'manual',
      source: 'operator',
    })
    expect(await send({ to: 'gone@example.com' })).toMatchObject({ body: { outcome: 'failed' } })
  })
})
