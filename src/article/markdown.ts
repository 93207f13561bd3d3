import type { Problem } from '../error.ts'
import type { Block } from './article.ts'
import { blocksOf } from './blocks.ts'
import { Conversion } from './conversion.ts'
import { type MarkdownBody, type MarkdownOptions, UNREAD } from './markdown-body.ts'
import { parseMarkdown } from './mdast.ts'

/**
 * Reads a Markdown text; what it comes to is said at `blocksFromMarkdown`, which has this done in a thread: some texts
 * take for ever.
 */
export function convertMarkdown(text: string, options: MarkdownOptions = {}): MarkdownBody {
  const linesBefore = options.linesBefore ?? 0
  const parsed = parseMarkdown(text)
  if (parsed.kind !== 'parsed') return { ...UNREAD, faults: [unreadable(parsed, linesBefore)] }
  const conversion = new Conversion(parsed.root, options)
  try {
    const placed = parsed.root.children.flatMap((node) =>
      blocksOf([node], conversion).map((block) => ({ block, line: conversion.line(node) })),
    )
    const notes = notesOf(conversion)
    const first = parsed.root.children.find((node) => node.type !== 'html' && node.type !== 'definition')
    return {
      blocks: placed.map(({ block }) => block),
      notes,
      lines: placed.map(({ line }) => line),
      hasTitle: first?.type === 'heading' && first.depth === 1 && placed[0]?.block.type === 'heading',
      warnings: conversion.warnings,
      faults: conversion.faults,
      missingPictures: conversion.missingPictures,
    }
  } catch (error) {
    if (error instanceof RangeError) return { ...UNREAD, faults: [unreadable({}, linesBefore)] }
    throw error
  }
}

/** The notes that are mentioned, in the order of their numbers; notes may mention further notes. */
function notesOf(conversion: Conversion): Block[][] {
  const notes: Block[][] = []
  for (let i = 0; i < conversion.footnotes.length; i++) {
    const blocks = blocksOf(conversion.footnotes[i]?.children ?? [], conversion, 1)
    notes.push(blocks.length > 0 ? blocks : [{ type: 'paragraph', content: [{ type: 'text', text: '–' }] }])
  }
  return notes
}

function unreadable({ line }: { readonly line?: number }, linesBefore: number): Problem {
  const message = 'expected no more than 20 quotes, lists and marks inside each other'
  return { where: line === undefined ? 'the body' : `line ${line + linesBefore}`, message }
}
