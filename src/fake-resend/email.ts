import { bareAddress, domainOf } from './address.ts'
import {
  type ApiError,
  apiErrors,
  attachmentsTooLarge,
  invalidAddress,
  invalidField,
  missingField,
  testModeOnly,
  unverifiedDomain,
} from './errors.ts'
import type { Settings } from './options.ts'
import { readScheduledAt, SCHEDULE_EXPECTED } from './scheduled-at.ts'

/** An email as the API has understood it. */
export type EmailRequest = {
  readonly from: string
  readonly to: readonly string[]
  readonly cc: readonly string[]
  readonly bcc: readonly string[]
  readonly replyTo: readonly string[]
  readonly subject: string
  readonly html: string | null
  readonly text: string | null
  readonly headers: Readonly<Record<string, string>>
  readonly tags: readonly { readonly name: string; readonly value: string }[]
  readonly scheduledAt: Date | null
}

export type ReadEmail =
  | { readonly kind: 'valid'; readonly email: EmailRequest }
  | { readonly kind: 'invalid'; readonly error: ApiError }

type Fields = Readonly<Record<string, unknown>>
type Check = (fields: Fields, settings: Settings, now: Date) => ApiError | undefined

const MAX_RECIPIENTS = 50
const MAX_ATTACHMENT_CHARS = 40 * 1024 * 1024
const TAG = /^[A-Za-z0-9_-]{1,256}$/
const LINE_BREAK = /[\r\n]/
const HEADER_NAME = /^[!-9;-~]+$/

/** Reads one email of a request; the first thing that is wrong with it is the answer, as with Resend. */
export function readEmail(input: unknown, settings: Settings, now: Date): ReadEmail {
  if (!isFields(input)) return { kind: 'invalid', error: missingField('from') }
  for (const check of CHECKS) {
    const error = check(input, settings, now)
    if (error) return { kind: 'invalid', error }
  }
  return { kind: 'valid', email: emailOf(input, now) }
}

/** How many recipients an email counts for in a quota. */
export function recipientsOf(email: EmailRequest): number {
  return email.to.length + email.cc.length + email.bcc.length
}

const CHECKS: readonly Check[] = [
  checkFrom,
  checkTo,
  (fields, settings) => checkAddresses(fields, 'cc', settings),
  (fields, settings) => checkAddresses(fields, 'bcc', settings),
  (fields, settings) => checkAddresses(fields, 'reply_to', settings),
  checkSubject,
  checkContent,
  checkHeaders,
  checkTags,
  checkSchedule,
  checkAttachments,
  checkDomain,
  checkTestMode,
]

function checkFrom(fields: Fields, settings: Settings): ApiError | undefined {
  if (fields.from === undefined && fields.template !== undefined) return undefined
  if (fields.from === undefined || fields.from === '') return missingField('from')
  if (typeof fields.from === 'string' && bareAddress(fields.from)) return undefined
  return invalidAddress('from', settings.undocumented.addressErrorName)
}

function checkTo(fields: Fields, settings: Settings): ApiError | undefined {
  if (fields.to === undefined || fields.to === '' || listOf(fields.to).length === 0) return missingField('to')
  return checkAddresses(fields, 'to', settings)
}

function checkAddresses(fields: Fields, field: string, settings: Settings): ApiError | undefined {
  const addresses = listOf(fields[field])
  if (addresses.length > MAX_RECIPIENTS)
    return invalidField(field, `It must not hold more than ${MAX_RECIPIENTS} addresses.`)
  const allValid = addresses.every((address) => typeof address === 'string' && bareAddress(address))
  return allValid ? undefined : invalidAddress(field, settings.undocumented.addressErrorName)
}

function checkSubject(fields: Fields): ApiError | undefined {
  if (fields.subject === undefined) return fields.template === undefined ? missingField('subject') : undefined
  if (typeof fields.subject !== 'string') return invalidField('subject', 'It must be a string.')
  return LINE_BREAK.test(fields.subject) ? invalidField('subject', 'The `\\n` is not allowed.') : undefined
}

function checkContent(fields: Fields): ApiError | undefined {
  const { html, text, template } = fields
  const hasContent = isPresent(html) || isPresent(text)
  if (isPresent(template)) {
    if (hasContent) return invalidField('template', 'It cannot be used together with `html` or `text`.')
    const hasId = isFields(template) && typeof template.id === 'string'
    return hasId ? undefined : missingField('template.id')
  }
  if (!hasContent) return missingField('html` or `text')
  if (isPresent(html) && typeof html !== 'string') return invalidField('html', 'It must be a string.')
  if (isPresent(text) && typeof text !== 'string') return invalidField('text', 'It must be a string.')
  return undefined
}

function checkHeaders({ headers }: Fields): ApiError | undefined {
  if (!isPresent(headers)) return undefined
  const valid = isFields(headers) && Object.entries(headers).every(([name, value]) => isHeader(name, value))
  return valid ? undefined : invalidField('headers', 'It must be an object of strings, each of one line.')
}

function checkTags({ tags }: Fields): ApiError | undefined {
  if (!isPresent(tags)) return undefined
  const valid = Array.isArray(tags) && tags.every((tag) => isFields(tag) && isTagText(tag.name) && isTagText(tag.value))
  const expected = 'Tags should only contain ASCII letters, numbers, underscores, or dashes, 1 to 256 of them.'
  return valid ? undefined : invalidField('tags', expected)
}

function checkSchedule({ scheduled_at: at }: Fields, _: Settings, now: Date): ApiError | undefined {
  if (!isPresent(at)) return undefined
  const valid = typeof at === 'string' && readScheduledAt(at, now)
  return valid ? undefined : invalidField('scheduled_at', SCHEDULE_EXPECTED)
}

function checkAttachments({ attachments }: Fields, { undocumented }: Settings): ApiError | undefined {
  if (!isPresent(attachments)) return undefined
  if (!Array.isArray(attachments)) return apiErrors.invalidAttachment
  let chars = 0
  for (const attachment of attachments) {
    if (!isFields(attachment)) return apiErrors.invalidAttachment
    const { content, path } = attachment
    if (!isPresent(content) && typeof path !== 'string') return apiErrors.invalidAttachment
    chars += typeof content === 'string' ? content.length : 0
  }
  return chars > MAX_ATTACHMENT_CHARS ? attachmentsTooLarge(undocumented.tooLargeStatus) : undefined
}

function checkDomain({ from }: Fields, { domains }: Settings): ApiError | undefined {
  if (!domains || typeof from !== 'string') return undefined
  const domain = domainOf(bareAddress(from) ?? from)
  return domains.includes(domain) ? undefined : unverifiedDomain(domain)
}

function checkTestMode(fields: Fields, { testAddress }: Settings): ApiError | undefined {
  if (!testAddress) return undefined
  const addresses = [fields.to, fields.cc, fields.bcc]
    .flatMap(listOf)
    .map((mailbox) => bareAddress(String(mailbox)) ?? '')
  const allowed = (address: string) => address.toLowerCase() === testAddress || domainOf(address) === 'resend.dev'
  return addresses.every(allowed) ? undefined : testModeOnly(testAddress)
}

function emailOf(fields: Fields, now: Date): EmailRequest {
  return {
    from: typeof fields.from === 'string' ? fields.from : '',
    to: stringsOf(fields.to),
    cc: stringsOf(fields.cc),
    bcc: stringsOf(fields.bcc),
    replyTo: stringsOf(fields.reply_to),
    subject: typeof fields.subject === 'string' ? fields.subject : '',
    html: typeof fields.html === 'string' ? fields.html : null,
    text: typeof fields.text === 'string' ? fields.text : null,
    headers: headersOf(fields.headers),
    tags: tagsOf(fields.tags),
    scheduledAt: (typeof fields.scheduled_at === 'string' && readScheduledAt(fields.scheduled_at, now)) || null,
  }
}

/** The mail's Message-ID is the provider's; one of the caller's is dropped (resend-node issue 133). */
function headersOf(headers: unknown): Record<string, string> {
  if (!isFields(headers)) return {}
  const kept = Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'message-id')
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]))
}

function tagsOf(tags: unknown): EmailRequest['tags'] {
  if (!Array.isArray(tags)) return []
  return tags.map((tag: { name: string; value: string }) => ({ name: tag.name, value: tag.value }))
}

function listOf(value: unknown): readonly unknown[] {
  if (!isPresent(value)) return []
  return Array.isArray(value) ? value : [value]
}

function stringsOf(value: unknown): readonly string[] {
  return listOf(value).map(String)
}

function isHeader(name: string, value: unknown): boolean {
  return HEADER_NAME.test(name) && typeof value === 'string' && !LINE_BREAK.test(value)
}

function isTagText(text: unknown): boolean {
  return typeof text === 'string' && TAG.test(text)
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
