import { type AcceptedEmail, startFakeResend } from '../../../src/fake-resend/index.ts'
import { createResendProvider } from '../../../src/provider/resend/provider.ts'
import { type Arrived, describeProvider } from '../../contracts/provider.ts'

describeProvider('resend', async () => {
  const fake = await startFakeResend({ requestsPerSecond: 1_000 })
  return {
    provider: createResendProvider({ apiKey: 're_test', baseUrl: fake.url }),
    arrived: async () => fake.emails().map(arrived),
    close: fake.close,
  }
})

function arrived(email: AcceptedEmail): Arrived {
  const headers = Object.entries(email.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])
  return {
    deliveryId: email.tags.delivery ?? '',
    from: email.from,
    to: email.to.join(),
    replyTo: email.replyTo[0],
    subject: email.subject,
    html: email.html ?? '',
    text: email.text ?? '',
    headers: Object.fromEntries(headers),
  }
}
