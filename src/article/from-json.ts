import type { Problem } from '../error.ts'
import { MAX_DEPTH } from './article.ts'
import { invalidArticle, type Path, pathText } from './check.ts'
import { hrefOf } from './clean.ts'
import { shown } from './conversion.ts'
import { expandFields, isRecord, problemsOf } from './fields.ts'
import { blocksFromMarkdown } from './from-markdown.ts'
import { jsonSyntaxFault } from './json-syntax.ts'
import { finishArticle, type ReadArticle, type SourceHints, sourceText } from './source.ts'

/** The Article of a JSON text, as `articleFromValue` takes it. Throws as that does, and `too_large` above 1 MB. */
export async function articleFromJson(source: string | Uint8Array, hints: SourceHints = {}): Promise<ReadArticle> {
  const text = sourceText(source, hints.name)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    const { line, column, expected } = jsonSyntaxFault(text) ?? { line: 1, column: 1, expected: 'JSON' }
    throw invalidArticle(
      [{ where: `line ${line}, column ${column}`, message: `expected ${expected}` }],
      hints.name,
      cause,
    )
  }
  return articleFromValue(value, hints)
}

/**
 * The Article in a value that was JSON: an object with an Article's keys or their short forms (see `expandFields`), and
 * the body either as `blocks` or as Markdown in `body`. Links that may not be followed become text, with a warning.
 * Throws `invalid_input` with every problem and its path.
 */
export async function articleFromValue(source: unknown, hints: SourceHints = {}): Promise<ReadArticle> {
  if (!isRecord(source)) throw invalidArticle([{ where: 'the article', message: 'expected an object' }], hints.name)
  const { value, faults, written } = expandFields(source, ['blocks', 'body'])
  const { body, ...fields } = value
  const where = (path: Path) => pathText(written(path))
  const read = await bodyOf(body, fields)
  return finishArticle(
    { lang: hints.lang, ...fields, blocks: read.blocks },
    { faults: problemsOf(faults, where), bodyFaults: read.faults, warnings: read.warnings, where },
    hints.name,
  )
}

type Body = { readonly blocks: unknown; readonly faults: readonly Problem[]; readonly warnings: readonly Problem[] }

async function bodyOf(body: unknown, { blocks, url }: Readonly<Record<string, unknown>>): Promise<Body> {
  if (body === undefined) {
    const warnings: Problem[] = []
    return { blocks: withoutBadLinks(blocks, ['blocks'], warnings), faults: [], warnings }
  }
  const fault = (message: string) => ({ blocks: [], faults: [{ where: 'body', message }], warnings: [] })
  if (blocks !== undefined) return fault('expected either body or blocks, found both')
  if (typeof body !== 'string') return fault('expected Markdown text')
  const read = await blocksFromMarkdown(body, { base: typeof url === 'string' ? url : undefined })
  const inBody = ({ where, message }: Problem) => ({
    where: where.startsWith('line') ? `body, ${where}` : where,
    message,
  })
  return {
    blocks: read.blocks.length > 0 ? read.blocks : undefined,
    faults: read.faults.map(inBody),
    warnings: read.warnings.map(inBody),
  }
}

/** The value with the children of each refused link in its place. What is too deep is left for the check to refuse. */
function withoutBadLinks(value: unknown, path: Path, warnings: Problem[]): unknown {
  if (path.length > MAX_DEPTH) return value
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => {
      const clean = withoutBadLinks(item, [...path, index], warnings)
      if (!isBadLink(item) || !isRecord(clean)) return [clean]
      warnings.push({
        where: pathText([...path, index]),
        message: `link left out, its text stays: ${shown(item.href)} is not an https or mailto address`,
      })
      return Array.isArray(clean.children) ? clean.children : []
    })
  }
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withoutBadLinks(inner, [...path, key], warnings)]),
  )
}

function isBadLink(value: unknown): value is { readonly href: string } {
  return isRecord(value) && value.type === 'link' && typeof value.href === 'string' && hrefOf(value.href) === null
}
