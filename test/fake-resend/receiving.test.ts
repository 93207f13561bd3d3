import PostalMime from 'postal-mime'
import { expect, test } from 'vitest'
import { FakeClock } from '../support/clock.ts'
import { call, runningEndpoint, runningFake, sdk } from './running.ts'

const PIXEL = Buffer.from('GIF89a').toString('base64')
const NOW = '2026-01-05T08:00:00.000Z'

/** A double to which a reply with a picture and a file has come in. */
async function received() {
  const endpoint = await runningEndpoint()
  const fake = await runningFake({ clock: new FakeClock(NOW), endpoints: [{ endpoint: endpoint.url }] })
  const { text } = await call(fake, '/_fake/receive', {
    body: {
      from: 'Ada <ada@example.org>',
      to: 'desk@example.com',
      subject: 'Re: Hello',
      text: 'Thanks',
      html: '<p>Thanks <img src="cid:pixel"></p>',
      headers: { 'In-Reply-To': '<1@example.com>' },
      attachments: [
        { filename: 'pixel.gif', content: PIXEL, contentType: 'image/gif', contentId: 'pixel' },
        { filename: 'note.txt', content: Buffer.from('Note').toString('base64'), contentType: 'text/plain' },
      ],
    },
  })
  await fake.settled()
  return { fake, endpoint, id: JSON.parse(text).id as string, receiving: sdk(fake).emails.receiving }
}

test('an email that comes in is announced without its content, listed and read', async () => {
  const { endpoint, id, receiving } = await received()
  const described = [
    { filename: 'pixel.gif', size: 6, content_type: 'image/gif', content_id: 'pixel', content_disposition: 'inline' },
    { filename: 'note.txt', size: 4, content_type: 'text/plain', content_id: null, content_disposition: 'attachment' },
  ].map((file) => ({ id: expect.any(String), ...file }))
  const summary = {
    from: 'Ada <ada@example.org>',
    to: ['desk@example.com'],
    cc: [],
    bcc: [],
    reply_to: [],
    received_for: ['desk@example.com'],
    subject: 'Re: Hello',
    created_at: NOW,
    message_id: `<${id}@example.org>`,
    attachments: described,
  }
  expect(endpoint.told[0]?.event).toEqual({
    type: 'email.received',
    created_at: NOW,
    data: { email_id: id, ...summary },
  })
  expect((await receiving.list()).data).toEqual({ object: 'list', has_more: false, data: [{ id, ...summary }] })
  expect((await receiving.get(id)).data).toEqual({
    object: 'email',
    id,
    ...summary,
    html: `<p>Thanks <img src="data:image/gif;base64,${PIXEL}"></p>`,
    text: 'Thanks',
    headers: { 'In-Reply-To': '<1@example.com>' },
    raw: { download_url: expect.stringContaining('/raw?'), expires_at: '2026-01-05T09:00:00.000Z' },
  })
  expect((await receiving.get(id, { html_format: 'cid' })).data?.html).toContain('src="cid:pixel"')
  expect((await receiving.get('nobody')).error).toMatchObject({ statusCode: 404, message: 'Email not found' })
})

test('its MIME and its files can be downloaded for an hour', async () => {
  const { fake, id, receiving } = await received()
  const url = (await receiving.get(id)).data?.raw?.download_url ?? ''
  const mime = await PostalMime.parse(await (await fetch(url)).arrayBuffer())
  expect(mime).toMatchObject({ subject: 'Re: Hello', messageId: `<${id}@example.org>`, inReplyTo: '<1@example.com>' })
  expect(mime.attachments.map(({ filename }) => filename)).toEqual(['pixel.gif', 'note.txt'])
  const files = (await receiving.attachments.list({ emailId: id })).data?.data ?? []
  const note = (await receiving.attachments.get({ emailId: id, id: files[1]?.id ?? '' })).data
  expect(note).toMatchObject({ object: 'attachment', filename: 'note.txt', size: 4 })
  expect(await (await fetch(note?.download_url ?? '')).text()).toBe('Note')
  fake.advance(60 * 60_000 + 1)
  expect((await fetch(url)).status).toBe(404)
})

test('it can be forwarded, and counts against the quota', async () => {
  const { fake, id, receiving } = await received()
  const { error } = await receiving.forward({ emailId: id, to: 'boss@example.com', from: 'desk@example.com' })
  expect(error).toBeNull()
  expect(fake.emails()).toMatchObject([{ subject: 'Re: Hello', to: ['boss@example.com'] }])
  expect((await sdk(fake).usage.get()).data?.emails).toEqual({
    daily: { used: 2, limit: null, sent: 1, received: 1, resets_at: '2026-01-06T00:00:00.000Z' },
    monthly: { used: 2, limit: null, sent: 1, received: 1, resets_at: '2026-02-01T00:00:00.000Z' },
  })
})

test('usage tells the limits there are', async () => {
  const usage = await sdk(await runningFake({ dailyQuota: 100, requestsPerSecond: 5 })).usage.get()
  expect(usage.data).toMatchObject({
    object: 'usage',
    emails: { daily: { used: 0, limit: 100 } },
    rate_limit: { limit: 5, duration: '1s' },
  })
})
