import type { z } from 'zod'
import { AppError, type Problem } from '../error.ts'
import { type Article, articleSchema, MAX_BLOCKS, MAX_DEPTH } from './article.ts'
import { directionOf } from './field.ts'
import { ARTICLE_KEYS, unknownKey } from './keys.ts'

/** Where in a value something stands: keys and indexes from the top. */
export type Path = readonly PropertyKey[]

/** Something wrong at a path; a reader of files turns the path into a line where it knows it. */
export type Fault = { readonly path: Path; readonly message: string }

/**
 * The Article in `value`, cleaned, or what is wrong with it (never empty, the first 50 at most). `lang` defaults to
 * en and `dir` to the direction of `lang`.
 */
export function checkArticle(value: Readonly<Record<string, unknown>>): Article | readonly Fault[] {
  const deep = tooDeep(value)
  if (deep) return [deep]
  if (Array.isArray(value.blocks) && value.blocks.length > MAX_BLOCKS) return [tooManyBlocks(value.blocks.length)]
  const lang = value.lang ?? 'en'
  const dir = value.dir ?? directionOf(typeof lang === 'string' ? lang : '')
  const parsed = articleSchema.safeParse({ ...value, lang, dir }, { error: inWords })
  if (parsed.success) {
    const dangling = danglingNotes(parsed.data)
    return dangling.length > 0 ? dangling : parsed.data
  }
  return parsed.error.issues
    .flatMap(faultsOf)
    .map((fault) => missing(value, fault))
    .slice(0, 50)
}

/** References to notes that the article does not have. */
function danglingNotes({ blocks, notes = [] }: Article): readonly Fault[] {
  const faults: Fault[] = []
  const look = (value: unknown, path: Path): void => {
    if (typeof value !== 'object' || value === null) return
    if ('type' in value && value.type === 'note' && 'number' in value && Number(value.number) > notes.length) {
      faults.push({ path, message: `expected a note ${value.number} in notes, found ${notes.length} notes` })
    }
    for (const [key, inner] of Object.entries(value)) look(inner, [...path, Array.isArray(value) ? Number(key) : key])
  }
  look(blocks, ['blocks'])
  look(notes, ['notes'])
  return faults.slice(0, 50)
}

/** Said before the blocks are looked at: half a million of them take seconds. */
function tooManyBlocks(count: number): Fault {
  const [most, found] = [MAX_BLOCKS, count].map((number) => number.toLocaleString('en'))
  return { path: ['blocks'], message: `expected at most ${most} entries, found ${found}` }
}

const REQUIRED: Readonly<Record<string, string>> = {
  headline: 'expected a headline, found none',
  byline: 'expected the name of who wrote it, found none',
  blocks: 'expected a body, found none',
}

/** A fault that says better what is missing from `value`. */
function missing(value: Readonly<Record<string, unknown>>, fault: Fault): Fault {
  const key = fault.path.length === 1 ? String(fault.path[0]) : ''
  const message = REQUIRED[key]
  return message && value[key] === undefined ? { ...fault, message } : fault
}

/**
 * The Article in a value of our own shape (see `articleSchema`), such as one kept in the database or sent to the API.
 * Throws `invalid_input` with a problem for each fault, each by its path.
 */
export function parseArticle(value: Readonly<Record<string, unknown>>): Article {
  const checked = checkArticle(value)
  if ('headline' in checked) return checked
  throw invalidArticle(checked.map(({ path, message }) => ({ where: pathText(path), message })))
}

/** The error for an article that cannot be taken. */
export function invalidArticle(problems: readonly Problem[], name?: string, cause?: unknown): AppError {
  const which = name ? `The article ${JSON.stringify(name.slice(0, 200))}` : 'The article'
  const first = problems[0]
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  return new AppError('invalid_input', `${which} cannot be read: ${first?.where}: ${first?.message}${more}.`, {
    problems,
    cause,
  })
}

/** A path as people write it: `blocks[3].content[0].href`. */
export function pathText(path: Path): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  return text.replace(/^\./, '') || 'the article'
}

/** Whether a value nests deeper than an article may, found without recursion: it is not trusted yet. */
function tooDeep(value: unknown): Fault | undefined {
  let level = [value].filter(isContainer)
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH)
      return { path: [], message: `expected at most ${MAX_DEPTH} objects and arrays inside each other` }
    level = level.flatMap((container) => Object.values(container).filter(isContainer))
  }
  return undefined
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, message: issue.message }]
  return issue.keys.slice(0, 20).map((key) => ({ path: [...issue.path, key], message: unknownKey(key, ARTICLE_KEYS) }))
}

const inWords: z.core.$ZodErrorMap = (issue) => {
  const number = (value: unknown) => Number(value).toLocaleString('en')
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${TYPES[issue.expected] ?? issue.expected}, found ${kindOf(issue.input)}${quotes(issue)}`
    case 'too_big':
      return `expected at most ${number(issue.maximum)}${UNITS[issue.origin] ?? ''}${sizeOf(issue.input)}`
    case 'too_small':
      return `expected at least ${number(issue.minimum)}${UNITS[issue.origin] ?? ''}${sizeOf(issue.input)}`
    case 'invalid_value':
      return `expected ${oneOf(issue.values)}`
    case 'invalid_union':
      return `expected ${oneOf('options' in issue && Array.isArray(issue.options) ? issue.options : [])}`
    default:
      return undefined
  }
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  int: 'a whole number',
  number: 'a number',
}

const UNITS: Readonly<Record<string, string>> = { string: ' characters', array: ' entries' }

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string') return 'text'
  if (typeof value === 'object') return 'an object'
  return `the ${typeof value} ${String(value)}`
}

/** YAML takes bare numbers and yes-or-no words for what they look like. */
function quotes({ expected, input }: { readonly expected: string; readonly input?: unknown }): string {
  return expected === 'string' && (typeof input === 'number' || typeof input === 'boolean') ? ': put it in quotes' : ''
}

function sizeOf(value: unknown): string {
  const size = typeof value === 'string' || Array.isArray(value) ? value.length : value
  return typeof size === 'number' ? `, found ${size.toLocaleString('en')}` : ''
}

function oneOf(values: readonly unknown[]): string {
  const names = values.map(String)
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} or ${names.at(-1)}` : (names[0] ?? 'another value')
}
