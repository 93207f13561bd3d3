import { Resend } from 'resend'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { FakeResend, FakeResendOptions } from '../../src/fake-resend/index.ts'
import { FakeClock } from '../support/clock.ts'
import { type Endpoint, email, eventually, runningEndpoint, runningFake, sdk, type Told } from './running.ts'

const SECOND = 1_000
const HOUR = 3_600 * SECOND
const NOW = '2026-01-05T08:00:00.000Z'

// What verifies a signature goes by the machine's time.
afterEach(() => void vi.useRealTimers())

/** A double with one webhook, to which an event has just been sent. */
async function told(options: FakeResendOptions = {}, answer: number | null = 200) {
  const endpoint = await runningEndpoint()
  endpoint.answer = answer
  const fake = await runningFake({ clock: new FakeClock(NOW), ...options })
  const created = await sdk(fake).webhooks.create({ endpoint: endpoint.url, events: ['email.delivered', 'email.sent'] })
  const { id: webhookId, signing_secret: secret } = created.data ?? { id: '', signing_secret: '' }
  fake.fire({ type: 'email.delivered' })
  return { fake, endpoint, webhookId, secret }
}

/** Goes on to the next attempt, and answers how many there have been. */
async function next(fake: FakeResend, { told }: Endpoint, ms: number): Promise<number> {
  fake.advance(ms)
  await fake.settled()
  return told.length
}

function verified({ headers, body }: Told, webhookSecret: string): unknown {
  const of = (name: string) => String(headers[`svix-${name}`])
  const signed = { id: of('id'), timestamp: of('timestamp'), signature: of('signature') }
  vi.setSystemTime(Number(signed.timestamp) * SECOND)
  return new Resend('re_test').webhooks.verify({ payload: body, headers: signed, webhookSecret })
}

describe('webhooks', () => {
  test('are created, read, changed, listed and removed', async () => {
    const { webhooks } = sdk(await runningFake({ clock: new FakeClock(NOW) }))
    const endpoint = 'https://example.com/hook'
    const created = (await webhooks.create({ endpoint, events: ['email.sent'] })).data
    expect(created).toEqual({
      object: 'webhook',
      id: expect.any(String),
      signing_secret: expect.stringMatching(/^whsec_/),
    })
    const id = created?.id ?? ''
    const webhook = { id, created_at: NOW, status: 'enabled', endpoint, events: ['email.sent'] }
    expect((await webhooks.get(id)).data).toEqual({
      object: 'webhook',
      ...webhook,
      signing_secret: created?.signing_secret,
    })
    expect((await webhooks.list()).data).toEqual({ object: 'list', has_more: false, data: [webhook] })
    const change = { events: ['email.bounced' as const], status: 'disabled' as const }
    expect((await webhooks.update(id, change)).data).toEqual({ object: 'webhook', id })
    expect((await webhooks.get(id)).data).toMatchObject(change)
    expect((await webhooks.remove(id)).data).toEqual({ object: 'webhook', id, deleted: true })
    expect((await webhooks.get(id)).error).toMatchObject({ statusCode: 404, message: 'Webhook not found' })
    expect((await webhooks.create({ endpoint: 'ftp://x', events: ['email.sent'] })).error?.statusCode).toBe(422)
    expect((await webhooks.create({ endpoint, events: [] })).error?.statusCode).toBe(422)
  })

  test("are told what they want to hear, signed so that Resend's own client believes it", async () => {
    const { fake, endpoint, secret } = await told()
    fake.fire({ type: 'email.bounced' })
    fake.fire({ type: 'email.sent' })
    await fake.settled()
    expect(endpoint.told.map(({ event }) => event.type)).toEqual(['email.delivered', 'email.sent'])
    const [first] = endpoint.told
    if (!first) throw new Error('Nothing was told.')
    expect(verified(first, secret)).toEqual(first.event)
    expect(first.event).toMatchObject({ created_at: NOW, data: { to: ['stranger@example.org'] } })
    expect(first.event.data).not.toHaveProperty('tags')
    expect(() => verified({ ...first, body: `${first.body} ` }, secret)).toThrow('No matching signature')
  })

  test('are called again after each failure, ever more rarely, with the same id and a new signature', async () => {
    const { fake, endpoint, webhookId, secret } = await told({}, 500)
    await fake.settled()
    const ladder = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000].map((seconds) => seconds * SECOND)
    for (const [index, wait] of ladder.entries()) {
      expect(await next(fake, endpoint, wait - 1)).toBe(index + 1)
      expect(await next(fake, endpoint, 1)).toBe(index + 2)
    }
    expect(await next(fake, endpoint, 100 * HOUR)).toBe(8)
    expect(new Set(endpoint.told.map(({ headers }) => headers['svix-id'])).size).toBe(1)
    expect(new Set(endpoint.told.map(({ headers }) => headers['svix-signature'])).size).toBe(8)
    expect(new Set(endpoint.told.map(({ body }) => body)).size).toBe(1)
    for (const one of endpoint.told) expect(verified(one, secret)).toEqual(one.event)
    const events = (await sdk(fake).webhooks.events.list({ webhookId })).data?.data
    expect(events).toMatchObject([{ type: 'email.delivered', status: 'failed' }])
  })

  test.each([
    ['an answer of 299', 299, 'success'],
    ['a redirect', 302, 'pending'],
    ['an answer of 404', 404, 'pending'],
  ])('take %s for %i: %s', async (_, answer, status) => {
    const { fake, webhookId } = await told({}, answer)
    await fake.settled()
    const [event] = (await sdk(fake).webhooks.events.list({ webhookId })).data?.data ?? []
    expect(event?.status).toBe(status)
  })

  test('do not wait for an answer longer than 15 seconds', async () => {
    const clock = new FakeClock(NOW)
    const { fake, endpoint, webhookId } = await told({ clock }, null)
    await eventually(() => endpoint.told.length).toBe(1)
    await clock.advance(14_999)
    const [event] = (await sdk(fake).webhooks.events.list({ webhookId })).data?.data ?? []
    expect(event?.status).toBe('attempting')
    await clock.advance(1)
    await fake.settled()
    const eventId = event?.id ?? ''
    expect((await sdk(fake).webhooks.events.get({ webhookId, eventId })).data).toMatchObject({
      status: 'pending',
      next_attempt_at: '2026-01-05T08:00:20.000Z',
      payload: endpoint.told[0]?.event,
    })
  })

  test('keep what was attempted, and an event can be replayed', async () => {
    const { fake, endpoint, webhookId } = await told({}, 503)
    await fake.settled()
    endpoint.answer = 200
    const { events } = sdk(fake).webhooks
    const eventId = String(endpoint.told[0]?.headers['svix-id'])
    expect((await events.replay({ webhookId, eventId })).data).toEqual({ object: 'webhook_event', id: eventId })
    await fake.settled()
    expect((await events.attempts.list({ webhookId, eventId })).data?.data).toEqual([
      { id: expect.stringMatching(/^atmpt_/), http_status_code: 200, response: 'noted', sent_at: NOW },
      { id: expect.stringMatching(/^atmpt_/), http_status_code: 503, response: 'noted', sent_at: NOW },
    ])
    expect(endpoint.told.map(({ headers }) => headers['svix-id'])).toEqual([eventId, eventId])
    expect((await events.get({ webhookId, eventId: 'msg_none' })).error?.message).toBe('Event not found')
  })

  test('sign with both secrets for 24 hours after one was rotated', async () => {
    const { fake, endpoint, webhookId, secret } = await told()
    const rotated = (await sdk(fake).webhooks.rotateSigningSecret(webhookId)).data?.signing_secret ?? ''
    expect(rotated).not.toBe(secret)
    const tell = async (ms: number) => {
      fake.advance(ms)
      fake.fire({ type: 'email.sent' })
      await fake.settled()
      const last = endpoint.told.at(-1)
      if (!last) throw new Error('Nothing was told.')
      return last
    }
    const during = await tell(24 * HOUR - 1)
    expect(verified(during, secret)).toEqual(verified(during, rotated))
    const after = await tell(1)
    expect(verified(after, rotated)).toEqual(after.event)
    expect(() => verified(after, secret)).toThrow('No matching signature')
  })

  test('are disabled when they have failed for five days', async () => {
    const { fake, endpoint, webhookId } = await told({}, 500)
    for (let day = 0; day < 6; day++) {
      fake.fire({ type: 'email.sent' })
      await next(fake, endpoint, 24 * HOUR)
    }
    expect((await sdk(fake).webhooks.get(webhookId)).data?.status).toBe('disabled')
  })

  test('that are there from the start have the secret that was given', async () => {
    const endpoint = await runningEndpoint()
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    const fake = await runningFake({ endpoints: [{ endpoint: endpoint.url, secret }] })
    fake.fire({ type: 'contact.created', data: { id: 'c1' } })
    await fake.settled()
    const [first] = endpoint.told
    expect(first && verified(first, secret)).toMatchObject({ type: 'contact.created', data: { id: 'c1' } })
  })
})

describe('the switches of webhooks', () => {
  const story = ({ told }: Endpoint) => told.map(({ event }) => event.type)

  test('deliver everything twice, under one id', async () => {
    const { fake, endpoint } = await told({ webhooks: { duplicate: true } })
    await fake.settled()
    expect(new Set(endpoint.told.map(({ headers }) => headers['svix-id'])).size).toBe(1)
    expect(story(endpoint)).toEqual(['email.delivered', 'email.delivered'])
  })

  test('deliver what came first last', async () => {
    const { fake, endpoint } = await told({ webhooks: { reorder: true } })
    endpoint.told.length = 0
    await sdk(fake).emails.send(email({}))
    for (let step = 0; step < 40; step++) await next(fake, endpoint, 100)
    expect(story(endpoint).slice(-2)).toEqual(['email.delivered', 'email.sent'])
  })

  test('deliver email.sent before the call that sends it is answered', async () => {
    const { fake, endpoint } = await told({ webhooks: { beforeAnswer: true } })
    await fake.settled()
    fake.addFaults({ kind: 'drop_after_accept' })
    const { error } = await sdk(fake).emails.send(email({ tags: [{ name: 'delivery', value: 'd1' }] }))
    expect(error?.statusCode).toBeNull()
    expect(endpoint.told.at(-1)?.event).toMatchObject({ type: 'email.sent', data: { tags: { delivery: 'd1' } } })
  })
})
