import { describe, expect, test } from 'vitest'
import { FakeClock } from '../support/clock.ts'
import { email, runningEndpoint, runningFake, sdk } from './running.ts'

const ADA = 'ada@example.org'

describe('suppressions', () => {
  test('are added, found by id or address, listed and removed', async () => {
    const { suppressions } = sdk(await runningFake({ clock: new FakeClock() }))
    const id = (await suppressions.add({ email: ' Ada@Example.org ' })).data?.id ?? ''
    const ada = {
      object: 'suppression',
      id,
      email: ADA,
      origin: 'manual',
      source_id: null,
      created_at: '2026-01-05T08:00:00.000Z',
    }
    expect((await suppressions.add({ email: ADA })).data).toEqual({ object: 'suppression', id })
    expect((await suppressions.get(ADA)).data).toEqual(ada)
    expect((await suppressions.get(id)).data).toEqual(ada)
    expect((await suppressions.list()).data).toEqual({ object: 'list', has_more: false, data: [ada] })
    expect((await suppressions.list({ origin: 'bounce' })).data?.data).toEqual([])
    expect((await suppressions.remove(ADA)).data).toEqual({ object: 'suppression', id, deleted: true })
    expect((await suppressions.get(ADA)).error).toMatchObject({ statusCode: 404, message: 'Suppression not found' })
    expect((await suppressions.remove(ADA)).error?.statusCode).toBe(404)
    expect((await suppressions.add({ email: 'nobody' })).error?.statusCode).toBe(422)
  })

  test('are added and removed up to 100 at a time', async () => {
    const { suppressions } = sdk(await runningFake())
    const emails = Array.from({ length: 101 }, (_, index) => `reader${index}@example.org`)
    expect((await suppressions.batch.add({ emails })).error?.statusCode).toBe(422)
    const added = (await suppressions.batch.add({ emails: emails.slice(0, 100) })).data?.data ?? []
    expect(added).toHaveLength(100)
    const ids = added.slice(0, 2).map(({ id }) => id)
    expect((await suppressions.batch.remove({ ids })).data?.data).toEqual(
      ids.map((id) => ({ object: 'suppression', id, deleted: true })),
    )
    expect((await suppressions.batch.remove({ emails: ['reader2@example.org', ADA] })).data?.data).toHaveLength(1)
    expect((await suppressions.list({ limit: 100 })).data?.data).toHaveLength(97)
  })

  test.each([
    ['email.bounced', 'bounce'],
    ['email.complained', 'complaint'],
  ])('follow %s, and later mail is not sent', async (type, origin) => {
    const endpoint = await runningEndpoint()
    const fake = await runningFake({ clock: new FakeClock(), endpoints: [{ endpoint: endpoint.url }] })
    const id = (await sdk(fake).emails.send(email({ to: `Ada <${ADA}>` }))).data?.id ?? ''
    fake.advance(1_000)
    expect(fake.fire({ type, email: id })).toBe(true)
    expect((await sdk(fake).suppressions.get(ADA)).data).toMatchObject({ origin, source_id: id })
    await sdk(fake).emails.send(email({ to: ADA.toUpperCase() }))
    fake.advance(1_000)
    await sdk(fake).suppressions.remove(ADA)
    await fake.settled()
    expect(endpoint.told.map(({ event }) => event.type).toSorted()).toEqual(
      [
        'email.sent',
        'email.delivered',
        type,
        'suppression.added',
        'email.suppressed',
        'suppression.removed',
      ].toSorted(),
    )
    const added = endpoint.told.find(({ event }) => event.type === 'suppression.added')
    expect(added?.event.data).toMatchObject({ email: ADA, origin, source_id: id })
    expect(fake.emails()[1]?.lastEvent).toBe('suppressed')
  })

  test('do not follow a transient bounce', async () => {
    const fake = await runningFake()
    await sdk(fake).emails.send(email({ tags: [{ name: 'delivery', value: 'd1' }] }))
    const bounce = { type: 'Transient', subType: 'MailboxFull', message: 'Full.' }
    expect(fake.fire({ type: 'email.bounced', delivery: 'd1', data: { bounce } })).toBe(true)
    expect((await sdk(fake).suppressions.list()).data?.data).toEqual([])
  })

  test('leave the special recipients alone unless a switch says otherwise', async () => {
    const suppressed = async (suppressTestAddresses: boolean) => {
      const fake = await runningFake({ clock: new FakeClock(), undocumented: { suppressTestAddresses } })
      await sdk(fake).emails.send(email({ to: 'bounced@resend.dev' }))
      fake.advance(1_000)
      return (await sdk(fake).suppressions.list()).data?.data.map(({ origin }) => origin)
    }
    expect(await suppressed(false)).toEqual([])
    expect(await suppressed(true)).toEqual(['bounce'])
  })
})
