/** Which column of a file is what; numbers count from 0. */
export type Columns = {
  readonly email: number
  readonly firstName: number | undefined
  /** The reader's language, such as `de` or `de_AT`; it becomes an attribute besides. */
  readonly locale: number | undefined
  /** Further columns, by the name of the attribute they become. */
  readonly attributes: readonly { readonly index: number; readonly name: string }[]
  /** Says why a row is of somebody who does not want, or cannot get, mail any more. */
  readonly leftOut: (cells: readonly string[]) => string | undefined
}

/** Names given by the operator, where the usual ones are not used. */
export type ColumnNames = { readonly email?: string | undefined; readonly firstName?: string | undefined }

export type ColumnsReading =
  | { readonly kind: 'ok'; readonly columns: Columns }
  | { readonly kind: 'refused'; readonly reason: string }

/** Finds the columns of a file by the names in its first line, as newsletter services export them. */
export function readColumns(header: readonly string[], given: ColumnNames = {}): ColumnsReading {
  const names = header.map(normalise)
  const missing = [given.email, given.firstName].find((name) => name !== undefined && !names.includes(normalise(name)))
  if (missing !== undefined) return refused(`There is no column ${JSON.stringify(missing)} in the first line.`)
  const email = find(names, given.email === undefined ? EMAIL : [normalise(given.email)])
  if (email === undefined) {
    const hint = header.some((cell) => cell.includes('@'))
      ? 'The first line holds an address: it has to name the columns.'
      : 'Expected one named "email" in the first line, or its name.'
    return refused(`No column holds addresses. ${hint}`)
  }
  const firstName = find(names, given.firstName === undefined ? FIRST_NAME : [normalise(given.firstName)])
  return {
    kind: 'ok',
    columns: {
      email,
      firstName,
      locale: find(names, LOCALE),
      attributes: attributesOf(names, email, firstName),
      leftOut: leavers(names),
    },
  }
}

const EMAIL = [
  'email',
  'email_address',
  'e_mail',
  'e_mail_address',
  'emailaddress',
  'mail',
  'email_addr',
  'subscriber_email',
  'e_mail_adresse',
  'courriel',
]
// A full name is the last resort: it greets stiffly, but never wrongly.
const FIRST_NAME = ['first_name', 'firstname', 'fname', 'given_name', 'first', 'vorname', 'prenom', 'name', 'full_name']
const LOCALE = ['locale', 'language', 'lang', 'language_code', 'preferred_language', 'sprache', 'langue', 'idioma']
const MAX_ATTRIBUTES = 50

const STATUS = ['status', 'subscription_status', 'subscriber_status', 'email_status', 'member_status', 'state']
const NOT_SUBSCRIBED =
  /^(un|non[ _-]?)subscribed?|^(cleaned|(hard |soft )?bounced?|complain(ed|t)|spam|inactive|unconfirmed|pending|suppressed|deleted|archived|blocked|invalid|disabled|transactional|opted[ _-]?out|removed|cancell?ed)/i
const WANTS = ['subscribed', 'is_subscribed', 'subscribed_to_emails', 'opted_in', 'opt_in', 'email_opt_in', 'confirmed']
const WANTS_NOT = ['unsubscribed', 'email_disabled', 'bounced', 'complained', 'suppressed', 'cleaned', 'opted_out']
const LEFT_AT = [
  'unsub_time',
  'unsubscribed_at',
  'unsubscribe_date',
  'clean_time',
  'deleted_at',
  'bounced_at',
  'cancelled_at',
]
const YES = /^(true|t|yes|y|1)$/i
const NO = /^(false|f|no|n|0)$/i

function leavers(names: readonly string[]): Columns['leftOut'] {
  const columnsOf = (wanted: readonly string[]) =>
    names.flatMap((name, index) => (wanted.includes(name) ? [{ name, index }] : []))
  const rules = [
    { columns: columnsOf(STATUS), says: saysLeft },
    { columns: columnsOf(WANTS), says: (cell: string) => NO.test(cell) },
    { columns: columnsOf(WANTS_NOT), says: (cell: string) => YES.test(cell) || Number.isFinite(Date.parse(cell)) },
    { columns: columnsOf(LEFT_AT), says: (cell: string) => !NO.test(cell) },
  ]
  return (cells) => {
    for (const { columns, says } of rules) {
      const left = columns.find(({ index }) => cells[index]?.trim() && says(cells[index].trim()))
      if (left)
        return `Not subscribed there: ${left.name} is ${JSON.stringify(cells[left.index]?.trim().slice(0, 40))}.`
    }
    return undefined
  }
}

// Letterhead writes numbers, of which 1 and 2 are subscribed.
function saysLeft(cell: string): boolean {
  return NOT_SUBSCRIBED.test(cell) || (/^-?\d+$/.test(cell) && !['1', '2'].includes(cell))
}

function attributesOf(names: readonly string[], ...taken: readonly (number | undefined)[]): Columns['attributes'] {
  return names
    .map((name, index) => ({ index, name }))
    .filter(({ index, name }) => name !== '' && !taken.includes(index) && names.indexOf(name) === index)
    .slice(0, MAX_ATTRIBUTES)
}

function find(names: readonly string[], wanted: readonly string[]): number | undefined {
  const name = wanted.find((candidate) => names.includes(candidate))
  return name === undefined ? undefined : names.indexOf(name)
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
