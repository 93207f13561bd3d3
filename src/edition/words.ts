import type { Article, Block, Inline } from '../article/article.ts'

const WORDS_PER_MINUTE = 230

/** How long reading an article takes, in whole minutes, at least one; counts words as its language has them. */
export function readMinutes(article: Pick<Article, 'blocks' | 'lang'>): number {
  const segmenter = new Intl.Segmenter(article.lang, { granularity: 'word' })
  let words = 0
  for (const text of article.blocks.flatMap(blockTexts)) {
    for (const { isWordLike } of segmenter.segment(text)) if (isWordLike) words++
  }
  return Math.max(1, Math.round(words / WORDS_PER_MINUTE))
}

function blockTexts(block: Block): string[] {
  switch (block.type) {
    case 'paragraph':
    case 'heading':
      return [inlineText(block.content)]
    case 'quote':
      return block.paragraphs.map(inlineText)
    case 'list':
      return block.items.flatMap((item) => item.flatMap(blockTexts))
    case 'table':
      return [block.head, ...block.rows].flatMap((row) => row.map(inlineText))
    case 'image':
      return [block.caption ?? '']
    case 'code':
      return [block.text]
    case 'rule':
      return []
  }
}

function inlineText(content: readonly Inline[]): string {
  return content
    .map((piece) => {
      if (piece.type === 'break') return ' '
      return 'text' in piece ? piece.text : inlineText(piece.children)
    })
    .join('')
}
