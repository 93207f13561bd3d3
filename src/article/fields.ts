import type { Problem } from '../error.ts'
import { type Path, pathText } from './check.ts'
import { unknownKey } from './keys.ts'

/** The keys of an Article's own fields, the body apart. */
const FIELDS = [
  ...['url', 'headline', 'dek', 'kicker', 'dateline', 'publishedAt', 'updatedAt', 'lang', 'dir', 'byline'],
  ...['perspective', 'audio', 'hero', 'related'],
]
const SHORT_FORMS = ['author', 'ai', 'date']
/** Every key that an author may write before the body. */
export const WRITTEN_FIELDS: readonly string[] = [...FIELDS, ...SHORT_FORMS]

/** Fields as an author writes them, brought to the Article's own form. */
export type ExpandedFields = {
  readonly value: Readonly<Record<string, unknown>>
  readonly faults: readonly { readonly path: Path; readonly message: string }[]
  /** Where the author wrote what stands at a path of `value`. */
  readonly written: (path: Path) => Path
}

/**
 * Takes the short forms: `byline: "Name"` or `author: "Name"`, `ai: true`, `date`, `perspective: "text"`,
 * `audio: "https://…"` or `audio: true`. Empty fields count as absent. Keys that are neither a field, a short form nor
 * one of `more` are faults, which may suggest those and `suggested`.
 */
export function expandFields(
  fields: Readonly<Record<string, unknown>>,
  more: readonly string[] = [],
  suggested: readonly string[] = [],
): ExpandedFields {
  const draft: Draft = { value: withoutNulls(fields), faults: [], written: new Map() }
  refuseUnknown(draft, [...WRITTEN_FIELDS, ...more], suggested)
  rename(draft, 'date', 'publishedAt')
  rename(draft, 'author', 'byline')
  wrap(draft, 'byline', 'name')
  wrap(draft, 'perspective', 'text')
  wrap(draft, 'audio', 'url')
  moveAi(draft)
  if (draft.value.audio === true) draft.value.audio = {}
  if (draft.value.audio === false) delete draft.value.audio
  return { ...draft, written: (path) => draft.written.get(pathText(path)) ?? path }
}

type Draft = {
  readonly value: Record<string, unknown>
  readonly faults: { readonly path: Path; readonly message: string }[]
  readonly written: Map<string, Path>
}

function refuseUnknown({ value, faults }: Draft, known: readonly string[], suggested: readonly string[]): void {
  const unknown = Object.keys(value).filter((key) => !known.includes(key))
  for (const key of unknown) delete value[key]
  for (const key of unknown.slice(0, 20))
    faults.push({ path: [key], message: unknownKey(key, [...known, ...suggested]) })
}

function rename({ value, faults, written }: Draft, from: string, to: string): void {
  if (!(from in value)) return
  if (to in value) faults.push({ path: [from], message: `expected either ${from} or ${to}, found both` })
  else {
    value[to] = value[from]
    written.set(to, [from])
  }
  delete value[from]
}

function wrap({ value, written }: Draft, key: string, inner: string): void {
  if (typeof value[key] !== 'string') return
  value[key] = { [inner]: value[key] }
  written.set(`${key}.${inner}`, written.get(key) ?? [key])
}

function moveAi({ value, faults, written }: Draft): void {
  const { ai, byline } = value
  delete value.ai
  if (ai === undefined || !isRecord(byline)) return
  if (byline.isAI !== undefined) faults.push({ path: ['ai'], message: 'expected either ai or byline.isAI, found both' })
  value.byline = { ...byline, isAI: ai }
  written.set('byline.isAI', ['ai'])
}

/** The faults as problems, each where `where` says its path stands. */
export function problemsOf(faults: ExpandedFields['faults'], where: (path: Path) => string): readonly Problem[] {
  return faults.map(({ path, message }) => ({ where: where(path), message }))
}

/** Whether a value is an object with keys. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Without the fields, and the fields of fields, that are null. */
function withoutNulls(fields: Readonly<Record<string, unknown>>, levels = 2): Record<string, unknown> {
  const kept = Object.entries(fields).filter(([, value]) => value !== null)
  return Object.fromEntries(
    kept.map(([key, value]) => [key, levels > 1 && isRecord(value) ? withoutNulls(value, levels - 1) : value]),
  )
}
