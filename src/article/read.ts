import { extname } from 'node:path'
import { articleFromJson } from './from-json.ts'
import { articleFromMarkdown } from './from-markdown.ts'
import { articleFromText } from './from-text.ts'
import { type ReadArticle, type SourceHints, sourceText } from './source.ts'

export type { ReadArticle }

/** The forms in which an article comes in: JSON, Markdown with front matter, or plain text pasted from its page. */
export const ARTICLE_KINDS = ['json', 'markdown', 'text'] as const
/** One of `ARTICLE_KINDS`. */
export type ArticleKind = (typeof ARTICLE_KINDS)[number]

/**
 * A source of an article. `name` is its file name: its extension decides the kind, and messages name it. `kind`
 * overrides that; with neither, the text is looked at. `lang` is the language when the source says none, default en.
 */
export type ArticleSource = ({ readonly text: string } | { readonly bytes: Uint8Array }) &
  SourceHints & { readonly kind?: ArticleKind | undefined }

/**
 * Reads an article from any source. Everything in it is untrusted: what comes back is clean. Warnings say what was
 * left out, by line or path. Throws `too_large` above 1 MB, and `invalid_input` with all problems, each with the line
 * or path that is wrong and what was expected there.
 */
export async function readArticle(source: ArticleSource): Promise<ReadArticle> {
  const text = sourceText('text' in source ? source.text : source.bytes, source.name)
  const kind = source.kind ?? kindByName(source.name ?? '') ?? kindByLook(text)
  return READERS[kind](text, source)
}

/** The file extensions of each kind, for those who look for article files. */
export const ARTICLE_EXTENSIONS: Readonly<Record<string, ArticleKind>> = {
  '.json': 'json',
  '.md': 'markdown',
  '.markdown': 'markdown',
  '.txt': 'text',
  '.text': 'text',
}

const READERS: Readonly<Record<ArticleKind, (text: string, hints: SourceHints) => Promise<ReadArticle>>> = {
  json: articleFromJson,
  markdown: articleFromMarkdown,
  text: articleFromText,
}

function kindByName(name: string): ArticleKind | undefined {
  return ARTICLE_EXTENSIONS[extname(name).toLowerCase()]
}

function kindByLook(text: string): ArticleKind {
  const start = text.trimStart()
  if (/^[{[]\s*["{}\]]/.test(start)) return 'json'
  return /^(?:---|\+\+\+)[ \t]*\n/.test(text) || /^#{1,6} /.test(start) ? 'markdown' : 'text'
}
