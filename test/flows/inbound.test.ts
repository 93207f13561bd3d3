import { createTransport } from 'nodemailer'
import PostalMime from 'postal-mime'
import { afterEach, describe, expect, test } from 'vitest'
import type { SmtpConfig } from '../../src/config/smtp.ts'
import { type FakeResend, startFakeResend } from '../../src/fake-resend/index.ts'
import { type MailListener, startMailListener } from '../../src/inbound/listener.ts'
import { complaintOf, reportOf } from '../inbound/mails.ts'
import { type Installation, startInstallation } from '../support/installation.ts'
import { type SmtpSink, startSmtpSink } from '../support/smtp-sink.ts'
import { forEachTier, type Tier } from '../support/tiers.ts'

const DOMAIN = 'in.example.com'
const inbound = { domain: DOMAIN, smtp: null }
const publicUrl = 'https://news.example.com'

forEachTier((tier) => {
  const opened: { sink?: SmtpSink; resend?: FakeResend; listener?: MailListener; installation?: Installation } = {}
  afterEach(async () => {
    console.log(
      opened.installation?.events.lines
        .filter((l) => !['http_request'].includes(String(l.event)))
        .map((l) => JSON.stringify(l).slice(0, 400))
        .join('\n'),
    )
    await opened.listener?.close()
    await opened.installation?.close()
    await opened.sink?.close()
    await opened.resend?.close()
    for (const name of Object.keys(opened)) delete opened[name as keyof typeof opened]
  })

  test('a reader comes, reads and leaves by mail alone, and what bounces is heard of', async () => {
    const { installation, sink, send } = await bySmtp(tier, opened)
    await installation.fill(3)
    await send('Ada Reader <Ada@example.com>', `harbour+subscribe@${DOMAIN}`)
    const asked = await arrived(sink, 'Ada@example.com')
    expect(asked.subject).toMatch(/^Confirm your subscription/)
    expect(asked.text).toContain('The link works for 7 days. You can also simply answer this mail.')
    const answerTo = asked.replyTo?.[0]?.address ?? ''
    expect(answerTo).toMatch(new RegExp(`^confirm\\+[a-z2-7]{55}@${DOMAIN}$`))
    // An absence notice is no answer.
    await send('ada@example.com', answerTo, { subject: 'Out of office', headers: { 'Auto-Submitted': 'auto-replied' } })
    await dealtWith(installation, 'auto_reply')
    expect(await statusOf(installation, 'ada@example.com')).toEqual(['pending'])
    await send('ada@example.com', answerTo, { subject: `Re: ${asked.subject}` })
    await dealtWith(installation, 'confirm')
    expect(await statusOf(installation, 'ada@example.com')).toEqual(['confirmed'])

    const { issue } = await issueOf(installation)
    const { id } = await installation.call<{ id: string }>('POST', '/sends', { issue })
    await installation.sent(id)
    const issueMail = await arrived(sink, 'Ada@example.com', 2)
    const leave = /<mailto:([^>]+)>/.exec(
      issueMail.headers.find(({ key }) => key === 'list-unsubscribe')?.value ?? '',
    )?.[1]
    expect(leave).toMatch(new RegExp(`^leave\\+[a-z2-7]{48}@${DOMAIN}$`))
    expect(issueMail.headers.find(({ key }) => key === 'list-unsubscribe')?.value).toMatch(
      /^<https:\/\/news\.example\.com\/u\//,
    )
    await send('ada@example.com', leave ?? '', {
      subject: 'unsubscribe',
      headers: { 'Auto-Submitted': 'auto-generated' },
    })
    await dealtWith(installation, 'leave')
    expect(await statusOf(installation, 'ada@example.com')).toEqual(['unsubscribed'])

    const dead = sink.mails.find(({ to }) => to === 'reader0@example.com')
    const full = sink.mails.find(({ to }) => to === 'reader1@example.com')
    await send('', dead?.from ?? '', { raw: reportOf({ status: '5.1.1', final: 'reader0@example.com' }) })
    await send('', full?.from ?? '', { raw: reportOf({ status: '5.2.2', final: 'reader1@example.com' }) })
    const returned = sink.mails.find(({ to }) => to === 'reader2@example.com')?.raw.split('\r\n\r\n')[0] ?? ''
    await send('feedback@mail.example', `complaints@${DOMAIN}`, {
      raw: complaintOf({ to: 'reader2@example.com', returned: returned.replaceAll('\r\n', '\n') }),
    })
    await dealtWith(installation, 'bounce', 2)
    await dealtWith(installation, 'complaint')
    await applied(installation, 3)
    const { rows } = await installation.call<{ rows: { addressKey: string; reason: string }[] }>('GET', '/suppressions')
    expect(rows.map(({ addressKey, reason }) => `${addressKey} ${reason}`).sort()).toEqual([
      'reader0@example.com bounced',
      'reader2@example.com complained',
    ])
    expect(await statusOf(installation, 'reader2@example.com')).toEqual(['unsubscribed'])
    expect(await installation.call('GET', `/sends/${id}`)).toMatchObject({ fates: { bounced: 2, complained: 1 } })
  }, 60_000)

  test('a mail whose bell was lost is read by the sweep', async () => {
    const { installation, sink, send } = await bySmtp(tier, opened)
    await installation.fill(0)
    installation.app.queue.enqueue = async () => false
    await send('ada@example.com', `harbour+subscribe@${DOMAIN}`)
    expect((await arrived(sink, 'ada@example.com')).subject).toMatch(/^Confirm/)
  }, 60_000)

  describe('Resend', () => {
    test('takes mail in and tells of it, and its content is fetched', async () => {
      const { installation, resend } = await byResend(tier, opened)
      await installation.fill(1)
      const reader = await readerOf(installation, 'reader0@example.com')
      await resend.receive({ from: 'a@example.com', to: ['someone@elsewhere.example'], text: 'Not for us.' })
      await resend.receive({ from: 'Reader <reader0@example.com>', to: [leaveOf(installation, reader)], text: '' })
      await resend.settled()
      await dealtWith(installation, 'leave')
      expect(await statusOf(installation, 'reader0@example.com')).toEqual(['unsubscribed'])
      const { rows } = await installation.call<{ rows: object[] }>('GET', '/inbound-mail')
      expect(rows).toMatchObject([{ source: 'resend', kind: 'leave', state: 'applied' }])
      expect(await installation.call('GET', '/webhook-events')).toMatchObject({ rows: [] })
    }, 60_000)
  })
})

type Opened = { sink?: SmtpSink; resend?: FakeResend; listener?: MailListener; installation?: Installation }

/** Sends by SMTP to a sink, and takes mail in by SMTP, from a client that knows nothing of us. */
async function bySmtp(tier: Tier, opened: Opened) {
  const sink = await startSmtpSink()
  opened.sink = sink
  const address = { host: 'localhost', port: sink.port, secure: false, tls: 'off' } as const
  const smtp: SmtpConfig = {
    server: { ...address, user: undefined, password: undefined, name: undefined },
    requestsPerSecond: 500,
    dkim: null,
    bounceDomain: DOMAIN,
  }
  const installation = await startInstallation(tier, { config: { smtp, publicUrl, inbound } })
  opened.installation = installation
  const { app } = installation
  if (!app.inbound) throw new Error('No mail is taken in.')
  const listener = await startMailListener(app, { ...app.inbound, host: '127.0.0.1', port: 0, tls: null })
  opened.listener = listener
  const send = async (
    from: string,
    to: string,
    mail: { subject?: string; headers?: Record<string, string>; raw?: Buffer } = {},
  ) => {
    const transport = createTransport({ host: '127.0.0.1', port: listener.port, ignoreTLS: true })
    const envelope = { from: from.replace(/.*<|>/g, ''), to }
    await transport.sendMail(mail.raw ? { envelope, raw: mail.raw } : { envelope, from, to, text: 'Yes.', ...mail })
    transport.close()
  }
  return { installation, sink, send }
}

async function byResend(tier: Tier, opened: Opened) {
  const resend = await startFakeResend({ requestsPerSecond: 500 })
  opened.resend = resend
  const call = async (method: string, path: string, body: object) => {
    const headers = { authorization: 'Bearer re_test_key', 'content-type': 'application/json', 'user-agent': 'test' }
    const answer = await fetch(`${resend.url}${path}`, { method, headers, body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as { id: string; signing_secret: string }
  }
  const webhook = await call('POST', '/webhooks', {
    endpoint: 'http://127.0.0.1:9/webhooks/resend',
    events: ['email.received'],
  })
  const installation = await startInstallation(tier, {
    config: {
      publicUrl,
      inbound,
      resend: { apiKey: 're_test_key', baseUrl: resend.url },
      resendWebhookSecrets: [webhook.signing_secret],
    },
  })
  opened.installation = installation
  await call('PATCH', `/webhooks/${webhook.id}`, { endpoint: `${installation.url}/webhooks/resend` })
  return { installation, resend }
}

/** The mail that somebody got as their `nth`, once it is there. */
async function arrived(sink: SmtpSink, to: string, nth = 1) {
  const theirs = () => sink.mails.filter((mail) => mail.to === to)
  while (theirs().length < nth) await new Promise((resolve) => setTimeout(resolve, 20))
  return PostalMime.parse(Buffer.from(theirs()[nth - 1]?.raw ?? '', 'latin1'))
}

/** Resolves when so many mails turned out to be of that kind. */
async function dealtWith({ events }: Installation, kind: string, count = 1): Promise<void> {
  const seen = new Set<unknown>()
  await events.until((line) => {
    if (line.event === 'inbound_mail' && line.kind === kind && line.state !== 'received') seen.add(line.mail)
    return seen.size >= count
  })
}

async function applied({ database }: Installation, count: number): Promise<void> {
  const done = async () => {
    const { rows } = await database.pool.query<{ count: number }>(
      `select count(*)::int as count from provider_event where state = 'applied' and rule is distinct from 'due'`,
    )
    return rows[0]?.count === count
  }
  while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 20))
}

async function readerOf({ app }: Installation, address: string) {
  const reader = await app.store.subscribers.findByAddress(address)
  if (!reader) throw new Error('There is no such reader.')
  return reader
}

async function statusOf(installation: Installation, address: string): Promise<readonly string[]> {
  return (await readerOf(installation, address)).subscriptions.map(({ status }) => status)
}

function leaveOf({ app }: Installation, reader: Awaited<ReturnType<typeof readerOf>>): string {
  const [subscription] = reader.subscriptions
  if (!subscription || !app.inbound) throw new Error('There is no subscription.')
  return app.inbound.addresses.leave(subscription)
}

async function issueOf({ call }: Installation): Promise<{ issue: string }> {
  const { rows } = await call<{ rows: { id: string }[] }>('GET', '/issues')
  return { issue: rows[0]?.id ?? '' }
}
