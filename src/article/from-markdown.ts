import { startThread } from '../thread/start.ts'
import { createThread } from '../thread/thread.ts'
import { invalidArticle, type Path } from './check.ts'
import { expandFields, problemsOf, WRITTEN_FIELDS } from './fields.ts'
import { adoptForeignKeys, COMMON_KEYS } from './foreign-keys.ts'
import { splitFrontMatter } from './front-matter.ts'
import { type MarkdownBody, type MarkdownOptions, UNREAD } from './markdown-body.ts'
import type { MarkdownRequest } from './markdown-thread.ts'
import { placePictures } from './place-pictures.ts'
import { finishArticle, type ReadArticle, type SourceHints, sourceText } from './source.ts'
import { plainText } from './text.ts'

/**
 * The Article of a Markdown text: fields from its YAML front matter, which may be one that is written for a site
 * generator; blocks from its body. Without a headline a first heading is the headline. Throws `invalid_input` with every
 * problem and its line, `too_large` above 1 MB.
 */
export async function articleFromMarkdown(source: string | Uint8Array, hints: SourceHints = {}): Promise<ReadArticle> {
  const front = splitFrontMatter(sourceText(source, hints.name))
  if ('problems' in front) throw invalidArticle(front.problems, hints.name)
  const adopted = adoptForeignKeys(front.fields, WRITTEN_FIELDS)
  const { value, faults, written } = expandFields(adopted.fields, [], COMMON_KEYS)
  const asWritten = (path: Path) => adoptedPath(adopted.written, written(path))
  const base = typeof value.url === 'string' ? value.url : undefined
  const sources = { base, pictures: hints.pictures, seeksFiles: hints.wanted !== undefined }
  const placed = placePictures(value, { ...sources, isOptional: adopted.written.has('hero') })
  const body = await blocksFromMarkdown(front.body, { ...sources, linesBefore: front.linesBefore })
  const { headline, blocks, lines } = withHeadline(value.headline, body)
  const where = (path: Path) => {
    const line = path[0] === 'blocks' && typeof path[1] === 'number' ? lines[path[1]] : undefined
    return line === undefined ? front.where(asWritten(path)) : `line ${line}`
  }
  const remarks = [...adopted.remarks, ...placed.remarks]
  return finishArticle(
    {
      lang: hints.lang,
      ...placed.value,
      headline,
      blocks: blocks.length > 0 ? blocks : undefined,
      ...(body.notes.length > 0 ? { notes: body.notes } : {}),
    },
    {
      faults: problemsOf(faults, (path) => front.where(asWritten(path))),
      bodyFaults: body.faults,
      warnings: [...problemsOf(remarks, (path) => front.where(asWritten(path))), ...body.warnings],
      missingPictures: [...placed.missing.map(({ path, of }) => ({ path, where: where(of) })), ...body.missingPictures],
      where,
    },
    hints,
  )
}

/** Where the author wrote what came to stand at a path of ours. */
function adoptedPath(written: ReadonlyMap<string, string>, [first, ...rest]: Path): Path {
  const key = typeof first === 'string' ? written.get(first) : undefined
  return key === undefined ? [first ?? '', ...rest] : [key, ...rest]
}

const thread = createThread<MarkdownRequest, MarkdownBody>(() => startThread('markdown-thread', import.meta.url))

/**
 * The blocks of a Markdown text, read in a thread of its own. Never raw HTML; links that are not https or mailto become
 * text, pictures that are not https are left out, each with a warning. Some hostile texts of a few kilobytes take
 * minutes: reading is given up after 3 s and 16 ms a kilobyte, where prose needs 2 to 8.
 */
export async function blocksFromMarkdown(text: string, options: MarkdownOptions = {}): Promise<MarkdownBody> {
  const outcome = await thread.run({ text, options }, 3_000 + text.length / 64)
  if (outcome.kind === 'done') return outcome.answer
  const message = 'expected a text, found marks that take too long to make sense of'
  return { ...UNREAD, faults: [{ where: 'the body', message }] }
}

/** A title at the top of the body is the headline, or says it again. */
function withHeadline(
  headline: unknown,
  body: MarkdownBody,
): Pick<MarkdownBody, 'blocks' | 'lines'> & { headline: unknown } {
  const [first] = body.blocks
  const title = body.hasTitle && first?.type === 'heading' ? plainText(first.content).trim() : undefined
  if (title === undefined || (headline !== undefined && headline !== title)) return { ...body, headline }
  return { headline: title, blocks: body.blocks.slice(1), lines: body.lines.slice(1) }
}
