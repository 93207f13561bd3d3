import { readArticle } from '../../src/article/read.ts'
import { AppError } from '../../src/error.ts'

type Source = Parameters<typeof readArticle>[0]

/** What reading a source is refused with: its code, and each problem as "where: message". */
export async function refusal(source: Source | (() => unknown)): Promise<{ code: string; problems: string[] }> {
  try {
    if (typeof source === 'function') await source()
    else await readArticle(source)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { code: error.code, problems: error.problems.map(({ where, message }) => `${where}: ${message}`) }
  }
  throw new Error('The source was not refused.')
}

/** Markdown with the least front matter (four lines) before `body`. */
export function markdown(body: string): { text: string; kind: 'markdown' } {
  return { text: `---\nheadline: The tide turns\nauthor: Ana Pavić\n---\n${body}`, kind: 'markdown' }
}

/** The blocks of a Markdown body. */
export async function blocksOf(body: string) {
  return (await readArticle(markdown(body))).article.blocks
}

/** The warnings for a Markdown body, each as "where: message". */
export async function warningsOf(body: string): Promise<string[]> {
  return (await readArticle(markdown(body))).warnings.map(({ where, message }) => `${where}: ${message}`)
}

/** A JSON article with the fields every article needs, and `more`. */
export function json(more: Record<string, unknown>): { text: string; kind: 'json' } {
  const least = { headline: 'The tide turns', byline: { name: 'Ana Pavić' }, blocks: [paragraph('It did.')] }
  return { text: JSON.stringify({ ...least, ...more }), kind: 'json' }
}

/** A paragraph of plain words. */
export function paragraph(text: string) {
  return { type: 'paragraph', content: [{ type: 'text', text }] }
}
