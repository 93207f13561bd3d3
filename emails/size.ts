import type { ArticleProps, Block, Inline } from './props.ts'

// How many bytes of HTML something becomes, at most. What a mail shows has to be decided before it is rendered, so the
// size is estimated: markup by the numbers below, which a test holds against real mails, text to the byte.

const UTF8 = new TextEncoder()
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#x27;',
}

/** A text as it stands in HTML, in UTF-8. */
export function textBytes(text = ''): number {
  return UTF8.encode(text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)).length
}

/** A block of running text, with all that is inside. */
export function blockBytes(block: Block): number {
  switch (block.type) {
    case 'paragraph':
      return 40 + inlineBytes(block.content)
    case 'heading':
      return 240 + inlineBytes(block.content)
    case 'quote':
      return 1000 + sum(block.paragraphs, quotedBytes) + textBytes(block.attribution)
    case 'list':
      return 80 + sum(block.items, itemBytes)
    case 'image':
      return 900 + textBytes(block.src) + textBytes(block.alt) + textBytes(block.caption)
    case 'rule':
      return 500
    case 'table':
      return 350 + sum([block.head, ...block.rows], rowBytes)
    case 'code':
      return 1000 + textBytes(block.text)
  }
}

/** One item of a list. */
export function itemBytes(item: readonly Block[]): number {
  return 80 + sum(item, blockBytes)
}

/** One paragraph of a quotation. */
export function quotedBytes(content: readonly Inline[]): number {
  return 40 + inlineBytes(content)
}

/** One row of a table of data. */
export function rowBytes(cells: readonly (readonly Inline[])[]): number {
  return 20 + sum(cells, (content) => 340 + inlineBytes(content))
}

/** Running text. */
export function inlineBytes(content: readonly Inline[]): number {
  return sum(content, pieceBytes)
}

/** An article as a row of the mail. */
export function storyBytes(article: ArticleProps): number {
  const { kicker, headline, url, dek, byline, hero } = article
  const texts = [kicker, headline, url, byline.name, hero?.src, hero?.alt]
  // Without a dek, the beginning of the text stands in for it.
  const picture = hero === undefined ? 0 : 1100
  return 2000 + picture + sum(texts, textBytes) + (dek === undefined ? 700 : textBytes(dek))
}

/** All of an issue's lead but its text: opening, picture, instructions, headlines to read on. */
export function frameBytes(article: ArticleProps): number {
  const { url, headline, dek, kicker, dateline, byline, hero, related } = article
  const texts = [dek, kicker, dateline, byline.url, byline.bio, byline.avatar, hero?.src, hero?.alt, hero?.caption]
  const perspective = article.perspective === undefined ? 0 : 3500
  return (
    5000 +
    4 * textBytes(headline) +
    2 * textBytes(url) +
    3 * textBytes(byline.name) +
    sum([...texts, hero?.credit], textBytes) +
    perspective +
    sum(related.slice(0, 3), (to) => 350 + textBytes(to.headline) + textBytes(to.url))
  )
}

export function sum<T>(items: readonly T[], bytes: (item: T) => number): number {
  return items.reduce((total, item) => total + bytes(item), 0)
}

function pieceBytes(piece: Inline): number {
  switch (piece.type) {
    case 'text':
      return textBytes(piece.text)
    case 'code':
      return 100 + textBytes(piece.text)
    case 'link':
      return 100 + textBytes(piece.href) + inlineBytes(piece.children)
    case 'break':
      return 5
    case 'note':
      return 180
    default:
      return 17 + inlineBytes(piece.children)
  }
}
