import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { CallAnswer } from '../../../src/provider/provider.ts'
import { createSmtpProvider, type SmtpOptions } from '../../../src/provider/smtp/provider.ts'
import type { SmtpServer } from '../../../src/provider/smtp/session.ts'
import { type SinkOptions, type SmtpSink, startSmtpSink } from '../../support/smtp-sink.ts'
import { edition, frozen, recipient } from '../batches.ts'

const pem = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8')

/** Of `localhost`, signed by itself, good until 2126; for nothing but these tests. */
export const certificate = { key: pem('localhost.key.pem'), cert: pem('localhost.cert.pem') }

/** A sink that ends with the test. */
export async function runningSink(options: SinkOptions = {}): Promise<SmtpSink> {
  const sink = await startSmtpSink(options)
  onTestFinished(() => sink.close())
  return sink
}

/** A provider that sends to `sink` and ends with the test. */
export function providerTo(sink: SmtpSink, server: Partial<SmtpServer> = {}, more: Partial<SmtpOptions> = {}) {
  const { port } = sink
  const provider = createSmtpProvider({
    server: { host: 'localhost', port, secure: false, tls: 'optional', ...server },
    ...more,
  })
  onTestFinished(() => provider.close?.())
  const submit = async (
    number: number,
    { address, html, signal = new AbortController().signal }: Partial<Message> = {},
  ): Promise<CallAnswer> => {
    const one = recipient(number)
    const batch = frozen({ recipients: [address === undefined ? one : { ...one, address }] })
    const body = provider.assemble(html === undefined ? edition : { ...edition, html: [html] }, batch)
    return (await provider.submit(body, { idempotencyKey: one.deliveryId, signal })).answer
  }
  return { provider, submit }
}

type Message = { readonly address: string; readonly html: string; readonly signal: AbortSignal }
