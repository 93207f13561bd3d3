import { describe, expect, test } from 'vitest'
import { FakeClock } from '../support/clock.ts'
import { call, email, runningFake, sdk } from './running.ts'

const UUID = /^[0-9a-f-]{36}$/

describe('POST /emails', () => {
  test('answers with an id, and the email can be read again', async () => {
    const fake = await runningFake({ clock: new FakeClock() })
    const resend = sdk(fake)
    const sent = await resend.emails.send({
      ...email({ text: 'Hello', replyTo: 'desk@example.com', cc: ['bob@example.org'] }),
      headers: { 'X-Issue': '7', 'Message-ID': '<mine@example.com>' },
      tags: [{ name: 'delivery', value: 'd1' }],
    })
    expect(sent.error).toBeNull()
    const id = sent.data?.id ?? ''
    expect(id).toMatch(UUID)
    expect((await resend.emails.get(id)).data).toEqual({
      object: 'email',
      id,
      message_id: `<${id}@fake-resend.invalid>`,
      to: ['ada@example.org'],
      from: 'News <news@example.com>',
      created_at: '2026-01-05 08:00:00.000000+00',
      subject: 'Hello',
      bcc: [],
      cc: ['bob@example.org'],
      reply_to: ['desk@example.com'],
      last_event: 'queued',
      scheduled_at: null,
      html: '<p>Hello</p>',
      text: 'Hello',
      tags: [{ name: 'delivery', value: 'd1' }],
    })
    expect(fake.emails()[0]?.headers).toEqual({ 'X-Issue': '7' })
  })

  test.each([
    ['from', { from: undefined }, 422, 'missing_required_field', 'Missing `from` field.'],
    ['to', { to: [] }, 422, 'missing_required_field', 'Missing `to` field.'],
    ['subject', { subject: undefined }, 422, 'missing_required_field', 'Missing `subject` field.'],
    ['content', { html: undefined }, 422, 'missing_required_field', 'Missing `html` or `text` field.'],
    ['a sender that is no address', { from: 'News' }, 422, 'validation_error', 'Invalid `from` field.'],
    ['a recipient that is no address', { to: 'ada@' }, 422, 'validation_error', 'Invalid `to` field.'],
    ['a local part beyond ASCII', { to: 'jörg@example.org' }, 422, 'validation_error', 'Invalid `to` field.'],
    ['a line break in a name', { from: 'A\r\nBcc: x <a@b.co>' }, 422, 'validation_error', 'Invalid `from` field.'],
    ['51 recipients', { to: Array(51).fill('a@b.co') }, 422, 'validation_error', 'Invalid `to` field.'],
    ['a line break in the subject', { subject: 'a\nb' }, 422, 'validation_error', 'Invalid `subject` field.'],
    ['a tag with a space', { tags: [{ name: 'a b', value: 'c' }] }, 422, 'validation_error', 'Invalid `tags` field.'],
    [
      'a header of two lines',
      { headers: { 'X-A': 'a\r\nBcc: b' } },
      422,
      'validation_error',
      'Invalid `headers` field.',
    ],
    ['template with html', { template: { id: 't' } }, 422, 'validation_error', 'Invalid `template` field.'],
    ['an empty attachment', { attachments: [{ filename: 'a.txt' }] }, 422, 'invalid_attachment', 'Attachment must'],
    ['a time that is none', { scheduled_at: 'whenever' }, 422, 'validation_error', 'Invalid `scheduled_at` field.'],
  ])('refuses %s, in the form of the API', async (_, more, statusCode, name, message) => {
    const fake = await runningFake()
    const { status, headers, text } = await call(fake, '/emails', { body: email(more) })
    expect(status).toBe(statusCode)
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
    const error = JSON.parse(text)
    expect(Object.keys(error)).toEqual(['statusCode', 'message', 'name'])
    expect(error).toEqual({ statusCode, name, message: expect.stringContaining(message) })
    expect(fake.accepted().emails).toBe(0)
  })

  test('takes 50 recipients', async () => {
    const fake = await runningFake()
    const { data } = await sdk(fake).emails.send(email({ to: Array(50).fill('a@b.co') }))
    expect(data?.id).toMatch(UUID)
  })

  test('refuses a body that is not JSON', async () => {
    const { status, text } = await call(await runningFake(), '/emails', { body: '{"from":' })
    expect([status, JSON.parse(text).name]).toEqual([400, 'validation_error'])
  })
})

describe('POST /emails/batch', () => {
  const invalid = email({ to: 'nobody' })

  test('answers with ids in the order of the emails', async () => {
    const fake = await runningFake()
    const names = ['a', 'b', 'c']
    const { data } = await sdk(fake).batch.send(names.map((name) => email({ subject: name })))
    const ids = data?.data.map(({ id }) => id) ?? []
    expect(fake.emails().map(({ id, subject }) => [id, subject])).toEqual(
      names.map((name, index) => [ids[index], name]),
    )
    expect(data).not.toHaveProperty('errors')
  })

  test('takes nothing when one email is wrong and the mode is strict', async () => {
    const fake = await runningFake()
    const { error } = await sdk(fake).batch.send([email({}), invalid])
    expect(error).toMatchObject({ statusCode: 422, name: 'validation_error' })
    expect(fake.accepted().emails).toBe(0)
  })

  test('takes what is right when the mode is permissive, and names the rest by place', async () => {
    const fake = await runningFake()
    const emails = [email({ subject: 'a' }), invalid, email({ subject: 'c' })]
    const { data } = await sdk(fake).batch.send(emails, { batchValidation: 'permissive' })
    expect(data?.data.map(({ id }) => id)).toEqual(fake.emails().map(({ id }) => id))
    expect(fake.emails().map(({ subject }) => subject)).toEqual(['a', 'c'])
    expect(data?.errors).toEqual([{ index: 1, message: expect.stringContaining('Invalid `to` field.') }])
  })

  test('takes tags and scheduled times, but no attachments', async () => {
    const fake = await runningFake()
    const timed = email({ scheduled_at: '2026-12-01T08:00:00Z', tags: [{ name: 'delivery', value: 'd' }] })
    expect((await call(fake, '/emails/batch', { body: [timed] })).status).toBe(200)
    expect(fake.emails()[0]).toMatchObject({ lastEvent: 'scheduled', tags: { delivery: 'd' } })
    const attached = email({ attachments: [{ content: 'YQ==', filename: 'a.txt' }] })
    expect((await call(fake, '/emails/batch', { body: [attached] })).status).toBe(422)
    const permissive = { 'x-batch-validation': 'permissive' }
    const { text } = await call(fake, '/emails/batch', { body: [attached], headers: permissive })
    expect(JSON.parse(text)).toEqual({
      data: [],
      errors: [{ index: 0, message: expect.stringContaining('attachments') }],
    })
  })

  test.each([[[]], [{}], ['{"from":"a@b.co"}']])('refuses %j, which is no batch', async (body) => {
    expect((await call(await runningFake(), '/emails/batch', { body })).status).toBe(422)
  })

  test('takes 100 emails and refuses 101', async () => {
    const fake = await runningFake()
    const resend = sdk(fake)
    expect((await resend.batch.send(Array(100).fill(email({})))).data?.data).toHaveLength(100)
    expect((await resend.batch.send(Array(101).fill(email({})))).error).toMatchObject({ statusCode: 422 })
    expect(fake.accepted().emails).toBe(100)
  })
})

describe('GET /emails', () => {
  test('lists newest first, a page at a time, in both directions', async () => {
    const fake = await runningFake()
    const resend = sdk(fake)
    await resend.batch.send(['1', '2', '3', '4', '5'].map((subject) => email({ subject })))
    const subjects = (data: { data: { subject: string }[] } | null) => data?.data.map(({ subject }) => subject)
    const first = (await resend.emails.list({ limit: 2 })).data
    expect(subjects(first)).toEqual(['5', '4'])
    expect(first?.has_more).toBe(true)
    const last = (await resend.emails.list({ limit: 10, after: first?.data[1]?.id ?? '' })).data
    expect(subjects(last)).toEqual(['3', '2', '1'])
    expect(last?.has_more).toBe(false)
    const before = (await resend.emails.list({ limit: 1, before: last?.data[0]?.id ?? '' })).data
    expect(subjects(before)).toEqual(['4'])
  })

  test('says that there is no such email', async () => {
    const { error } = await sdk(await runningFake()).emails.get('0d7a9d3c-0000-4000-8000-000000000000')
    expect(error).toEqual({ statusCode: 404, message: 'Email not found', name: 'not_found' })
  })

  test('keeps the bodies of the latest emails only, and counts all', async () => {
    const fake = await runningFake({ keepBodies: 1 })
    await sdk(fake).batch.send([email({}), email({}), email({})])
    expect(fake.emails().map(({ html }) => html)).toEqual([null, null, '<p>Hello</p>'])
    expect(fake.accepted()).toEqual({ emails: 3, untagged: 3, byDelivery: {}, repeated: [] })
  })
})
