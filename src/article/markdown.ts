import type { Problem } from '../error.ts'
import type { Block } from './article.ts'
import { blocksOf } from './blocks.ts'
import { Conversion } from './conversion.ts'
import { parseMarkdown } from './mdast.ts'

/** The blocks of a Markdown text, with the line on which each begins. */
export type MarkdownBody = {
  readonly blocks: readonly Block[]
  readonly lines: readonly number[]
  /** The first heading is one of the first level (`# `). */
  readonly hasTitle: boolean
  readonly warnings: readonly Problem[]
  readonly faults: readonly Problem[]
}

/** `linesBefore` is added to every line number; relative addresses are resolved against `base`. */
export type MarkdownOptions = { readonly linesBefore?: number | undefined; readonly base?: string | undefined }

/**
 * Reads a Markdown text; what it comes to is said at `blocksFromMarkdown`, which has this done in a thread: some texts
 * take for ever.
 */
export function convertMarkdown(text: string, options: MarkdownOptions = {}): MarkdownBody {
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
    if (error instanceof RangeError) return { ...nothing, faults: [unreadable({}, linesBefore)] }
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

function unreadable({ line }: { readonly line?: number }, linesBefore: number): Problem {
  const message = 'expected no more than 20 quotes, lists and marks inside each other'
  return { where: line === undefined ? 'the body' : `line ${line + linesBefore}`, message }
}
