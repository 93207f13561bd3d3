import type { Meaning } from '../../store/imports.ts'
import { type StatusColumn, statusColumn, type ToldMeanings } from './status.ts'

/** What a column can be named to be, by the operator. */
export const FIELDS = ['email', 'first_name', 'locale', 'time_zone', 'status', 'since'] as const
export type Field = (typeof FIELDS)[number]

/** Names given by the operator, where the usual ones are not used. */
export type ColumnNames = Readonly<Partial<Record<Field, string>>>

/** Which column of a file is what; numbers count from 0. */
export type Columns = {
  /** Whose file this is, as far as its columns tell. */
  readonly service: string | null
  /** Of a file of ours: by its slug, whose readers its rows are. */
  readonly newsletter: number | undefined
  /** The first of them that is not empty counts. */
  readonly email: readonly number[]
  readonly firstName: number | undefined
  /** The reader's language, such as `de` or `de_AT`. */
  readonly locale: number | undefined
  readonly timeZone: number | undefined
  /** When they confirmed, the most telling first; of those who left, when they did. */
  readonly since: readonly number[]
  readonly left: readonly number[]
  readonly status: readonly StatusColumn[]
  /** A JSON object of attributes, as listmonk, Buttondown and Pressroom write it. */
  readonly json: number | undefined
  /** Further columns, by the name of the attribute they become. */
  readonly attributes: readonly { readonly index: number; readonly name: string }[]
  /** Every column, and what it was taken for. */
  readonly shown: readonly ShownColumn[]
}

export type ShownColumn = { readonly column: string; readonly becomes: string }

export type ColumnsReading =
  | { readonly kind: 'ok'; readonly columns: Columns }
  | { readonly kind: 'refused'; readonly reason: string }

const NOTHING_TOLD: ToldMeanings = new Map<string, Meaning>()

/** Finds the columns of a file by the names in its first line, as newsletter services export them. */
export function readColumns(
  header: readonly string[],
  given: ColumnNames = {},
  told: ToldMeanings = NOTHING_TOLD,
): ColumnsReading {
  const names = header.map(normalise)
  const missing = Object.values(given).find((name) => !names.includes(normalise(name)))
  if (missing !== undefined) return refused(`There is no column ${JSON.stringify(missing)} in the first line.`)
  const all = (field: Field, usual: readonly string[]) => {
    const name = given[field]
    return (name === undefined ? usual : [normalise(name)]).flatMap((wanted) => indexesOf(names, wanted))
  }
  const email = all('email', EMAIL)
  if (email.length === 0) return refused(`No column holds addresses. ${hintFor(header)}`)
  const service = serviceOf(names)
  const known = new Map([...(OWN_WORDS.get(service) ?? []), ...told])
  const status = names.flatMap((normalised, index) => {
    const isStatus = given.status !== undefined && normalise(given.status) === normalised
    return statusColumn({ index, name: header[index] ?? '', normalised }, known, isStatus) ?? []
  })
  const found = {
    service,
    newsletter: service === 'Pressroom' ? names.indexOf('newsletter') : undefined,
    email,
    firstName: all('first_name', FIRST_NAME)[0],
    locale: all('locale', LOCALE)[0],
    timeZone: all('time_zone', TIME_ZONE)[0],
    since: all('since', SINCE),
    left: LEFT.flatMap((name) => indexesOf(names, name)),
    status,
    json: JSON_COLUMNS.flatMap((name) => indexesOf(names, name))[0],
  }
  const attributes = attributesOf(names, found)
  return { kind: 'ok', columns: { ...found, attributes, shown: show(header, names, { ...found, attributes }) } }
}

type Found = Omit<Columns, 'attributes' | 'shown'>

const EMAIL = [
  ...['email', 'email_address', 'e_mail', 'e_mail_address', 'emailaddress', 'mail', 'email_addr', 'subscriber_email'],
  ...['user_email_address', 'e_mail_adresse', 'courriel', 'correo', 'correo_electronico'],
]
// A full name is the last resort: it greets stiffly, but never wrongly.
const FIRST_NAME = ['first_name', 'firstname', 'fname', 'given_name', 'first', 'vorname', 'prenom', 'name', 'full_name']
const LOCALE = ['locale', 'language', 'lang', 'language_code', 'preferred_language', 'sprache', 'langue', 'idioma']
const TIME_ZONE = ['time_zone', 'timezone']
const SINCE = [
  ...['confirmed_at', 'confirm_time', 'optin_time', 'opted_in_at', 'optin_date', 'subscribed_at', 'subscribed_on'],
  ...['subscription_date', 'subscribe_date', 'signup_date', 'creation_date', 'created_at'],
]
const LEFT = ['unsubscribed_at', 'unsub_time', 'unsubscription_date', 'unsubscribe_date', 'deleted_at']
const JSON_COLUMNS = ['attributes', 'metadata', 'custom_fields']
// What our own export says of a subscription, and no attribute of anybody.
const OURS = ['newsletter', 'requested_at']
const MAX_ATTRIBUTES = 50

// By columns that nobody else has.
const SERVICES: readonly (readonly [name: string, ...columns: readonly string[]])[] = [
  ['Pressroom', 'newsletter', 'suppressed', 'attributes', 'confirmed_at'],
  ['Mailchimp', 'leid', 'euid'],
  ['Ghost', 'subscribed_to_emails'],
  ['Substack', 'email_disabled', 'expiry'],
  ['Letterhead', 'channel_id', 'engagement_optin'],
  ['beehiiv', 'status', 'tier', 'created_at'],
  ['listmonk', 'uuid', 'attributes', 'status'],
  ['Buttondown', 'creation_date', 'metadata'],
  ['Curated', 'subscribed_at', 'utm_last_path'],
]

// What words of theirs mean that mean something else elsewhere: to many, a 2 is somebody who has left. listmonk's
// `enabled` is about a person, who may have left the list or never confirmed, which its exports do not say.
const OWN_WORDS: ReadonlyMap<string | null, readonly (readonly [cell: string, means: 'confirmed' | 'unknown'])[]> =
  new Map([
    ['Letterhead', [['2', 'confirmed'] as const]],
    ['listmonk', [['enabled', 'unknown'] as const]],
  ])

function serviceOf(names: readonly string[]): string | null {
  return SERVICES.find(([, ...columns]) => columns.every((name) => names.includes(name)))?.[0] ?? null
}

function attributesOf(names: readonly string[], found: Found): Columns['attributes'] {
  const ours = found.service === 'Pressroom' ? OURS.flatMap((name) => indexesOf(names, name)) : []
  const both = found.status.filter(({ isAttribute }) => isAttribute).map(({ index }) => index)
  const taken = new Set([...roles(found).keys(), ...ours].filter((index) => !both.includes(index)))
  return names
    .map((name, index) => ({ index, name }))
    .filter(({ index, name }) => name !== '' && !taken.has(index) && names.indexOf(name) === index)
    .slice(0, MAX_ATTRIBUTES)
}

/** What each column is that is no attribute. */
function roles(found: Found): ReadonlyMap<number, string> {
  const one = (index: number | undefined, role: string) => (index === undefined ? [] : [[index, role] as const])
  const [since] = found.since
  const [left] = found.left
  return new Map([
    ...one(found.json, 'attributes, as JSON'),
    ...one(found.newsletter, 'which newsletter the row is of'),
    ...one(left, 'status: when they left'),
    ...one(since, 'since when they are subscribed'),
    ...found.status.map(({ index }) => [index, 'status'] as const),
    ...one(found.timeZone, 'time zone'),
    ...one(found.locale, 'language'),
    ...one(found.firstName, 'first name'),
    ...found.email.map(
      (index, place) => [index, place === 0 ? 'address' : 'address, where the first is empty'] as const,
    ),
  ])
}

function show(header: readonly string[], names: readonly string[], columns: Found & Pick<Columns, 'attributes'>) {
  const known = roles(columns)
  return header.map((column, index): ShownColumn => {
    const attribute = columns.attributes.find((one) => one.index === index)
    const dropped = names.indexOf(names[index] ?? '') < index ? 'left out: the name stands before' : 'left out'
    return { column, becomes: known.get(index) ?? (attribute ? `attribute ${attribute.name}` : dropped) }
  })
}

function indexesOf(names: readonly string[], wanted: string): readonly number[] {
  return names.flatMap((name, index) => (name === wanted ? [index] : []))
}

function hintFor(header: readonly string[]): string {
  if (header.some((cell) => cell.includes('\0'))) return 'The file seems to be UTF-16 without a mark: save it as UTF-8.'
  return header.some((cell) => cell.includes('@'))
    ? 'The first line holds an address: it has to name the columns.'
    : 'Expected one named "email" in the first line, or its name.'
}

/** `E-Mail Address ` is `e_mail_address`. */
function normalise(header: string): string {
  const letters = header.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  return letters
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 60)
}

function refused(reason: string): ColumnsReading {
  return { kind: 'refused', reason }
}
