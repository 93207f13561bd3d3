import type { Root } from 'mdast'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import { unified } from 'unified'

/** What came of parsing Markdown. */
export type ParsedMarkdown =
  | { readonly kind: 'parsed'; readonly root: Root }
  | { readonly kind: 'too_deep'; readonly line?: number }

// More than any article needs; the parser takes quadratic time in it.
const MAX_MARKERS_A_LINE = 20
const MARKERS = /^(?:[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t])))*/
const RULE = /^[ \t]*([-*_])(?:[ \t]*\1)+[ \t]*$/

const parser = unified().use(remarkParse).use(remarkGfm).freeze()

/**
 * Markdown (CommonMark and GitHub's additions) as a syntax tree. Some hostile texts of a few kilobytes keep the parser
 * busy for minutes: it runs in a thread that can be stopped, see `blocksFromMarkdown`.
 */
export function parseMarkdown(text: string): ParsedMarkdown {
  const deep = text.split('\n').findIndex((line) => !RULE.test(line) && markersBefore(line) > MAX_MARKERS_A_LINE)
  if (deep >= 0) return { kind: 'too_deep', line: deep + 1 }
  try {
    return { kind: 'parsed', root: parser.parse(text) }
  } catch (error) {
    if (error instanceof RangeError) return { kind: 'too_deep' }
    throw error
  }
}

function markersBefore(line: string): number {
  const prefix = MARKERS.exec(line)?.[0] ?? ''
  return prefix.match(/>|[-+*]|\d+[.)]/g)?.length ?? 0
}
