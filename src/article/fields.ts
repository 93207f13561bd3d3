import type { Problem } from '../error.ts'
import { type Path, pathText } from './check.ts'
import { unknownKey } from './keys.ts'

/** The keys of an Article's own fields, the body apart. */
const FIELDS = [
  ...['url', 'headline', 'dek', 'kicker', 'dateline', 'publishedAt', 'updatedAt', 'lang', 'dir', 'byline'],
  ...['perspective', 'audio', 'hero', 'related'],
]
const SHORT_FORMS = ['author', 'ai', 'date']

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
 * one of `more` are faults.
 */
export function expandFields(fields: Readonly<Record<string, unknown>>, more: readonly string[] = []): ExpandedFields {
  const { author, ai, date, ...own } = withoutNulls(fields)
  const written = new Map<string, Path>()
  const faults: { path: Path; message: string }[] = []
  const value: Record<string, unknown> = { ...own }

  const known = [...FIELDS, ...SHORT_FORMS, ...more]
  for (const key of Object.keys(own).filter((key) => !known.includes(key))) {
    faults.push({ path: [key], message: unknownKey(key, known) })
    delete value[key]
  }

  const replace = (key: string, shortForm: string, given: unknown) => {
    if (given === undefined) return
    if (key in own) faults.push({ path: [shortForm], message: `expected either ${shortForm} or ${key}, found both` })
    else value[key] = given
    written.set(key, [shortForm])
  }
  replace('publishedAt', 'date', date)
  replace('byline', 'author', author)

  if (typeof value.byline === 'string') {
    written.set('byline.name', written.get('byline') ?? ['byline'])
    value.byline = { name: value.byline }
  }
  if (ai !== undefined && isRecord(value.byline)) {
    if (value.byline.isAI !== undefined)
      faults.push({ path: ['ai'], message: 'expected either ai or byline.isAI, found both' })
    value.byline = { ...value.byline, isAI: ai }
    written.set('byline.isAI', ['ai'])
  }
  if (typeof value.perspective === 'string') {
    value.perspective = { text: value.perspective }
    written.set('perspective.text', ['perspective'])
  }
  if (typeof value.audio === 'string') {
    value.audio = { url: value.audio }
    written.set('audio.url', ['audio'])
  }
  if (value.audio === true) value.audio = {}
  if (value.audio === false) delete value.audio
  return { value, faults, written: (path) => written.get(pathText(path)) ?? path }
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
