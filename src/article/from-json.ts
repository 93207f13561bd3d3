import type { Problem } from '../error.ts'
import { MAX_DEPTH } from './article.ts'
import { invalidArticle, type Path, pathText } from './check.ts'
import { hrefOf } from './clean.ts'
import { shown } from './conversion.ts'
import { expandFields, isRecord, problemsOf } from './fields.ts'
import { blocksFromMarkdown } from './from-markdown.ts'
import { jsonSyntaxFault } from './json-syntax.ts'
import { type MarkdownBody, UNREAD } from './markdown-body.ts'
import { findPicture, type MissingPicture, type PictureSources } from './pictures.ts'
import { placePictures, sizeOf } from './place-pictures.ts'
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
  const { value, faults, written } = expandFields(source, ['blocks', 'notes', 'body'])
  const { body, ...fields } = value
  const where = (path: Path) => pathText(written(path))
  const base = typeof value.url === 'string' ? value.url : undefined
  const sources = { base, pictures: hints.pictures, seeksFiles: hints.wanted !== undefined }
  const placed = placePictures(fields, sources)
  const read = await bodyOf(body, placed.value, sources)
  const missingPictures = [...placed.missing.map(({ path, of }) => ({ path, where: where(of) })), ...read.missing]
  return finishArticle(
    { lang: hints.lang, ...placed.value, ...(read.notes.length > 0 ? { notes: read.notes } : {}), blocks: read.blocks },
    { faults: problemsOf(faults, where), bodyFaults: read.faults, warnings: read.warnings, missingPictures, where },
    hints,
  )
}

type Body = {
  readonly blocks: unknown
  readonly notes: MarkdownBody['notes']
  readonly faults: readonly Problem[]
  readonly warnings: readonly Problem[]
  readonly missing: readonly MissingPicture[]
}

async function bodyOf(
  body: unknown,
  { blocks }: Readonly<Record<string, unknown>>,
  sources: PictureSources,
): Promise<Body> {
  if (body === undefined) {
    const cleaning: Cleaning = { ...sources, warnings: [], missing: [] }
    return { blocks: cleaned(blocks, ['blocks'], cleaning), notes: [], faults: [], ...cleaning }
  }
  const fault = (message: string): Body => ({ ...UNREAD, missing: [], faults: [{ where: 'body', message }] })
  if (blocks !== undefined) return fault('expected either body or blocks, found both')
  if (typeof body !== 'string') return fault('expected Markdown text')
  const read = await blocksFromMarkdown(body, sources)
  const inBody = <Place extends { readonly where: string }>(place: Place) => ({
    ...place,
    where: place.where.startsWith('line') ? `body, ${place.where}` : place.where,
  })
  return {
    blocks: read.blocks.length > 0 ? read.blocks : undefined,
    notes: read.notes,
    faults: read.faults.map(inBody),
    warnings: read.warnings.map(inBody),
    missing: read.missingPictures.map(inBody),
  }
}

type Cleaning = PictureSources & { readonly warnings: Problem[]; readonly missing: MissingPicture[] }

/**
 * The value with the children of each refused link in its place, and with pictures where they are. What is too deep is
 * left for the check to refuse.
 */
function cleaned(value: unknown, path: Path, cleaning: Cleaning): unknown {
  if (path.length > MAX_DEPTH) return value
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => {
      const clean = cleaned(item, [...path, index], cleaning)
      if (!isBadLink(item) || !isRecord(clean)) return [clean]
      cleaning.warnings.push({
        where: pathText([...path, index]),
        message: `link left out, its text stays: ${shown(item.href)} is not an https or mailto address`,
      })
      return Array.isArray(clean.children) ? clean.children : []
    })
  }
  if (!isRecord(value)) return value
  if (value.type === 'image' && typeof value.src === 'string') return placedImage(value, value.src, path, cleaning)
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, cleaned(inner, [...path, key], cleaning)]),
  )
}

function placedImage(image: Readonly<Record<string, unknown>>, src: string, path: Path, cleaning: Cleaning): unknown {
  const found = findPicture(src, cleaning)
  if (found.kind === 'found') return { ...sizeOf(found), ...image, src: found.src }
  if (found.kind !== 'missing' || (cleaning.pictures === undefined && !cleaning.seeksFiles)) return image
  cleaning.missing.push({ path: found.path, where: pathText(path) })
  return { type: 'rule' }
}

function isBadLink(value: unknown): value is { readonly href: string } {
  return isRecord(value) && value.type === 'link' && typeof value.href === 'string' && hrefOf(value.href) === null
}
