import { describe, expect, test } from 'vitest'
import type { FakeResend, FakeResendOptions } from '../../src/fake-resend/index.ts'
import { FakeClock } from '../support/clock.ts'
import { call, email, eventually, runningFake, sdk } from './running.ts'

const KEY = { idempotencyKey: 'batch-1/1' }

/** What a second call under the same key comes to: its error's name, `replayed`, or `sent`. */
async function secondCall(options: FakeResendOptions, first: Sent, second: Sent): Promise<string> {
  const fake = await runningFake(options)
  await first(fake)
  const before = fake.accepted().emails
  const { status, text } = await second(fake)
  if (status >= 400) return JSON.parse(text).name
  return fake.accepted().emails === before ? 'replayed' : 'sent'
}

type Sent = (fake: FakeResend) => ReturnType<typeof call>
const post =
  (path: string, body: unknown, headers: Record<string, string> = {}): Sent =>
  (fake) =>
    call(fake, path, { body, headers: { 'idempotency-key': 'k', ...headers } })

describe('idempotency keys', () => {
  test('answer a repeated request with the ids of the first, and send nothing', async () => {
    const fake = await runningFake()
    const emails = [email({ tags: [{ name: 'delivery', value: 'd1' }] }), email({})]
    const first = await sdk(fake).batch.send(emails, KEY)
    const second = await sdk(fake).batch.send(emails, KEY)
    expect(second.data).toEqual(first.data)
    expect(fake.accepted()).toEqual({ emails: 2, untagged: 1, byDelivery: { d1: 1 }, repeated: [] })
  })

  test('refuse another payload', async () => {
    const fake = await runningFake()
    await sdk(fake).emails.send(email({}), KEY)
    const { error } = await sdk(fake).emails.send(email({ subject: 'Other' }), KEY)
    expect(error).toMatchObject({ statusCode: 409, name: 'invalid_idempotent_request' })
    expect(fake.accepted().emails).toBe(1)
  })

  test('refuse a request whose first run has not ended', async () => {
    const fake = await runningFake()
    fake.addFaults({ kind: 'hold' })
    const first = sdk(fake).emails.send(email({}), KEY)
    await eventually(() => fake.pendingFaults()).toEqual([])
    expect((await sdk(fake).emails.send(email({}), KEY)).error).toMatchObject({
      statusCode: 409,
      name: 'concurrent_idempotent_requests',
    })
    fake.release()
    const id = (await first).data?.id
    expect((await sdk(fake).emails.send(email({}), KEY)).data?.id).toBe(id)
  })

  test('are forgotten after 24 hours', async () => {
    const fake = await runningFake({ clock: new FakeClock() })
    const send = async () => (await sdk(fake).emails.send(email({}), KEY)).data?.id
    const first = await send()
    fake.advance(24 * 60 * 60_000 - 1)
    expect(await send()).toBe(first)
    fake.advance(1)
    expect(await send()).not.toBe(first)
  })

  test.each([
    [0, 400],
    [1, 200],
    [256, 200],
    [257, 400],
  ])('of %i characters are answered with %i', async (length, expected) => {
    const headers = { 'idempotency-key': 'k'.repeat(length) }
    expect((await call(await runningFake(), '/emails', { body: email({}), headers })).status).toBe(expected)
  })

  test('mean nothing when the request was turned away for its rate', async () => {
    const fake = await runningFake({ requestsPerSecond: 1, clock: new FakeClock() })
    await sdk(fake).emails.send(email({}))
    expect((await sdk(fake).emails.send(email({}), KEY)).error?.name).toBe('rate_limit_exceeded')
    fake.advance(1_000)
    expect((await sdk(fake).emails.send(email({ subject: 'Other' }), KEY)).error).toBeNull()
  })
})

describe('what is not documented about them is a switch', () => {
  const valid = email({})
  const invalid = email({ to: 'nobody' })

  test('whether errors are remembered', async () => {
    const keeping = (cacheErrors: 'none' | '4xx' | 'all') =>
      secondCall({ undocumented: { cacheErrors } }, post('/emails', invalid), post('/emails', valid))
    expect(await keeping('none')).toBe('sent')
    expect(await keeping('4xx')).toBe('invalid_idempotent_request')
    expect(await keeping('all')).toBe('invalid_idempotent_request')
  })

  test('whether the endpoints share their keys', async () => {
    const across = (keySpace: 'endpoint' | 'shared') =>
      secondCall({ undocumented: { keySpace } }, post('/emails', valid), post('/emails/batch', [valid]))
    expect(await across('endpoint')).toBe('sent')
    expect(await across('shared')).toBe('invalid_idempotent_request')
  })

  test('whether they belong to the team or to the API key', async () => {
    const across = (keyScope: 'team' | 'key') =>
      secondCall(
        { undocumented: { keyScope } },
        post('/emails', valid),
        post('/emails', valid, { authorization: 'Bearer re_b' }),
      )
    expect(await across('team')).toBe('replayed')
    expect(await across('key')).toBe('sent')
  })

  test('whether the mode of a batch counts', async () => {
    const permissive = { 'x-batch-validation': 'permissive' }
    const across = (validationInFingerprint: boolean) =>
      secondCall(
        { undocumented: { validationInFingerprint } },
        post('/emails/batch', [valid]),
        post('/emails/batch', [valid], permissive),
      )
    expect(await across(false)).toBe('replayed')
    expect(await across(true)).toBe('invalid_idempotent_request')
  })

  test('whether spaces and the order of the fields count', async () => {
    const { from, ...rest } = valid
    const across = (fingerprint: 'ordered' | 'unordered' | 'bytes', second: unknown) =>
      secondCall({ undocumented: { fingerprint } }, post('/emails', valid), post('/emails', second))
    const reordered = { ...rest, from }
    const spaced = JSON.stringify(valid, null, 2)
    const replayed = 'replayed'
    const mismatch = 'invalid_idempotent_request'
    expect([await across('unordered', reordered), await across('unordered', spaced)]).toEqual([replayed, replayed])
    expect([await across('ordered', reordered), await across('ordered', spaced)]).toEqual([mismatch, replayed])
    expect([await across('bytes', reordered), await across('bytes', spaced)]).toEqual([mismatch, mismatch])
  })

  test('whether a request over the rate ties its key to its payload', async () => {
    const across = async (rateLimitedBindsKey: boolean, second: unknown) => {
      const fake = await runningFake({
        requestsPerSecond: 1,
        clock: new FakeClock(),
        undocumented: { rateLimitedBindsKey },
      })
      await sdk(fake).emails.send(email({}))
      expect((await post('/emails', valid)(fake)).status).toBe(429)
      fake.advance(1_000)
      return (await post('/emails', second)(fake)).status
    }
    const other = email({ subject: 'Other' })
    expect([await across(false, valid), await across(false, other)]).toEqual([200, 200])
    expect([await across(true, valid), await across(true, other)]).toEqual([200, 409])
  })

  test('whether the repeat of a permissive batch names the refused again', async () => {
    const permissive = { ...KEY, batchValidation: 'permissive' as const }
    const repeated = async (permissiveReplay: 'same' | 'ids_only') => {
      const resend = sdk(await runningFake({ undocumented: { permissiveReplay } }))
      const first = (await resend.batch.send([valid, invalid], permissive)).data
      return [first, (await resend.batch.send([valid, invalid], permissive)).data]
    }
    const [first, same] = await repeated('same')
    expect(same).toEqual(first)
    const [complete, ids] = await repeated('ids_only')
    expect(ids).toEqual({ data: complete?.data })
  })
})

test('the status for attachments that are too large is a switch too', async () => {
  const content = 'A'.repeat(40 * 1024 * 1024 + 4)
  const statusOf = async (options: FakeResendOptions) => {
    const fake = await runningFake(options)
    return (await call(fake, '/emails', { body: email({ attachments: [{ filename: 'a', content }] }) })).status
  }
  expect([await statusOf({}), await statusOf({ undocumented: { tooLargeStatus: 413 } })]).toEqual([422, 413])
})
