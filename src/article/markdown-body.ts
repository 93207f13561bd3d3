import type { Problem } from '../error.ts'
import type { Block } from './article.ts'
import type { MissingPicture, PictureSources } from './pictures.ts'

/** The blocks of a Markdown text, with the line on which each begins. */
export type MarkdownBody = {
  readonly blocks: readonly Block[]
  readonly notes: readonly (readonly Block[])[]
  readonly lines: readonly number[]
  /** The first heading is one of the first level (`# `). */
  readonly hasTitle: boolean
  readonly warnings: readonly Problem[]
  readonly faults: readonly Problem[]
  /** Picture files that the text asks for and that are not at hand, when it was said which are. */
  readonly missingPictures: readonly MissingPicture[]
}

/** What is known of a text that could not be read. */
export const UNREAD: MarkdownBody = {
  blocks: [],
  notes: [],
  lines: [],
  hasTitle: false,
  warnings: [],
  faults: [],
  missingPictures: [],
}

/**
 * `linesBefore` is added to every line number; relative addresses are resolved against `base`. `pictures` are the files
 * that came with the text.
 */
export type MarkdownOptions = PictureSources & {
  readonly linesBefore?: number | undefined
}
