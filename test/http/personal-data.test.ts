import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deliverAll } from '../support/deliver.ts'
import { aNewsletter, type Calling, openCalling } from './calling.ts'

let api: Calling
let id: string

beforeAll(async () => {
  api = await openCalling()
  await api.call('POST', '/v1/newsletters', { ...aNewsletter, welcomeMail: true, goodbyeMail: true })
})
afterAll(() => api.close())

const form = (url: string, fields: Record<string, string> = {}) =>
  api.call('POST', url, undefined, {
    key: null,
    raw: new URLSearchParams(fields).toString(),
    type: 'application/x-www-form-urlencoded',
    headers: { 'user-agent': 'a browser' },
  })
const find = async (address: string) => {
  const found = await api.app.store.subscribers.findByAddress(address)
  if (!found) throw new Error('There is no such reader.')
  return found
}
const linksOf = async (address: string) => {
  const { id: subscriberId, subscriptions } = await find(address)
  const newsletterId = subscriptions[0]?.newsletterId
  if (newsletterId === undefined) throw new Error('They have subscribed to nothing.')
  const expiresAt = new Date(api.app.clock.now().getTime() + 60_000)
  const path = (link: string) => new URL(link).pathname
  const { links } = api.app
  return {
    confirm: path(links.confirm({ newsletterId, subscriberId }, expiresAt)),
    leave: path(links.unsubscribe({ newsletterId, subscriberId })),
    preferences: path(links.preferences({ newsletterId, subscriberId })),
  }
}
const mailsTo = async (address: string) => {
  const { rows } = await api.database.pool.query<{ template: string; outcome: string }>(
    `select edition.document ->> 'template' as template, delivery.outcome
     from delivery join batch on batch.id = batch_id join edition on edition.hash = edition_hash
     where delivery.address = $1 order by delivery.updated_at, delivery.id`,
    [address],
  )
  return rows.map(({ template, outcome }) => `${template} ${outcome}`).toSorted()
}

describe('a reader who subscribes, chooses and leaves', () => {
  beforeAll(async () => {
    const page = await api.call('GET', '/n/morning', undefined, { key: null })
    const wording = /name="wording" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
    await form('/n/morning/subscribe', { email: 'Ada@example.com', first_name: 'Ada', wording })
    const { confirm, preferences, leave } = await linksOf('ada@example.com')
    await deliverAll(api.app)
    await form(confirm)
    await form(confirm)
    await form(preferences, { choice: 'details', first_name: 'Ada L.', language: 'de', time_zone: 'Europe/Berlin' })
    await form(preferences, { choice: 'pause', newsletter: 'morning', until: nextMonth() })
    await form(preferences, { choice: 'resume', newsletter: 'morning' })
    await form(leave)
    await form(leave)
    await form(preferences, { choice: 'return', newsletter: 'morning' })
    await form(leave)
    await deliverAll(api.app)
    id = (await find('ada@example.com')).id
  })

  test('is greeted once, and told goodbye once a day', async () => {
    expect(await mailsTo('Ada@example.com')).toEqual([
      'confirm-subscription accepted',
      'goodbye accepted',
      'welcome accepted',
    ])
  })

  test('has a record of all of it, with the words they saw and the mail that asked back', async () => {
    const { body } = await api.call('GET', `/v1/subscribers/${id}/evidence`)
    expect(body.address).toBe('Ada@example.com')
    expect(body.entries.map(({ action }: { action: string }) => action)).toEqual([
      'requested',
      'confirmed',
      'changed',
      'paused',
      'resumed',
      'unsubscribed',
      'resubscribed',
      'unsubscribed',
    ])
    expect(body.entries[0]).toEqual({
      newsletterId: expect.any(String),
      newsletter: 'morning',
      action: 'requested',
      at: expect.any(String),
      source: 'form',
      form: null,
      wording: expect.stringContaining('you agree to receive The Morning by email from The Daily'),
      wordingVersion: expect.stringMatching(/^en-/),
      ipHash: expect.any(String),
      userAgent: 'a browser',
      detail: null,
      message: {
        deliveryId: expect.any(String),
        outcome: 'accepted',
        providerMessageId: expect.any(String),
        updatedAt: expect.any(String),
      },
    })
    expect(body.entries[2].detail).toEqual({
      firstName: ['Ada', 'Ada L.'],
      locale: [null, 'de'],
      timeZone: [null, 'Europe/Berlin'],
    })
    expect(body.entries[3].detail).toEqual({ until: expect.stringContaining(nextMonth().slice(0, 4)) })
  })

  test('gets everything that is kept of them', async () => {
    // The provider says so of the address, and of no mail to it.
    await api.database.pool.query(
      `insert into provider_event (provider, event_id, raw, state, address_key)
       values ('resend', '1', 'ada', 'applied', 'ada@example.com'), ('resend', '2', 'bob', 'applied', 'bob@example.com')`,
    )
    const { body } = await api.call('GET', `/v1/subscribers/${id}/data`)
    expect(body.providerEvents).toMatchObject([{ rawBase64: Buffer.from('ada').toString('base64') }])
    expect(body.subscriber).toMatchObject([
      { address: 'Ada@example.com', firstName: 'Ada L.', timeZone: 'Europe/Berlin' },
    ])
    expect(body.subscriptions).toMatchObject([{ newsletter: 'morning', status: 'unsubscribed', pausedUntil: null }])
    expect(body.consent).toHaveLength(8)
    expect(body.deliveries).toHaveLength(3)
    expect(Object.keys(body)).toEqual([
      'subscriber',
      'subscriptions',
      'consent',
      'deliveries',
      'providerEvents',
      'inboundMail',
      'suppressions',
      'liftedSuppressions',
    ])
  })

  test('is erased by their address, in whatever case', async () => {
    const erased = await api.call('POST', '/v1/subscribers/erase', { address: 'ADA@EXAMPLE.COM' })
    expect([erased.status, erased.body]).toEqual([
      200,
      { wasSubscriber: true, deliveries: 3, providerEvents: 1, inboundMail: 0, underWay: 0 },
    ])
    for (const path of ['', '/evidence', '/data']) {
      expect((await api.call('GET', `/v1/subscribers/${id}${path}`)).status).toBe(404)
    }
  })
})

test('links of somebody who was erased do nothing, and say so or nothing', async () => {
  await form('/subscribe', { newsletter: 'morning', email: 'gone@example.com' })
  const { confirm, preferences, leave } = await linksOf('gone@example.com')
  await api.call('POST', '/v1/subscribers/erase', { address: 'gone@example.com' })
  expect((await form(confirm)).status).toBe(404)
  expect((await form(preferences, { choice: 'return', newsletter: 'morning' })).status).toBe(404)
  // Whoever wants to leave has left.
  expect((await form(leave)).status).toBe(200)
  expect(await api.app.store.subscribers.findByAddress('gone@example.com')).toBeNull()
  await deliverAll(api.app)
  const { rows } = await api.database.pool.query(
    `select outcome, reason, address from delivery where reason = 'erased'`,
  )
  expect(rows).toEqual([{ outcome: 'skipped', reason: 'erased', address: null }])
})

test('somebody with letters beyond ASCII before the @ is found, suppressed and erased as anybody', async () => {
  const { flags } = api.app.provider
  Object.assign(flags, { internationalAddresses: true })
  await form('/subscribe', { newsletter: 'morning', email: 'jörg@example.com' })
  Object.assign(flags, { internationalAddresses: false })
  const address = 'Jörg@example.com'
  const found = await api.call('GET', `/v1/subscribers?${new URLSearchParams({ address })}`)
  expect(found.body.rows).toMatchObject([{ address: 'jörg@example.com' }])
  expect((await api.call('POST', '/v1/suppressions', { address })).status).toBe(201)
  const erased = await api.call('POST', '/v1/subscribers/erase', { address })
  expect([erased.status, erased.body.wasSubscriber]).toEqual([200, true])
})

test('erasing needs a key that may write, and an address', async () => {
  const reading = await api.keyWith('read')
  const body = { address: 'a@example.com' }
  expect((await api.call('POST', '/v1/subscribers/erase', body, { key: reading })).status).toBe(403)
  expect((await api.call('POST', '/v1/subscribers/erase', body, { key: null })).status).toBe(401)
  expect((await api.call('POST', '/v1/subscribers/erase', { address: '' })).status).toBe(422)
  expect((await api.call('GET', '/v1/subscribers/nonsense/data')).status).toBe(404)
})

function nextMonth(): string {
  return new Date(api.app.clock.now().getTime() + 30 * 86_400_000).toISOString().slice(0, 10)
}
