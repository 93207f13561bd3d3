import { createTransport } from 'nodemailer'
import { fillEdition } from '../src/edition/fill.ts'
import { newId } from '../src/id.ts'
import type { Child } from './child.ts'
import { newsletter, type SamplePage, sampleEdition, sampleLinks, sampleReaders, sampleValues } from './sample.ts'
import type { SinkAnswers } from './sink.ts'

/** As many as a worker has under way by default. */
const CONNECTIONS = 4

/** Recipients a second when filled messages are handed to nodemailer's pool and nothing else happens: no database. */
export async function runBareNodemailer(
  page: SamplePage,
  sink: Child<SinkAnswers>,
  recipients: number,
): Promise<number> {
  const { hostname: host, port } = new URL(await sink.ask('url'))
  const pool = { pool: true, maxConnections: CONNECTIONS, maxMessages: Number.POSITIVE_INFINITY } as const
  const transport = createTransport({ ...pool, host, port: Number(port), ignoreTLS: true })
  const edition = await sampleEdition(page)
  const links = sampleLinks()
  const newsletterId = newId<'newsletter'>()
  const mails = sampleReaders(100).map((reader) => {
    const { subject, html, text } = fillEdition(edition, sampleValues(links, newsletterId, edition, reader))
    return { from: `${newsletter.fromName} <${newsletter.fromAddress}>`, to: reader.address, subject, html, text }
  })
  try {
    await sink.ask('forget')
    const from = performance.now()
    await Promise.all(Array.from({ length: recipients }, (_, index) => transport.sendMail({ ...mails[index % 100] })))
    const ms = performance.now() - from
    const { messages } = await sink.ask('count')
    if (messages !== recipients) throw new Error(`The sink got ${messages} messages of ${recipients}.`)
    return (recipients / ms) * 1_000
  } finally {
    transport.close()
  }
}
