import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AddressObject, simpleParser } from 'mailparser'
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
  const mail = await simpleParser(await readFile(file), { skipTextToHtml: true })
  const lines = mail.headerLines.map(({ key, line }) => [key, line.slice(key.length + 1).trim()])
  const headers: Record<string, string> = Object.fromEntries(lines)
  return {
    deliveryId: /^<(.*)@pressroom\.local>$/.exec(mail.messageId ?? '')?.[1] ?? '',
    from: mail.from?.text ?? '',
    // As it stands there: the parser shows A-labels in their own letters.
    to: headers.to ?? '',
    replyTo: addressOf(mail.replyTo) || undefined,
    subject: mail.subject ?? '',
    html: mail.html || '',
    text: mail.text ?? '',
    headers,
  }
}

function addressOf(field: AddressObject | AddressObject[] | undefined): string {
  const [first] = [field ?? []].flat()
  return first?.value[0]?.address ?? ''
}
