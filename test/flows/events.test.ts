import { afterEach, expect, test } from 'vitest'
import { type FakeResend, startFakeResend } from '../../src/fake-resend/index.ts'
import type { Delivery } from '../../src/outcome/outcome.ts'
import { type Installation, startInstallation } from '../support/installation.ts'
import { resendEvent, signWebhook } from '../support/provider-events.ts'
import { forEachTier, type Tier } from '../support/tiers.ts'

const API_KEY = 're_test_key'
const READERS = 130
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

forEachTier((tier) => {
  const opened: { resend?: FakeResend; installation?: Installation } = {}
  afterEach(async () => {
    await opened.installation?.close()
    await opened.resend?.close()
  })

  test('what Resend tells of a send ends up in its rows, told twice, out of order, and before its own answer', async () => {
    const resend = await startFakeResend({ requestsPerSecond: 500 })
    opened.resend = resend
    resend.change({ webhooks: { duplicate: true, reorder: true, beforeAnswer: true } })
    // Accepted, and the answer lost: what is told about it is as good as the answer.
    resend.addFaults({ kind: 'drop_after_accept', path: '/emails/batch' })
    const installation = await installWith(tier, resend)
    opened.installation = installation
    const { issue } = await installation.fill(READERS)
    const { id } = await installation.call<{ id: string }>('POST', '/sends', { issue })
    await installation.sent(id)
    await tellAll(resend)
    const [ada, bob, eve] = await deliveriesOf(installation, id)
    resend.fire({
      type: 'email.bounced',
      delivery: ada?.id,
      data: { bounce: { type: 'Permanent', subType: 'NoEmail' } },
    })
    resend.fire({ type: 'email.complained', delivery: bob?.id })
    resend.fire({ type: 'email.opened', delivery: eve?.id })
    await tellAll(resend)

    await allApplied(installation)
    const send = await installation.call('GET', `/sends/${id}`)
    expect(send).toMatchObject({
      state: 'sent',
      progress: { recipients: READERS, accepted: READERS, refused: 0, uncertain: 0, skipped: 0, open: 0 },
      fates: { delivered: READERS - 2, bounced: 1, complained: 1 },
    })
    const { byDelivery, repeated } = resend.accepted()
    expect({ readers: Object.keys(byDelivery).length, repeated }).toEqual({ readers: READERS, repeated: [] })
    const { rows } = await installation.call<{ rows: { addressKey: string }[] }>('GET', '/suppressions')
    expect(rows.map(({ addressKey }) => addressKey).sort()).toEqual([ada?.address, bob?.address].sort())
    const unapplied = await installation.database.pool.query(
      `select type, state from provider_event where state <> 'applied'`,
    )
    expect(unapplied.rows).toEqual([])
  }, 60_000)

  test('a signed event that lost its bell is applied by the sweep', async () => {
    const installation = await startInstallation(tier, { config: { resendWebhookSecrets: [SECRET] } })
    opened.installation = installation
    const { issue } = await installation.fill(1)
    const { id } = await installation.call<{ id: string }>('POST', '/sends', { issue })
    await installation.sent(id)
    const [delivery] = await deliveriesOf(installation, id)
    const told = { delivery: delivery?.id ?? '', to: delivery?.address ?? '' }
    const body = JSON.stringify(resendEvent('email.delivered', told))
    // Nothing is left of the bell that this rings.
    const { app } = installation
    app.queue.enqueue = async () => false
    const headers = {
      'content-type': 'application/json',
      ...signWebhook(body, { secret: SECRET, now: app.clock.now() }),
    }
    const answer = await fetch(`${installation.url}/webhooks/resend`, { method: 'POST', headers, body })
    expect(answer.status).toBe(200)
    await allApplied(installation)
    expect(await installation.call('GET', `/sends/${id}`)).toMatchObject({ fates: { delivered: 1 } })
  })
})

/** An installation that Resend's double tells what happens: its webhook is set up first, for the secret. */
async function installWith(tier: Tier, resend: FakeResend): Promise<Installation> {
  const call = async (method: string, path: string, body: object): Promise<{ id: string; signing_secret: string }> => {
    const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', 'user-agent': 'test' }
    const answer = await fetch(`${resend.url}${path}`, { method, headers, body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as { id: string; signing_secret: string }
  }
  const events = [
    'email.sent',
    'email.delivered',
    'email.bounced',
    'email.complained',
    'email.opened',
    'suppression.added',
  ]
  const webhook = await call('POST', '/webhooks', { endpoint: 'http://127.0.0.1:9/webhooks/resend', events })
  const installation = await startInstallation(tier, {
    config: {
      publicUrl: 'https://news.example.com',
      resend: { apiKey: API_KEY, baseUrl: resend.url },
      resendWebhookSecrets: [webhook.signing_secret],
    },
  })
  await call('PATCH', `/webhooks/${webhook.id}`, { endpoint: `${installation.url}/webhooks/resend` })
  return installation
}

/** Lets happen what is still to happen, and be told. */
async function tellAll(resend: FakeResend): Promise<void> {
  resend.advance(30_000)
  await resend.settled()
}

async function deliveriesOf({ call }: Installation, send: string): Promise<readonly Delivery[]> {
  return (await call<{ rows: readonly Delivery[] }>('GET', `/sends/${send}/deliveries`)).rows
}

/** Waits until the worker has dealt with every event that is stored. */
async function allApplied({ app }: Installation): Promise<void> {
  while (await app.store.events.due()) await new Promise((resolve) => setImmediate(resolve))
}
