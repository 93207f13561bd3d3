import type { Article, Block } from './article.ts'

/**
 * The article with headings that begin at level 2 and go down one level at a time, as those who have the text read out
 * to them need them; its headline is the one heading of level 1.
 */
export function withOrderedHeadings(article: Article): Article {
  const around: number[] = []
  const { notes } = article
  const blocks = ordered(article.blocks, around)
  return notes === undefined
    ? { ...article, blocks }
    : { ...article, blocks, notes: notes.map((note) => ordered(note, around)) }
}

/** `around` holds the levels, as written, of the headings under which the blocks stand. */
function ordered(blocks: readonly Block[], around: number[]): readonly Block[] {
  return blocks.map((block) => {
    if (block.type === 'list') return { ...block, items: block.items.map((item) => ordered(item, around)) }
    if (block.type !== 'heading') return block
    while ((around.at(-1) ?? 0) >= block.level) around.pop()
    around.push(block.level)
    return { ...block, level: LEVELS[around.length - 1] ?? 4 }
  })
}

const LEVELS = [2, 3, 4] as const
