import { AppError, type Problem } from '../error.ts'
import { type Article, MAX_ARTICLE_BYTES } from './article.ts'
import { checkArticle, invalidArticle, type Path, pathText } from './check.ts'
import { withoutControls } from './clean.ts'

/** An article read from a source, and what of the source was left out or guessed. */
export type ReadArticle = { readonly article: Article; readonly warnings: readonly Problem[] }

/** What a reader of sources may be told beside the text: the file's name for messages, the language when it says none. */
export type SourceHints = { readonly name?: string | undefined; readonly lang?: string | undefined }

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

/** The finished article, or the error that lists everything wrong with it; `where` says where in the source a path stands. */
export function finishArticle(
  value: Readonly<Record<string, unknown>>,
  found: {
    readonly faults?: readonly Problem[]
    readonly warnings?: readonly Problem[]
    readonly where?: (path: Path) => string
  },
  name?: string,
): ReadArticle {
  const { faults = [], warnings = [], where = pathText } = found
  const checked = checkArticle(value)
  if ('headline' in checked && faults.length === 0) return { article: checked, warnings: shortened(warnings) }
  const checks = 'headline' in checked ? [] : checked
  throw invalidArticle([...faults, ...checks.map(({ path, message }) => ({ where: where(path), message }))], name)
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
