import { addressIn, headerOf, type ParsedMail, readHeaders } from './parse.ts'
import { type Severity, severityOf, statusOf } from './severity.ts'
import { readText } from './text-bounce.ts'

/** What a report says of one recipient. */
export type Reported = {
  /** Those that the report names for it, in lower case: as it was written to, and where it was passed on to. */
  readonly addresses: readonly string[]
  readonly result: Severity | 'deferred' | 'delivered'
  /** RFC 3463; undefined: it has none. */
  readonly status?: string | undefined
  /** The server's words, on one line. */
  readonly words: string
}

/**
 * Reads what became of a mail's recipients: from the report of RFC 3464, from one that is written out in the text, from
 * a notification of Amazon SES, or from the words of servers that make no report. Null: it is no such mail.
 */
export function readBounce(mail: ParsedMail): readonly Reported[] | null {
  const fromReport = mail.deliveryStatus.slice(0, MAX_PARTS).flatMap((part) => readStatus(part, mail))
  if (fromReport.length > 0) return fromReport
  const inText = readStatus(mail.text.replace(/^> ?/gm, ''), mail)
  if (inText.length > 0) return inText
  return readNotification(mail.text) ?? readText(mail)
}

/** A newsletter has one reader a mail; what a report says of so many is not about us. */
const MAX_PARTS = 5
const MAX_RECIPIENTS = 20

/** The blocks of a delivery status, one a recipient; those of a text are found by their fields. */
function readStatus(part: string, mail: ParsedMail): readonly Reported[] {
  const blocks = part.split(/\n(?:[ \t]*\n)+/).map(readHeaders)
  const about = blocks.filter((block) => block.has('action') || block.has('final-recipient')).slice(0, MAX_RECIPIENTS)
  const reporter = blocks.flatMap((block) => block.get('reporting-mta') ?? []).join(' ')
  return about.map((block) => {
    const field = (name: string) => headerOf(block, name) ?? ''
    const addresses = [addressOf(field('original-recipient')), addressOf(field('final-recipient'))]
    const named = addresses.filter((address) => address !== null)
    const own = named[0] ? linesAbout(mail.text, named[0]) : ''
    const words = field('diagnostic-code') || own || (about.length === 1 ? mail.text : '')
    const status = field('status')
    return {
      addresses: [...new Set(named)],
      result: resultOf(field('action'), { words, status, reporter, transcript: about.length === 1 ? mail.text : own }),
      status: statusOf(words, status),
      words: oneLine(words),
    }
  })
}

type Block = { readonly words: string; readonly status: string; readonly reporter: string; readonly transcript: string }

function resultOf(action: string, { words, status, reporter, transcript }: Block): Reported['result'] {
  switch (action.toLowerCase().split(/\W/, 1)[0]) {
    case 'delayed':
      return 'deferred'
    case 'delivered':
    case 'relayed':
    case 'expanded':
      return 'delivered'
    default: {
      // So sendmail notes what it was told of a recipient, in the text alone.
      const answersRecipient = /\b5\.1\.1\b.*user unknown/i.test(transcript) && !/^\s*[45]\.2\./.test(status)
      const said = { words: `${commentOf(status)} ${words}`, status, reporter, answersRecipient }
      return severityOf(said) ?? 'transient'
    }
  }
}

function commentOf(status: string): string {
  return /\((.*)\)/.exec(status)?.[1] ?? ''
}

/** `rfc822; <name@example.com>`, or without the type. */
function addressOf(field: string): string | null {
  const address = addressIn(field.replace(/^[\w-]+\s*;/, '').trim())
  return address?.startsWith('/') ? null : address
}

/** The lines of a text that name an address, with those that are folded below them. */
function linesAbout(text: string, address: string): string {
  const lines = text.split('\n')
  const at = lines.findIndex((line) => line.toLowerCase().includes(address))
  if (at < 0) return ''
  const next = lines.findIndex((line, index) => index > at && (line.trim() === '' || /^\S*<?[^\s@]+@/.test(line)))
  return lines.slice(at, next < 0 ? at + 10 : next).join('\n')
}

type Notified = {
  readonly emailAddress?: unknown
  readonly diagnosticCode?: unknown
  readonly status?: unknown
} | null

/** What Amazon SES sends by way of SNS. */
function readNotification(text: string): readonly Reported[] | null {
  // Lines that were too long for a mail were broken by "!".
  const json = text.replace(/!\n ?/g, '').replaceAll('\n', '').trim()
  if (!/^\{\s*"/.test(json)) return null
  const outer = notificationOf(json)
  const { notificationType, bounce, delivery } =
    typeof outer.Message === 'string' ? notificationOf(outer.Message) : outer
  if (notificationType === 'Delivery') {
    const recipients = Array.isArray(delivery?.recipients) ? delivery.recipients : []
    return recipients.map((address) => ({ addresses: [textOf(address)], result: 'delivered', words: '' }))
  }
  if (notificationType !== 'Bounce' || !Array.isArray(bounce?.bouncedRecipients)) return null
  return bounce.bouncedRecipients.map((one: Notified) => {
    const words = textOf(one?.diagnosticCode)
    const said = severityOf({ words, status: textOf(one?.status) }) ?? 'transient'
    const result = bounce.bounceType === 'Permanent' || said !== 'permanent' ? said : 'transient'
    return {
      addresses: [textOf(one?.emailAddress)],
      result,
      status: textOf(one?.status) || undefined,
      words: oneLine(words),
    }
  })
}

type Notification = {
  /** Of SNS, which has what SES says in a text of JSON. */
  readonly Message?: unknown
  readonly notificationType?: unknown
  readonly bounce?: { readonly bounceType?: unknown; readonly bouncedRecipients?: unknown }
  readonly delivery?: { readonly recipients?: unknown }
}

/** What comes is anybody's: whatever is not as it should be reads as nothing. */
function notificationOf(json: string): Notification {
  // The quoted original may follow it.
  const end = json.lastIndexOf('}')
  try {
    const read: unknown = JSON.parse(json.slice(0, end + 1))
    return typeof read === 'object' && read !== null ? read : {}
  } catch {
    return {}
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.toLowerCase() : ''
}

/** Words as they are shown and kept: one line, not endless. */
function oneLine(words: string): string {
  return words.replace(/\s+/g, ' ').trim().slice(0, 500)
}
