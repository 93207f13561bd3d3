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
export type ToldMeanings = ReadonlyMap<string, Meaning | 'unknown'>

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
  const name = normalised.replaceAll('_', '')
  const as = (read: (cell: string) => Said, { isTime = false, isAttribute = false } = {}): StatusColumn => {
    return { ...column, isTime, isAttribute, read: (cell) => told.get(simplified(cell)) ?? read(cell) }
  }
  if (isStatus || STATUS.test(name)) return as((cell) => (isEmpty(cell) ? null : (meaningOf(cell) ?? 'unknown')))
  // `type` may be about customers, `state` where they live: what is none of our words is not held against anybody.
  if (['type', 'state', 'reason'].includes(normalised)) {
    return as((cell) => meaningOf(cell) ?? null, { isAttribute: true })
  }
  if (normalised === 'unsub_reason') {
    return as((cell) => (/\babuse\b|complain/i.test(cell) ? 'complained' : null), { isAttribute: true })
  }
  const wish = WISHES.find(([, names]) => names.test(name))
  if (wish !== undefined) return as((cell) => readWish(cell, wish[0], name))
  const happened = PAST.find(({ names }) => names.test(name))
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

// The names of columns, in small letters and without anything between words: services agree on words, not on how they put
// them together.
const STATUS =
  /^((e?mail|list|mailing(list)?|newsletter|subscri(ption|ber)|member|marketing|permission|opt(in|out)|unsubscribe|bounce)*status|(subscri(ption|ber)|newsletter|opt(in|out))state|subscribertype|suppressionreason)$/

// Columns whose "no" says something, and what.
const WISHES: readonly (readonly [Meaning, RegExp])[] = [
  ['unsubscribed', /^(is|e?mail|newsletter|marketing)*(subscribed(toe?mails|tonewsletter)?|opt(ed)?in|enabled)$/],
  ['unsubscribed', /^accepts(e?mail)?marketing$/],
  ['unconfirmed', /^((is)?(e?mail)?(confirmed|verified)|doubleoptin)$/],
]

type Past = { readonly means: Meaning; readonly isTime: boolean; readonly names: RegExp }
const past = (means: Meaning, isTime: boolean, happened: string): Past => {
  const about = '(is|has|was|last|globally|global|e?mail|subscriber|member)*'
  const told = isTime
    ? `((date|time)(${happened})|(${happened})(at|on|date|time|timestamp|utc|gmt)+)`
    : `(${happened})((of|from)?(all|marketing|e?mails?))*`
  return { means, isTime, names: new RegExp(`^${about}${told}$`) }
}
const LEFT = 'unsub(scribed?|scription)?|opt(ed)?out|deactivated|cancell?ed|deleted|removed'
const BOUNCED = '(hard)?bounced?|clean(ed)?|undeliverab(le|ility)'
const COMPLAINED = '(spam|abuse)?(complained|complaint)|(markedas)?spam|(spam|abuse)report(ed)?'
const SUPPRESSED = 'suppressed|block(ed|list|listed)|black(list|listed)|donot(e?mail|contact)'

// Columns of what has happened: a yes, or a time, says that it has.
const PAST: readonly Past[] = [false, true].flatMap((isTime) => [
  past('unsubscribed', isTime, isTime ? LEFT : `${LEFT}|disabled`),
  past('bounced', isTime, BOUNCED),
  past('complained', isTime, COMPLAINED),
  past('suppressed', isTime, SUPPRESSED),
])

// A "no" is written as nothing by many a program; Ghost alone means a yes.
function readWish(cell: string, otherwise: Meaning, name: string): Said {
  if (saysNo(cell)) return otherwise
  if (isEmpty(cell)) return name === 'subscribedtoemails' ? null : 'unconfirmed'
  return saysYes(cell) || isTime(cell) ? null : 'unknown'
}

function readPast(cell: string, { means }: Past): Said {
  if (isEmpty(cell) || saysNo(cell) || isLink(cell)) return null
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
  ['confirmed', /^(yes|true|1)$/],
]

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

// To a page where one would leave.
function isLink(cell: string): boolean {
  return /^(https?|mailto):/i.test(cell.trim())
}

function saysYes(cell: string): boolean {
  return /^(true|t|yes|y|1|on|x)$/i.test(cell.trim())
}

function saysNo(cell: string): boolean {
  return /^(false|f|no|n|0|off)$/i.test(cell.trim())
}
