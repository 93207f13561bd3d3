import type { Block, Inline, ListBlock, TableBlock } from './props.ts'

// The plain-text part, written from the same model as the HTML: nothing is left out but pictures' files.

/** The body of an article as plain text, one empty line between blocks. */
export function blocksAsText(blocks: readonly Block[]): string {
  return joined(blocks.map(blockAsText))
}

/** Running text without marks; a link becomes `text (address)`. */
export function inlineAsText(content: readonly Inline[]): string {
  return content.map(pieceAsText).join('')
}

/** Parts of a mail with an empty line between them; parts that are missing or empty leave no gap. */
export function joined(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join('\n\n')
}

/** `text (address)`, or the address alone where the text says no more than that. */
export function linkAsText(text: string, href: string): string {
  const address = href.replace(/^mailto:/, '')
  return text === address || text === href || text === '' ? address : `${text} (${address})`
}

/** Puts `mark` before every line, as mail has always quoted. */
export function quoted(text: string, mark = '> '): string {
  return text
    .split('\n')
    .map((line) => (mark + line).trimEnd())
    .join('\n')
}

function blockAsText(block: Block): string {
  switch (block.type) {
    case 'paragraph':
      return inlineAsText(block.content)
    case 'heading':
      return underlined(inlineAsText(block.content), block.level)
    case 'quote':
      return quoted(joined([...block.paragraphs.map(inlineAsText), block.attribution && `— ${block.attribution}`]))
    case 'list':
      return listAsText(block)
    case 'image':
      return pictureAsText(block.alt, block.caption)
    case 'rule':
      return '* * *'
    case 'table':
      return tableAsText(block)
    case 'code':
      return quoted(block.text, '    ')
  }
}

/** What a picture says in words: its caption, else its description. */
export function pictureAsText(alt: string, ...captions: readonly (string | undefined)[]): string {
  const caption = captions.filter(Boolean).join(' ')
  const said = caption === '' ? alt : caption
  return said === '' ? '' : `[${said}]`
}

function underlined(text: string, level: number): string {
  return level === 2 ? `${text}\n${'-'.repeat(Math.min([...text].length, 72))}` : text
}

function pieceAsText(piece: Inline): string {
  switch (piece.type) {
    case 'text':
    case 'code':
      return piece.text
    case 'break':
      return '\n'
    case 'note':
      return `[${piece.number}]`
    case 'link':
      return linkAsText(inlineAsText(piece.children), piece.href)
    default:
      return inlineAsText(piece.children)
  }
}

function listAsText({ ordered, start = 1, items }: ListBlock): string {
  return items.map((item, index) => itemAsText(ordered ? `${start + index}. ` : '- ', item)).join('\n')
}

// Lines after the first hang under its text.
function itemAsText(mark: string, item: readonly Block[]): string {
  const text = item.map(blockAsText).join('\n')
  return mark + text.replaceAll('\n', `\n${' '.repeat(mark.length)}`)
}

// Columns one after the other, not padded into shape: mail is read in proportional type.
function tableAsText({ head, rows }: TableBlock): string {
  const lines = head.length === 0 ? rows : [head, ...rows]
  return lines.map((cells) => cells.map(inlineAsText).join(' | ')).join('\n')
}
