import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import PostalMime from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import { createSmtpProvider } from '../../../src/provider/smtp/provider.ts'
import { type Arrived, describeProvider } from '../../contracts/provider.ts'

describeProvider('smtp', async () => {
  const arrived: Buffer[] = []
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData: (stream, _session, done) => {
      buffer(stream).then((mail) => {
        arrived.push(mail)
        done()
      }, done)
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  const provider = createSmtpProvider({ server: { host: '127.0.0.1', port, secure: false, tls: 'optional' } })
  return {
    provider,
    arrived: async () => Promise.all(arrived.map(readMail)),
    close: async () => {
      await provider.close?.()
      await new Promise<void>((resolve) => server.close(resolve))
    },
  }
})

/** Read by someone else's parser, so that nothing of ours can cover for our writer. */
async function readMail(bytes: Buffer): Promise<Arrived> {
  const mail = await PostalMime.parse(bytes)
  const headers = Object.fromEntries(mail.headers.map(({ key, value }) => [key, value]))
  return {
    deliveryId: /^<(.*)@example\.com>$/.exec(mail.messageId ?? '')?.[1] ?? '',
    from: `"${mail.from?.name}" <${mail.from?.address}>`,
    // As it stands there: the parser shows A-labels in their own letters.
    to: headers.to ?? '',
    replyTo: mail.replyTo?.[0]?.address,
    subject: mail.subject ?? '',
    // The parser counts the line break before a boundary as the part's own (RFC 2046 section 5.1.1 says otherwise).
    html: mail.html?.replace(/\n$/, '') ?? '',
    text: mail.text?.replace(/\n$/, '') ?? '',
    headers,
  }
}
