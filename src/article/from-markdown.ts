import type { Problem } from '../error.ts'
import type { Block } from './article.ts'
import { blocksOf } from './blocks.ts'
import { invalidArticle, type Path } from './check.ts'
import { Conversion } from './conversion.ts'
import { expandFields, problemsOf } from './fields.ts'
import { splitFrontMatter } from './front-matter.ts'
import { parseMarkdown } from './mdast.ts'
import { finishArticle, type ReadArticle, type SourceHints, sourceText } from './source.ts'
import { plainText } from './text.ts'

/**
 * The Article of a Markdown text: fields from its YAML front matter, blocks from its body. Without a `headline` field
 * a first heading is the headline. Throws `invalid_input` with every problem and its line, `too_large` above 1 MB.
 */
export function articleFromMarkdown(source: string | Uint8Array, hints: SourceHints = {}): ReadArticle {
  const front = splitFrontMatter(sourceText(source, hints.name))
  if ('problems' in front) throw invalidArticle(front.problems, hints.name)
  const { value, faults, written } = expandFields(front.fields)
  const base = typeof value.url === 'string' ? value.url : undefined
  const body = blocksFromMarkdown(front.body, { linesBefore: front.linesBefore, base })
  const { headline, blocks, lines } = withHeadline(value.headline, body)
  const where = (path: Path) => {
    const line = path[0] === 'blocks' && typeof path[1] === 'number' ? lines[path[1]] : undefined
    return line === undefined ? front.where(written(path)) : `line ${line}`
  }
  return finishArticle(
    { lang: hints.lang, ...value, headline, blocks: blocks.length > 0 ? blocks : undefined },
    { faults: problemsOf(faults, front.where), bodyFaults: body.faults, warnings: body.warnings, where },
    hints.name,
  )
}

/** The blocks of a Markdown text, with the line on which each begins. */
export type MarkdownBody = {
  readonly blocks: readonly Block[]
  readonly lines: readonly number[]
  /** The first heading is one of the first level (`# `). */
  readonly hasTitle: boolean
  readonly warnings: readonly Problem[]
  readonly faults: readonly Problem[]
}

/**
 * The blocks of a Markdown text. Never raw HTML; links that are not https or mailto become text, pictures that are not
 * https are left out, each with a warning. Footnotes become numbers in brackets and a list at the end.
 */
export function blocksFromMarkdown(
  text: string,
  options: { readonly linesBefore?: number | undefined; readonly base?: string | undefined } = {},
): MarkdownBody {
  const nothing = { blocks: [], lines: [], hasTitle: false, warnings: [], faults: [] }
  const linesBefore = options.linesBefore ?? 0
  const parsed = parseMarkdown(text)
  if (parsed.kind !== 'parsed') return { ...nothing, faults: [unreadable(parsed, linesBefore)] }
  const conversion = new Conversion(parsed.root, options)
  try {
    const placed = parsed.root.children.flatMap((node) =>
      blocksOf([node], conversion).map((block) => ({ block, line: conversion.line(node) })),
    )
    const notes = footnoteBlocks(conversion)
    const first = parsed.root.children.find((node) => node.type !== 'html' && node.type !== 'definition')
    return {
      blocks: [...placed.map(({ block }) => block), ...notes],
      lines: placed.map(({ line }) => line),
      hasTitle: first?.type === 'heading' && first.depth === 1 && placed[0]?.block.type === 'heading',
      warnings: conversion.warnings,
      faults: conversion.faults,
    }
  } catch (error) {
    if (error instanceof RangeError) return { ...nothing, faults: [unreadable({ kind: 'too_deep' }, linesBefore)] }
    throw error
  }
}

/** The notes that are mentioned, as a list of its own; notes may mention further notes. */
function footnoteBlocks(conversion: Conversion): Block[] {
  const items: Block[][] = []
  for (let i = 0; i < conversion.footnotes.length; i++) {
    const blocks = blocksOf(conversion.footnotes[i]?.children ?? [], conversion, 1)
    items.push(blocks.length > 0 ? blocks : [{ type: 'paragraph', content: [{ type: 'text', text: '–' }] }])
  }
  return items.length > 0 ? [{ type: 'rule' }, { type: 'list', ordered: true, items }] : []
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

function unreadable(
  why: { readonly kind: 'too_deep' | 'too_slow'; readonly line?: number },
  linesBefore: number,
): Problem {
  const message =
    why.kind === 'too_deep'
      ? 'expected no more than 20 quotes, lists and marks inside each other'
      : 'expected a text, found marks that take too long to make sense of'
  return { where: why.line === undefined ? 'the body' : `line ${why.line + linesBefore}`, message }
}
