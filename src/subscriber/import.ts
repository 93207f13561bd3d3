import { withoutGuard } from '../csv.ts'
import type { NewsletterId } from '../id.ts'
import { isLocale } from '../locale.ts'
import { isTimeZone } from '../send/zones.ts'
import type { ImportRow, ImportStore } from '../store/imports.ts'
import { hasControlCharacter } from '../text.ts'
import { MAX_FIRST_NAME } from './first-name.ts'
import type { Columns } from './import/columns.ts'
import {
  type FileRefused,
  type FileReport,
  type GoodRow,
  type ReadOptions,
  type Refusal,
  readFileOfAddresses,
} from './import/file.ts'

export type ImportOptions = ReadOptions & {
  readonly newsletterId: NewsletterId
  /** As our own exports name it. */
  readonly newsletterSlug: string
  /** Where and how these people agreed to be written to; kept with each of them. */
  readonly consentSource: string
  /** Only tells what would become of the file. Default: false. */
  readonly dryRun?: boolean | undefined
}

export type ImportReport = FileReport | FileRefused

const MAX_ATTRIBUTE = 2_000

/**
 * Reads a CSV file of people who agreed elsewhere and brings them to a newsletter as what they were there: subscribed
 * ones are confirmed; who left stays away; who bounced or complained is suppressed; who never confirmed is left out.
 * The file streams through in a memory that does not grow with it. The good rows go in whatever the others hold;
 * importing a file again changes nothing; nobody who left, is suppressed or was erased comes back.
 * @throws AppError `too_many` while three other imports are under way
 */
export async function importSubscribers(
  imports: ImportStore,
  file: AsyncIterable<Uint8Array>,
  options: ImportOptions,
): Promise<ImportReport> {
  const { newsletterId, newsletterSlug, dryRun } = options
  const source = options.consentSource.trim()
  if (source === '') {
    return { kind: 'refused', reason: 'An import needs to say where these people agreed to be written to.' }
  }
  const run = await imports.open({ newsletterId, source, dryRun })
  try {
    const read = (row: GoodRow, columns: Columns) => ofAnother(row, columns, newsletterSlug) ?? readPerson(row, columns)
    return await readFileOfAddresses(file, options, { read, take: (rows) => run.take(rows) })
  } finally {
    await run.close()
  }
}

/** Who agreed to one newsletter has not agreed to another: an export of ours may hold the readers of all. */
function ofAnother({ cells }: GoodRow, { newsletter }: Columns, slug: string): Refusal | null {
  const named = newsletter === undefined ? '' : (cells[newsletter]?.trim() ?? '')
  if (named === '' || named === slug) return null
  const reason =
    `Is of the newsletter ${JSON.stringify(named.slice(0, 64))}, not of ${JSON.stringify(slug)}. If they agreed to that ` +
    'one, say so in the file, or take its column "newsletter" out.'
  return { why: 'other_newsletter', reason }
}

function readPerson({ address, addressKey, means, cells }: GoodRow, columns: Columns): ImportRow | Refusal {
  if (means === 'unconfirmed') return { why: 'unconfirmed', reason: 'Not confirmed there: ….' }
  const cell = (index: number | undefined) => (index === undefined ? '' : withoutGuard(cells[index] ?? ''))
  const name = onOneLine(cell(columns.firstName))
  const isTooLong = name.length > MAX_FIRST_NAME
  if (isTooLong && means === 'confirmed') {
    return { why: 'not_valid', reason: `The first name is longer than ${MAX_FIRST_NAME} characters.` }
  }
  return {
    address,
    addressKey,
    firstName: isTooLong ? '' : name,
    attributes: readAttributes(columns, cell),
    locale: localeOf(cell(columns.locale)),
    timeZone: zoneOf(cell(columns.timeZone)),
    means,
    since: firstTime(means === 'confirmed' ? columns.since : columns.left, cell),
  }
}

// `de_AT` is written by many; `German`, though it has the form of a tag, is none of a language.
function localeOf(cell: string): string | null {
  const tag = cell.trim().replaceAll('_', '-')
  if (!/^[a-z]{2,3}(-[a-z0-9]{1,8}){0,3}$/i.test(tag)) return null
  const known = locales.get(tag) ?? isLocale(tag)
  if (locales.size < MAX_LOCALES) locales.set(tag, known)
  return known ? tag : null
}

// A file has a handful, and a million rows.
const locales = new Map<string, boolean>()
const MAX_LOCALES = 1_000

function zoneOf(cell: string): string | null {
  const zone = cell.trim()
  return isTimeZone(zone) ? zone : null
}

const TIME = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))? ?(Z|UTC|GMT|[+-]\d\d:?\d\d)?$/i

/** The first that is a time whose parts have one order only; without a zone it is UTC. */
function firstTime(indexes: readonly number[], cell: (index: number) => string): Date | null {
  for (const index of indexes) {
    const [, day, time = '00:00', zone = 'Z'] = TIME.exec(cell(index).trim()) ?? []
    const at = new Date(`${day}T${time}${/^[+-]/.test(zone) ? zone.replace(/^(...)(\d\d)$/, '$1:$2') : 'Z'}`)
    if (day !== undefined && !Number.isNaN(at.getTime()) && at.getUTCFullYear() > 1990) return at
  }
  return null
}

// Empty cells are left out, so that they erase nothing that is known.
function readAttributes(columns: Columns, cell: (index: number | undefined) => string): Record<string, string> {
  const named = columns.attributes.map(({ index, name }) => [name, onOneLine(cell(index))] as const)
  const all = columns.json === undefined ? named : [...named, ...readJson(cell(columns.json))]
  return Object.fromEntries(all.filter(([, value]) => value !== '').map(([name, value]) => [name, cut(value)]))
}

const MAX_JSON_ATTRIBUTES = 100

/** The texts, numbers and truths of an object; nothing of anything else. */
function readJson(text: string): readonly (readonly [string, string])[] {
  if (!text.trimStart().startsWith('{')) return []
  try {
    const entries = Object.entries(JSON.parse(text)).slice(0, MAX_JSON_ATTRIBUTES)
    return entries.flatMap(([name, value]) =>
      ['string', 'number', 'boolean'].includes(typeof value) && /^[^\p{C}]{1,60}$/u.test(name)
        ? [[name, onOneLine(String(value).toWellFormed())] as const]
        : [],
    )
  } catch {
    return []
  }
}

/** Control characters become blanks: nothing of a file can break a line, a header or a row. */
function onOneLine(text: string): string {
  if (!hasControlCharacter(text)) return text.trim()
  const characters = [...text].map((character) => (hasControlCharacter(character) ? ' ' : character))
  return characters.join('').replace(/ +/g, ' ').trim()
}

function cut(text: string): string {
  return text.length <= MAX_ATTRIBUTE ? text : `${text.slice(0, MAX_ATTRIBUTE).toWellFormed()}…`
}
