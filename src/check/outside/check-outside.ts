import { randomUUID } from 'node:crypto'
import type { DeliveryId } from '../../id.ts'
import { mimeOf } from '../../provider/mime.ts'
import { type CheckedMail, type MailToCheck, openMail } from '../mail.ts'
import { type Finding, findingsOf, type RuleFacts } from '../rule.ts'
import { deadLink, findDeadLinks } from './dead-links.ts'
import { findSpamScore, spamScore } from './spam.ts'

/** Rules that take something outside of the mail: another program, or the network. They refuse no send. */
export const OUTSIDE_RULES: readonly RuleFacts[] = [deadLink, spamScore]

/** Which of them to run, and what that takes. */
export type OutsideCheck = {
  /** Ask for every link; default false. */
  readonly links?: boolean
  /** Run SpamAssassin where there is one; default false. */
  readonly spam?: boolean
  /** As it stands in the mail's From. */
  readonly from: string
  readonly date: Date
  /** Ends the wait. */
  readonly signal?: AbortSignal
}

/** Holds a mail, as its first reader gets it, to the rules that were asked for. Nothing of it leaves this machine. */
export async function checkOutside(mail: MailToCheck, asked: OutsideCheck): Promise<readonly Finding[]> {
  const opened = openMail(mail.edition, mail.facts, mail.readers[0] ?? {})
  const { links = false, spam = false, signal } = asked
  const [dead, score] = await Promise.all([
    links ? findDeadLinks(opened, signal ? { signal } : {}) : [],
    spam ? findSpamScore(wireForm(opened, asked), signal ? { signal } : {}) : [],
  ])
  return [...findingsOf(deadLink, dead), ...findingsOf(spamScore, score)]
}

/** The mail as it would leave, to a reader that there is not. */
export function wireForm(
  { message }: Pick<CheckedMail, 'message'>,
  { from, date }: Pick<OutsideCheck, 'from' | 'date'>,
) {
  const id = randomUUID()
  return mimeOf({
    ...message,
    deliveryId: id as DeliveryId,
    messageId: `${id}@${/@([\w.-]+)/.exec(from)?.[1] ?? 'localhost'}`,
    date,
    from,
    replyTo: undefined,
    to: 'reader@reader.invalid',
  })
}
