import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SmtpConfig } from '../../src/config/smtp.ts'
import { createBounceAddresses } from '../../src/provider/bounce-address.ts'
import type { Progress } from '../../src/send/send.ts'
import { type Installation, startInstallation } from '../support/installation.ts'
import { type SinkFault, type SmtpSink, startSmtpSink } from '../support/smtp-sink.ts'
import { forEachTier } from '../support/tiers.ts'

const NOBODY = 'reader7@example.com'
const LOST = 'reader9@example.com'
const FAULTS: Readonly<Record<string, SinkFault>> = {
  [NOBODY]: { kind: 'reply', reply: '550 5.1.1 nobody' },
  [LOST]: { kind: 'reset', accepts: true },
}

forEachTier((tier) => {
  let sink: SmtpSink
  let installation: Installation
  beforeAll(async () => {
    const decide: NonNullable<Parameters<typeof startSmtpSink>[0]>['decide'] = ({ phase, to }) => {
      const at = to === NOBODY ? 'rcpt' : 'dot'
      return phase === at ? FAULTS[to] : undefined
    }
    sink = await startSmtpSink({ decide })
    const server = { host: 'localhost', port: sink.port, secure: false, tls: 'off' } as const
    const nobody = { user: undefined, password: undefined, name: undefined }
    const smtp: SmtpConfig = {
      server: { ...server, ...nobody },
      requestsPerSecond: 500,
      dkim: null,
      bounceDomain: 'bounces.example.com',
    }
    installation = await startInstallation(tier, { config: { smtp, publicUrl: 'https://news.example.com' } })
  })
  afterAll(async () => {
    await installation.close()
    expect(sink.connections.open).toBe(0)
    await sink.close()
  })

  test('an issue goes out by SMTP, and of each reader it is known what became of their mail', async () => {
    const { issue } = await installation.fill(60)
    const { id } = await installation.call<{ id: string }>('POST', '/sends', { issue })
    await installation.sent(id)
    const { progress } = await installation.call<{ progress: Progress }>('GET', `/sends/${id}`)
    expect(progress).toMatchObject({ recipients: 60, accepted: 58, refused: 1, uncertain: 1, skipped: 0, open: 0 })
    expect([...sink.accepted.values()]).toEqual(Array(59).fill(1))
    const bounces = createBounceAddresses('bounces.example.com', ['a-secret-that-only-tests-know-and-long-enough'])
    expect(sink.mails.map(({ from }) => bounces.read(from))).toEqual(sink.mails.map(({ deliveryId }) => deliveryId))
    expect(sink.mails[0]?.raw).toMatch(/^list-unsubscribe-post: List-Unsubscribe=One-Click\r$/im)
  })
})
