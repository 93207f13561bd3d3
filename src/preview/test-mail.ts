import { z } from 'zod'
import type { PictureBeside } from '../assets/beside.ts'
import { editionHash } from '../edition/compile.ts'
import type { Edition, SlotValues } from '../edition/edition.ts'
import { AppError } from '../error.ts'
import { addressSchema } from '../subscriber/address.ts'
import type { Choice } from './choice.ts'
import { readerTexts } from './mail.ts'
import type { PreviewNewsletter } from './newsletter.ts'
import { type Previewed, renderChoice, type Sender } from './rendering.ts'

/** Where test mail goes: the configured installation, or the outbox of this machine. */
export type TestMailbox = {
  /** What is said beside the button, before anything is sent. */
  describe(): Promise<MailboxFacts>
  /** Opens what the configured provider needs. @throws AppError when that cannot be reached */
  open(): Promise<OpenMailbox>
  close(): Promise<void>
}

export type MailboxFacts = {
  readonly provider: string
  /** Whether it leaves this machine. */
  readonly leavesMachine: boolean
  /** The folder of an outbox. */
  readonly folder: string | null
}

/** One that takes mail. */
export type OpenMailbox = {
  /** Who test mail comes from, a newsletter of the installation, and where it is served; default: as previewed. */
  sender(slug: string | undefined): Promise<Partial<Sender>>
  send(mail: TestMail): Promise<TestMailSent>
}

export type TestMail = {
  readonly to: string
  readonly newsletter: PreviewNewsletter
  readonly edition: Edition
  /** Values of texts; links are the mailbox's own. */
  readonly texts: SlotValues
  /** Those that lie beside the article, for whoever serves them. */
  readonly pictures: readonly PictureBeside[]
}

/** What became of it, in words. */
export type TestMailSent = { readonly outcome: 'kept' | 'accepted' | 'waiting' | 'failed'; readonly detail: string }

/** What the page does with test mail. */
export type TestMails = {
  describe(): Promise<MailboxFacts>
  send(choice: Choice, body: unknown): Promise<TestMailSent>
}

const requestSchema = z.strictObject({
  to: addressSchema,
  /** The slug of the installation's newsletter it is sent for. */
  newsletter: z.string().trim().min(1).optional(),
})

/**
 * Sends what is looked at to one address, which has to be given each time. Its subject begins with "[Test]", and its
 * links end no subscription.
 */
export function createTestMails(previewed: Previewed, mailbox: TestMailbox): TestMails {
  return {
    describe: () => mailbox.describe(),
    async send(choice, body) {
      const { to, newsletter: slug } = readRequest(body)
      const open = await mailbox.open()
      const rendered = await renderChoice(previewed, choice, await open.sender(slug))
      const { newsletter, pictures } = rendered
      const edition = marked(rendered.edition)
      const texts = readerTexts(rendered, choice)
      return open.send({ to, newsletter, edition, texts, pictures: [...pictures.values()] })
    },
  }
}

function marked({ hash: _, ...content }: Edition): Edition {
  const tested = { ...content, subject: ['[Test] ', ...content.subject] }
  return { ...tested, hash: editionHash(tested) }
}

function readRequest(body: unknown): z.output<typeof requestSchema> {
  const parsed = requestSchema.safeParse(body)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => ({ where: path.join('.'), message }))
  throw new AppError('invalid_input', 'Say which address the test mail is to go to.', { problems })
}
