import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import PostalMime from 'postal-mime'
import { createOutboxProvider } from '../../../src/provider/outbox/provider.ts'
import { type Arrived, describeProvider } from '../../contracts/provider.ts'

describeProvider('outbox', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'outbox-'))
  return {
    provider: createOutboxProvider({ dir }),
    arrived: async () => Promise.all((await readdir(dir)).map((name) => arrived(join(dir, name)))),
    close: () => rm(dir, { recursive: true }),
  }
})

/** Read by someone else's parser, so that our own reader cannot cover for our writer. */
async function arrived(file: string): Promise<Arrived> {
  const mail = await PostalMime.parse(await readFile(file))
  const headers = Object.fromEntries(mail.headers.map(({ key, value }) => [key, value]))
  return {
    deliveryId: /^<(.*)@pressroom\.local>$/.exec(mail.messageId ?? '')?.[1] ?? '',
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
