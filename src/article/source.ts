import { AppError, type Problem } from '../error.ts'
import { type Article, MAX_ARTICLE_BYTES } from './article.ts'
import { checkArticle, type Fault, invalidArticle, type Path } from './check.ts'
import { withoutControls } from './clean.ts'
import { shown } from './conversion.ts'
import { withOrderedHeadings } from './headings.ts'
import type { MissingPicture, PictureFiles } from './pictures.ts'

/** An article read from a source, and what of the source was left out or guessed. */
export type ReadArticle = { readonly article: Article; readonly warnings: readonly Problem[] }

/** What a reader of sources may be told beside the text: the file's name for messages, the language when it says none. */
export type SourceHints = {
  readonly name?: string | undefined
  readonly lang?: string | undefined
  /** The picture files that came with it. A file it asks for and that is not among them is then a fault, not a warning. */
  readonly pictures?: PictureFiles | undefined
  /** Collects the files that are asked for and not there, instead of refusing the article. */
  readonly wanted?: MissingPicture[] | undefined
}

const MAX_WARNINGS = 50

/** The text of a source's bytes: UTF-8, or UTF-16 behind its byte order mark. Throws `too_large` and `invalid_input`. */
export function sourceText(source: string | Uint8Array, name?: string): string {
  const size = typeof source === 'string' ? Buffer.byteLength(source) : source.byteLength
  if (size > MAX_ARTICLE_BYTES) {
    const kilobytes = Math.ceil(size / 1024).toLocaleString('en')
    throw new AppError('too_large', `The article has ${kilobytes} KB; 1,024 KB is the most that is read.`)
  }
  const text = withoutControls(typeof source === 'string' ? source : decoded(source, name)).replace(/^\uFEFF/, '')
  if (text.trim() === '')
    throw invalidArticle([{ where: 'line 1', message: 'expected an article, found nothing' }], name)
  return text
}

/** What was found while reading a source, beside the value. */
export type Findings = {
  readonly faults: readonly Problem[]
  /** What is wrong with the body; it is then not said that the body is missing. */
  readonly bodyFaults: readonly Problem[]
  readonly warnings: readonly Problem[]
  readonly missingPictures?: readonly MissingPicture[]
  /** Says where in the source a path of the value stands. */
  readonly where: (path: Path) => string
}

/** The finished article. Throws `invalid_input` with everything wrong with it. */
export function finishArticle(
  value: Readonly<Record<string, unknown>>,
  { faults, bodyFaults, warnings, missingPictures = [], where }: Findings,
  { name, wanted }: SourceHints = {},
): ReadArticle {
  const checked = checkArticle(value)
  wanted?.push(...missingPictures)
  const problems = [...faults, ...bodyFaults, ...(wanted ? [] : missingPictures.map(notThere))]
  if ('headline' in checked) {
    if (problems.length > 0) throw invalidArticle(problems, name)
    return { article: withOrderedHeadings(checked), warnings: shortened(warnings) }
  }
  const isSaid = ({ path }: Fault) => bodyFaults.length > 0 && path.length === 1 && path[0] === 'blocks'
  const more = checked.filter((fault) => !isSaid(fault)).map(({ path, message }) => ({ where: where(path), message }))
  throw invalidArticle([...problems, ...more], name)
}

function notThere({ path, where }: MissingPicture): Problem {
  return { where, message: `expected the picture ${shown(path)} beside the article, found no such file` }
}

function shortened(warnings: readonly Problem[]): readonly Problem[] {
  const more = warnings.length - MAX_WARNINGS
  if (more <= 0) return warnings
  return [...warnings.slice(0, MAX_WARNINGS), { where: 'the article', message: `and ${more} more such warnings` }]
}

function decoded(bytes: Uint8Array, name?: string): string {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    const before = new TextDecoder().decode(bytes).split('\uFFFD', 1)[0] ?? ''
    const where = `line ${before.split('\n').length}`
    throw invalidArticle([{ where, message: 'expected text in UTF-8; save the file in that encoding' }], name, cause)
  }
}
