import { describe, expect, test } from 'vitest'
import type { FakeResend } from '../../src/fake-resend/index.ts'
import { FakeClock } from '../support/clock.ts'
import { call, email, runningEndpoint, runningFake, sdk } from './running.ts'

const MINUTE = 60_000
const NOW = '2026-01-05T08:00:00.000Z'

/** Types of the events a webhook is told of, each with how long after the start it happened. */
async function storyOf(emails: object | object[], options: Parameters<typeof runningFake>[0] = {}) {
  const endpoint = await runningEndpoint()
  const fake = await runningFake({ clock: new FakeClock(NOW), endpoints: [{ endpoint: endpoint.url }], ...options })
  for (const body of [emails].flat()) expect((await call(fake, '/emails', { body })).status).toBe(200)
  await pass(fake, 2 * MINUTE)
  const story = endpoint.told.map(({ event }) => `${event.type} ${Date.parse(event.created_at) - Date.parse(NOW)}`)
  return { fake, endpoint, story: story.sort((a, b) => Number(a.split(' ')[1]) - Number(b.split(' ')[1])) }
}

async function pass(fake: FakeResend, ms: number): Promise<void> {
  fake.advance(ms)
  await fake.settled()
}

const lastEvent = async (fake: FakeResend, id: string) => (await sdk(fake).emails.get(id)).data?.last_event

describe('what becomes of an email', () => {
  test('it is sent, and arrives', async () => {
    const { fake, story } = await storyOf(email({ tags: [{ name: 'delivery', value: 'd1' }] }))
    expect(story).toEqual(['email.sent 200', 'email.delivered 1000'])
    expect(fake.emails()[0]?.lastEvent).toBe('delivered')
  })

  test('an event says which email it is about, with its tags', async () => {
    const { fake, endpoint } = await storyOf(
      email({ tags: [{ name: 'delivery', value: 'd1' }], headers: { 'X-Issue': '7' } }),
    )
    const id = fake.emails()[0]?.id
    expect(endpoint.told[0]?.event).toEqual({
      type: 'email.sent',
      created_at: '2026-01-05T08:00:00.200Z',
      data: {
        created_at: '2026-01-05T08:00:00.000000+00:00',
        email_id: id,
        message_id: `<${id}@fake-resend.invalid>`,
        from: 'News <news@example.com>',
        to: ['ada@example.org'],
        subject: 'Hello',
        headers: [{ name: 'X-Issue', value: '7' }],
        tags: { delivery: 'd1' },
      },
    })
  })

  test.each([
    ['delivered@resend.dev', ['email.sent 200', 'email.delivered 1000']],
    ['bounced+ada@resend.dev', ['email.sent 200', 'email.bounced 1000']],
    ['Complained@resend.dev', ['email.sent 200', 'email.delivered 1000', 'email.complained 6000']],
    ['suppressed+7@resend.dev', ['email.suppressed 200']],
  ])('an email to %s does as its name says', async (to, story) => {
    expect((await storyOf(email({ to }))).story).toEqual(story)
  })

  test('every recipient has their own', async () => {
    const { story } = await storyOf(email({ to: ['delivered@resend.dev', 'bounced@resend.dev'] }))
    expect(story.toSorted()).toEqual(['email.bounced 1000', 'email.delivered 1000', 'email.sent 200'])
  })

  test('a share of them goes as told', async () => {
    expect((await storyOf(email({}), { shares: { delayed: 1 } })).story).toEqual([
      'email.sent 200',
      'email.delivery_delayed 1000',
      'email.delivered 61000',
    ])
    expect((await storyOf(email({}), { shares: { failed: 1 } })).story).toEqual(['email.sent 200', 'email.failed 1000'])
  })

  test('it stays queued when nothing is to happen', async () => {
    const { fake, story } = await storyOf(email({}), { lifecycle: 'none' })
    expect([story, fake.emails()[0]?.lastEvent]).toEqual([[], 'queued'])
  })
})

describe('a scheduled email', () => {
  test('goes out at its time, after an event that it is scheduled', async () => {
    const { fake, story } = await storyOf(email({ scheduled_at: 'in 1 min' }))
    expect(story).toEqual(['email.scheduled 0', 'email.sent 60000', 'email.delivered 60800'])
    expect(fake.emails()[0]?.lastEvent).toBe('delivered')
  })

  test('can be given another time, as long as it has not gone out', async () => {
    const fake = await runningFake({ clock: new FakeClock(NOW) })
    const resend = sdk(fake)
    const { data } = await resend.emails.send(email({ scheduledAt: 'in 1 min' }))
    const id = data?.id ?? ''
    const later = await resend.emails.update({ id, scheduledAt: '2026-01-05T09:00:00Z' })
    expect(later.data).toEqual({ object: 'email', id })
    expect((await resend.emails.get(id)).data?.scheduled_at).toBe('2026-01-05 09:00:00.000000+00')
    fake.advance(59 * MINUTE)
    expect(await lastEvent(fake, id)).toBe('scheduled')
    fake.advance(MINUTE)
    expect(await lastEvent(fake, id)).toBe('sent')
    expect((await resend.emails.update({ id, scheduledAt: 'in 1 hour' })).error?.statusCode).toBe(422)
  })

  test('can be called off, once', async () => {
    const fake = await runningFake({ clock: new FakeClock(NOW) })
    const resend = sdk(fake)
    const id = (await resend.emails.send(email({ scheduledAt: 'tomorrow at 9am' }))).data?.id ?? ''
    expect((await resend.emails.cancel(id)).data).toEqual({ object: 'email', id })
    fake.advance(48 * 60 * MINUTE)
    expect(await lastEvent(fake, id)).toBe('canceled')
    expect((await resend.emails.cancel(id)).error?.statusCode).toBe(422)
  })

  test('and no other can be changed', async () => {
    const resend = sdk(await runningFake())
    const id = (await resend.emails.send(email({}))).data?.id ?? ''
    expect((await resend.emails.cancel(id)).error).toMatchObject({ statusCode: 422, name: 'validation_error' })
    expect((await resend.emails.cancel('nobody')).error).toMatchObject({ statusCode: 404, message: 'Email not found' })
    expect((await resend.emails.update({ id, scheduledAt: 'whenever' })).error?.statusCode).toBe(422)
  })

  test.each([
    ['2026-01-05T10:00:00+02:00', '08:00:00'],
    ['2026-01-05T10:30', '10:30:00'],
    ['2026-01-05', '00:00:00'],
    ['in 90 seconds', '08:01:30'],
    ['in an hour', '09:00:00'],
    ['In 2 hrs', '10:00:00'],
    ['today at 3:30 PM', '15:30:00'],
    ['monday at 9', null],
    ['next friday at 15:00 UTC', null],
  ])('takes %s for a time', async (scheduledAt, time) => {
    const fake = await runningFake({ clock: new FakeClock(NOW) })
    expect((await sdk(fake).emails.send(email({ scheduledAt }))).error).toBeNull()
    const at = fake.emails()[0]?.scheduledAt?.toISOString()
    const weekday = scheduledAt.startsWith('monday') ? '2026-01-12T09:00:00.000Z' : '2026-01-09T15:00:00.000Z'
    expect(at).toBe(time ? `2026-01-05T${time}.000Z` : weekday)
  })

  test.each(['whenever', 'in 31 days', '2026-02-30T99:00Z', 'tomorrow at 25:00', 'someday at 9'])(
    'takes %s for none',
    async (scheduledAt) => {
      const fake = await runningFake({ clock: new FakeClock(NOW) })
      expect((await sdk(fake).emails.send(email({ scheduledAt }))).error?.statusCode).toBe(422)
    },
  )
})
