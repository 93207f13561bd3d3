import type { Article, Block, Inline } from './article.ts'

/** The words of running text without their marks; a break becomes a line feed. */
export function plainText(inlines: readonly Inline[]): string {
  return inlines.map(textOf).join('')
}

const WORDS_A_MINUTE = 230
const CJK_CHARACTERS_A_MINUTE = 500

/** Whole minutes it takes to read the body, at least 1: 230 words, or 500 Chinese or Japanese characters, a minute. */
export function readMinutes(article: Pick<Article, 'blocks'>): number {
  const text = article.blocks.map(blockText).join(' ')
  const cjk = text.match(CJK)?.length ?? 0
  const words = text.replace(CJK, ' ').match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}'’.,-]*/gu)?.length ?? 0
  return Math.max(1, Math.round(words / WORDS_A_MINUTE + cjk / CJK_CHARACTERS_A_MINUTE))
}

const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu

function textOf(inline: Inline): string {
  if (inline.type === 'text' || inline.type === 'code') return inline.text
  if (inline.type === 'note') return ''
  return inline.type === 'break' ? '\n' : plainText(inline.children)
}

function blockText(block: Block): string {
  switch (block.type) {
    case 'paragraph':
    case 'heading':
      return plainText(block.content)
    case 'quote':
      return block.paragraphs.map(plainText).join(' ')
    case 'list':
      return block.items.flat().map(blockText).join(' ')
    case 'table':
      return [block.head, ...block.rows].flat().map(plainText).join(' ')
    case 'code':
      return block.text
    case 'image':
      return block.caption ?? ''
    case 'rule':
      return ''
  }
}
