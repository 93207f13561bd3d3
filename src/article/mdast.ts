import { types } from 'node:util'
import { runInNewContext } from 'node:vm'
import type { Root } from 'mdast'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import { unified } from 'unified'

/** What came of parsing Markdown. */
export type ParsedMarkdown =
  | { readonly kind: 'parsed'; readonly root: Root }
  | { readonly kind: 'too_deep'; readonly line?: number }
  | { readonly kind: 'too_slow' }

// More than any article needs; the parser takes quadratic time in it.
const MAX_MARKERS_A_LINE = 20
const MARKERS = /^(?:[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t])))*/
const RULE = /^[ \t]*([-*_])(?:[ \t]*\1)+[ \t]*$/

const parser = unified().use(remarkParse).use(remarkGfm).freeze()

/**
 * Markdown (CommonMark and GitHub's additions) as a syntax tree. Some hostile texts of a few kilobytes keep the
 * parser busy for minutes, so it is stopped after 3 s and 8 ms a kilobyte: prose needs 2 ms a kilobyte, and the rest is
 * for a cold start on a busy machine.
 */
export function parseMarkdown(text: string): ParsedMarkdown {
  const deep = text.split('\n').findIndex((line) => !RULE.test(line) && markersBefore(line) > MAX_MARKERS_A_LINE)
  if (deep >= 0) return { kind: 'too_deep', line: deep + 1 }
  try {
    return { kind: 'parsed', root: withinTime(3_000 + text.length / 128, () => parser.parse(text)) }
  } catch (error) {
    if (error instanceof RangeError) return { kind: 'too_deep' }
    if (isTimeout(error)) return { kind: 'too_slow' }
    throw error
  }
}

function markersBefore(line: string): number {
  const prefix = MARKERS.exec(line)?.[0] ?? ''
  return prefix.match(/>|[-+*]|\d+[.)]/g)?.length ?? 0
}

// On a busy machine the clock runs on while we wait for a processor: then it is tried again with twice the time.
const MAX_PATIENCE = 4

/** Runs `work` and stops it when it has used its time: node:vm is the only way to interrupt synchronous JavaScript. */
function withinTime<Result>(milliseconds: number, work: () => Result, patience = 1): Result {
  let result: { readonly value: Result } | undefined
  const run = () => {
    result = { value: work() }
  }
  const before = process.cpuUsage()
  try {
    runInNewContext('run()', { run }, { timeout: Math.ceil(milliseconds * patience) })
  } catch (error) {
    const { user, system } = process.cpuUsage(before)
    const wasWaiting = (user + system) / 1_000 < milliseconds / 2
    if (!isTimeout(error) || !wasWaiting || patience >= MAX_PATIENCE) throw error
    return withinTime(milliseconds, work, patience * 2)
  }
  if (!result) throw new Error('The work ended without a result.')
  return result.value
}

function isTimeout(error: unknown): boolean {
  // The error comes from the other context, whose Error is not ours.
  return types.isNativeError(error) && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
}
