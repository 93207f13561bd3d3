import { AppError } from '../../error.ts'
import { isId } from '../../id.ts'
import type { Mail } from '../mime.ts'
import type { CallAnswer } from '../provider.ts'

/** One message of a body, with what a file in the outbox is made of. */
export type OutboxMessage = Omit<Mail, 'messageId' | 'date'>

/** The outbox takes whatever it can write; the delivery's id is the name of the file and so the message's id here. */
export function acceptedAnswer(messages: readonly OutboxMessage[]): CallAnswer {
  const accepted = messages.map(({ deliveryId }) => ({ kind: 'accepted' as const, providerMessageId: deliveryId }))
  return { kind: 'answered', messages: accepted }
}

/** Some of the files may have been written: asking again writes the others. */
export function lostAnswer(error: unknown): CallAnswer {
  return { kind: 'lost', detail: `the outbox cannot be written: ${codeOf(error)}` }
}

/** There is no folder to write into, so nothing was written. */
export function unreachableAnswer(error: unknown): CallAnswer {
  return { kind: 'unreachable', detail: `the outbox's folder cannot be made: ${codeOf(error)}` }
}

/**
 * The messages of a body.
 * @throws AppError `internal` when the body is none of `assembleOutboxBatch`
 */
export function messagesOf(bytes: Uint8Array): OutboxMessage[] {
  const parsed: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'))
  if (!Array.isArray(parsed)) throw new AppError('internal', 'The outbox was given a body that holds no messages.')
  return parsed.map(messageOf)
}

function messageOf(fields: WireMessage): OutboxMessage {
  const deliveryId = fields.tags.find(({ name }) => name === 'delivery')?.value ?? ''
  if (!isId<'delivery'>(deliveryId)) {
    throw new AppError('internal', 'The outbox was given a message without the id of its delivery.')
  }
  const { from, subject, html, text } = fields
  const headers = Object.entries(fields.headers ?? {}).map(([name, value]) => ({ name, value }))
  return { deliveryId, from, replyTo: fields.reply_to, to: fields.to[0] ?? '', subject, html, text, headers }
}

type WireMessage = {
  readonly from: string
  readonly reply_to?: string
  readonly to: readonly string[]
  readonly subject: string
  readonly html: string
  readonly text: string
  readonly headers?: Readonly<Record<string, string>>
  readonly tags: readonly { readonly name: string; readonly value: string }[]
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
}
