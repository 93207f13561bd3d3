// What runs in the thread that reads Markdown.
import { serveThread } from '../thread/serve.ts'
import { convertMarkdown } from './markdown.ts'
import type { MarkdownOptions } from './markdown-body.ts'

/** A Markdown text to be read. */
export type MarkdownRequest = { readonly text: string; readonly options: MarkdownOptions }

serveThread(({ text, options }: MarkdownRequest) => convertMarkdown(text, options))
