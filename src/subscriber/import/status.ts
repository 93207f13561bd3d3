import { MEANINGS, type Meaning } from '../../store/imports.ts'

/** What a cell says of its row: nothing, something we know, or something that nobody has told us about. */
export type Said = Meaning | 'unknown' | null

/** A column that says something about its row's status. */
export type StatusColumn = {
  readonly index: number
  /** As the file names it. */
  readonly name: string
  readonly read: (cell: string) => Said
  /** Its cells are times, which are shown as one. */
  readonly isTime: boolean
  /** It may as well be about something else, and becomes an attribute too. */
  readonly isAttribute: boolean
}

/** Says what the operator has said of cells that we do not know: `churned` means unsubscribed. By cells in lower case. */
export type ToldMeanings = ReadonlyMap<string, Meaning>

/**
 * The column of that name (as `normalise` gives it) as one of status, if that is what newsletter services use it for.
 * `isStatus`: it is, whatever it is called.
 */
export function statusColumn(
  named: { readonly index: number; readonly name: string; readonly normalised: string },
  told: ToldMeanings,
  isStatus: boolean,
): StatusColumn | null {
  const { normalised, ...column } = named
  const as = (read: (cell: string) => Said, { isTime = false, isAttribute = false } = {}): StatusColumn => {
    return { ...column, isTime, isAttribute, read: (cell) => told.get(simplified(cell)) ?? read(cell) }
  }
  if (isStatus || STATUS.has(normalised)) return as((cell) => (isEmpty(cell) ? null : (meaningOf(cell) ?? 'unknown')))
  // `type` may be about customers, `state` where they live: what is none of our words is not held against anybody.
  if (['type', 'state', 'reason'].includes(normalised)) {
    return as((cell) => meaningOf(cell) ?? null, { isAttribute: true })
  }
  if (normalised === 'unsub_reason') {
    return as((cell) => (/\babuse\b|complain/i.test(cell) ? 'complained' : null), { isAttribute: true })
  }
  const wish = WISHES.get(normalised)
  if (wish !== undefined) return as((cell) => readWish(cell, wish))
  const happened = PAST.get(normalised)
  return happened === undefined ? null : as((cell) => readPast(cell, happened), happened)
}

/** Of all that a row's columns say the strictest; what nobody knows is stricter than `confirmed`. */
export function strictest(said: readonly Said[]): Exclude<Said, null> {
  const known = MEANINGS.find((meaning) => meaning !== 'confirmed' && said.includes(meaning))
  return known ?? (said.includes('unknown') ? 'unknown' : 'confirmed')
}

/** A cell as it is compared: `Hard-Bounced ` is `hard bounced`. */
export function simplified(cell: string): string {
  return cell
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
}

const STATUS = new Set([
  ...['status', 'subscription_status', 'subscriber_status', 'email_status', 'member_status'],
  ...['subscriber_type', 'suppression_reason', 'suppressionreason'],
])

// Columns whose "no" says something, and what.
const WISHES = new Map<string, Meaning>([
  ...['subscribed', 'is_subscribed', 'subscribed_to_emails', 'opted_in', 'opt_in', 'email_opt_in', 'enabled'].map(
    (name) => [name, 'unsubscribed'] as const,
  ),
  ...['confirmed', 'is_confirmed', 'email_confirmed', 'verified', 'email_verified', 'double_opt_in'].map(
    (name) => [name, 'unconfirmed'] as const,
  ),
])

type Past = { readonly means: Meaning; readonly isTime: boolean }
const past = (means: Meaning, isTime: boolean, ...names: readonly string[]) =>
  names.map((name): readonly [string, Past] => [name, { means, isTime }])

// Columns of what has happened: a yes, or a time, says that it has.
const PAST: ReadonlyMap<string, Past> = new Map([
  ...past('unsubscribed', false, 'unsubscribed', 'email_disabled', 'opted_out', 'opt_out', 'global_unsubscribe'),
  ...past('unsubscribed', true, 'unsub_time', 'unsubscribed_at', 'unsubscribed_on', 'unsubscribe_date'),
  ...past('unsubscribed', true, 'unsubscription_date', 'opt_out_time', 'cancelled_at', 'deleted_at', 'removed_at'),
  ...past('bounced', false, 'bounced', 'cleaned', 'undeliverable'),
  ...past('bounced', true, 'clean_time', 'cleaned_at', 'bounced_at'),
  ...past('complained', false, 'complained', 'spam_complaint'),
  ...past('complained', true, 'complained_at'),
  ...past('suppressed', false, 'suppressed', 'blocklisted', 'blacklisted', 'blocked'),
])

function readWish(cell: string, otherwise: Meaning): Said {
  if (saysNo(cell)) return otherwise
  if (isEmpty(cell)) return otherwise === 'unconfirmed' ? otherwise : null
  return saysYes(cell) || isTime(cell) ? null : 'unknown'
}

function readPast(cell: string, { means }: Past): Said {
  if (isEmpty(cell) || saysNo(cell)) return null
  const meaning = meaningOf(cell)
  if (meaning !== undefined && meaning !== 'confirmed') return meaning
  return saysYes(cell) || isTime(cell) ? means : 'unknown'
}

const VOCABULARY: readonly (readonly [Meaning, RegExp])[] = [
  ['complained', /^(marked as )?spam( (complaint|report)s?)?$|^spamcomplaint$|^(abuse|complain(ed|ts?))\b/],
  ['bounced', /^((hard|soft) ?)?bounced?s?$|^(cleaned|invalid|undeliverable|malformed|dropped|dead)\b/],
  ['suppressed', /^(manual ?)?suppress(ed|ion)$|^(manual|provider|erased|banned|block(ed)?|(block|black)list(ed)?)$/],
  [
    'unconfirmed',
    /^(un|not )(confirmed|activated|verified)\b|pending|^(validating|awaiting|invited|needs attention|spammy)\b/,
  ],
  [
    'unsubscribed',
    /^(un|non ?|not )subscribe(d|s|r)?$|^opt(ed)? ?out$|^(inactive|disabled|removed|deleted|archived|left|0)$/,
  ],
  ['unsubscribed', /^(cancel+ed|transactional|no|false|expired)$/],
  ['confirmed', /^(subscribe[dr]|active|confirmed|enabled|regular|free|paid|premium|comp(ed|limentary)?|gift(ed)?)$/],
  ['confirmed', /^(trial(ed|ing)?|founding|vip|verified|valid|opted ?in|member|customer|unpaid|past due|churning)$/],
  ['confirmed', /^(yes|true|1|2)$/],
]

// 1 and 2 are what Letterhead calls its subscribers; 0 is a no everywhere.
function meaningOf(cell: string): Meaning | undefined {
  const text = simplified(cell)
  return VOCABULARY.find(([, words]) => words.test(text))?.[0]
}

function isEmpty(cell: string): boolean {
  const text = cell.trim()
  return text !== '0' && /^([0:\s.-]*|null|none|n\/a)$/i.test(text)
}

function isTime(cell: string): boolean {
  return /\d{4}|\d[./]\d/.test(cell)
}

function saysYes(cell: string): boolean {
  return /^(true|t|yes|y|1|on|x)$/i.test(cell.trim())
}

function saysNo(cell: string): boolean {
  return /^(false|f|no|n|0|off)$/i.test(cell.trim())
}
