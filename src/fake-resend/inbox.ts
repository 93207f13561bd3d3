import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '../clock.ts'
import { bareAddress } from './address.ts'

const addresses = z.preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(z.string()))

/** An email that is to come in. `content` of attachments is Base64. */
export const inboundSchema = z.strictObject({
  from: z.string(),
  to: addresses.refine((all) => all.length > 0, 'An email needs a recipient.'),
  cc: addresses.default([]),
  bcc: addresses.default([]),
  replyTo: addresses.default([]),
  subject: z.string().default(''),
  text: z.string().optional(),
  html: z.string().optional(),
  headers: z.record(z.string(), z.string()).default({}),
  attachments: z
    .array(
      z.strictObject({
        filename: z.string(),
        content: z.base64(),
        contentType: z.string().default('application/octet-stream'),
        contentId: z.string().optional(),
      }),
    )
    .default([]),
})

export type InboundInput = z.input<typeof inboundSchema>

/** An email that came in. */
export type InboundEmail = z.output<typeof inboundSchema> & {
  readonly id: string
  readonly messageId: string
  readonly receivedAt: Date
  /** All of it, as MIME. */
  readonly raw: Buffer
  readonly files: readonly InboundFile[]
}

/** A part of an email that came in: inline when the html can name it. */
export type InboundFile = {
  readonly id: string
  readonly filename: string
  readonly contentType: string
  readonly contentId: string | null
  readonly bytes: Buffer
}

/** What has come in, oldest first. */
export type Inbox = {
  /** @throws ZodError when `input` is no email */
  receive(input: InboundInput): Promise<InboundEmail>
  find(id: string): InboundEmail | undefined
  all(): readonly InboundEmail[]
  clear(): void
}

export function inbox(clock: Clock): Inbox {
  const byId = new Map<string, InboundEmail>()
  return {
    async receive(input) {
      const mail = inboundSchema.parse(input)
      const id = randomUUID()
      const messageId = `<${id}@${(bareAddress(mail.from) ?? 'sender@fake-resend.invalid').split('@')[1]}>`
      const raw = await compose(mail, messageId, clock.now())
      const email = { ...mail, id, messageId, receivedAt: clock.now(), raw, files: mail.attachments.map(fileOf) }
      byId.set(id, email)
      return email
    },
    find: (id) => byId.get(id),
    all: () => [...byId.values()],
    clear: () => byId.clear(),
  }
}

function fileOf({ filename, content, contentType, contentId }: InboundEmail['attachments'][number]): InboundFile {
  return {
    id: randomUUID(),
    filename,
    contentType,
    contentId: contentId ?? null,
    bytes: Buffer.from(content, 'base64'),
  }
}

/** Loaded when mail comes in only: most doubles never receive any. */
async function compose(mail: z.output<typeof inboundSchema>, messageId: string, date: Date): Promise<Buffer> {
  const { createTransport } = await import('nodemailer')
  const attachments = mail.attachments.map(({ filename, content, contentType, contentId }) => ({
    filename,
    content: Buffer.from(content, 'base64'),
    contentType,
    ...(contentId === undefined ? {} : { cid: contentId }),
  }))
  const { from, to, cc, replyTo, subject, text, html, headers } = mail
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' })
  const sent = await transport.sendMail({
    from,
    to,
    cc,
    replyTo,
    subject,
    text,
    html,
    headers,
    attachments,
    messageId,
    date,
  })
  return Buffer.isBuffer(sent.message) ? sent.message : Buffer.alloc(0)
}
