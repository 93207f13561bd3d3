import type { Article } from '../article/article.ts'
import { balanced } from '../article/clean.ts'
import { plainText } from '../article/text.ts'

const MAX_LINE = 250

/** What stands in an inbox when nobody wrote anything else: headline, and dek or the beginning of the text. */
export function defaultLines(article: Article): { readonly subject: string; readonly preheader: string } {
  return { subject: cut(article.headline), preheader: cut(article.dek ?? firstWords(article) ?? article.headline) }
}

function firstWords({ blocks }: Article): string | undefined {
  const first = blocks.find((block) => block.type === 'paragraph')
  const text = first && plainText(first.content).replace(/\s+/g, ' ').trim()
  return text || undefined
}

/** At most 250 characters, cut after a whole word. A brace pair of the article's own must not become a slot. */
function cut(text: string): string {
  const line = text.replaceAll('{{', '{ {')
  if (line.length <= MAX_LINE) return line
  const head = line
    .slice(0, MAX_LINE - 1)
    .toWellFormed()
    .replace(/\ufffd$/, '')
  return `${balanced(head.replace(/\s+\S*$/, ''))}…`
}
