import { excerpt, shortenedTo } from './excerpt.ts'
import type { ArticleProps, Block, Inline, IssueProps } from './props.ts'
import {
  blockBytes,
  frameBytes,
  inlineBytes,
  itemBytes,
  quotedBytes,
  rowBytes,
  storyBytes,
  sum,
  textBytes,
} from './size.ts'
import { inlineAsText } from './text.ts'

/** A note and the number by which the text points at it. */
export type Note = { readonly number: number; readonly blocks: readonly Block[] }

/** What a mail shows of an article: all of it, an excerpt because that was asked for, or as much as there is room for. */
export type Shown = {
  readonly kind: 'whole' | 'excerpt' | 'cut'
  readonly blocks: readonly Block[]
  readonly notes: readonly Note[]
}

/** What a mail shows of an issue; `hidden` is how many of the other articles there was no room for. */
export type Plan = { readonly lead: Shown; readonly others: readonly ArticleProps[]; readonly hidden: number }

/** The most bytes of a filled mail: beyond about 100 KB Gmail cuts a mail off wherever that happens to be. */
export const HTML_LIMIT = 80_000
/** The plain-text part is complete up to here. */
export const TEXT_LIMIT = 240_000

// Head, style block, masthead and footer with addresses of 200 characters.
const PAGE_BYTES = 13_000

/** What fits into a mail of `limit` bytes; `habit` decides for issues that do not say how much they show. */
export function planOf(props: IssueProps, habit: 'full' | 'excerpt', limit = HTML_LIMIT): Plan {
  const { newsletter, issue, articles } = props
  const [lead, ...rest] = articles
  const room = limit - PAGE_BYTES - pageTexts(newsletter, issue) - frameBytes(lead)
  const extent = issue.excerpt ?? habit
  // An excerpt makes do with what the rows leave.
  const others = fitting(rest, extent === 'excerpt' ? room * 0.8 : room / 2, storyBytes)
  const blocksRoom = Math.max(0, room - sum(others, storyBytes))
  return {
    lead: shownOf(lead, extent, blocksRoom),
    others,
    hidden: rest.length - others.length,
  }
}

function pageTexts(newsletter: IssueProps['newsletter'], issue: IssueProps['issue']): number {
  const { branding, name, homepage, senderName, postalAddress, reason } = newsletter
  const texts = [name, homepage, senderName, postalAddress, reason, branding?.footer, branding?.logo?.src, issue.date]
  return sum(texts, textBytes) + 2 * textBytes(issue.subject) + textBytes(excerpt(issue.preheader, 110).text)
}

/** The beginning of an article's text that fits into `room` bytes, or less when an excerpt will do. */
export function shownOf(article: ArticleProps, extent: 'full' | 'excerpt', room: number): Shown {
  const wanted = extent === 'full' ? article.blocks : openingOf(article.blocks)
  const all = (article.notes ?? []).map((blocks, index) => ({ number: index + 1, blocks }))
  const notesRoom = Math.min(sum(all, noteBytes), room / 4)
  const blocks = fittingBlocks(wanted, room - notesRoom)
  const mentioned = mentionedIn(blocks)
  const due = all.filter(({ number }) => mentioned.has(number))
  const notes = fitting(due, notesRoom, noteBytes)
  if (blocks !== wanted || notes.length < due.length) return { kind: 'cut', blocks, notes }
  return { kind: wanted.length < article.blocks.length ? 'excerpt' : 'whole', blocks, notes }
}

const PARAGRAPHS = 3
const PIECES = 6

/** What an excerpt shows: three paragraphs, with what stands between them. */
function openingOf(blocks: readonly Block[]): readonly Block[] {
  const third = blocks.flatMap((block, index) => (block.type === 'paragraph' ? [index] : []))[PARAGRAPHS - 1]
  const first = blocks.slice(0, Math.min(PIECES, (third ?? blocks.length) + 1))
  // Better to end with a section than to begin one.
  const section = first.findIndex(({ type }, index) => type === 'heading' && index >= PARAGRAPHS - 1)
  const opening = withoutLooseEnd(section === -1 ? first : first.slice(0, section))
  return opening.length === 0 ? blocks.slice(0, 1) : opening
}

function fittingBlocks(blocks: readonly Block[], room: number): readonly Block[] {
  const whole = fitting(blocks, room, blockBytes)
  if (whole.length === blocks.length) return blocks
  const left = room - sum(whole, blockBytes)
  const next = blocks[whole.length]
  // The cut falls between blocks, unless that would leave the better half of the mail empty.
  const part = next && left > room / 2 ? shortened(next, left) : undefined
  return part ? [...whole, part] : withoutLooseEnd(whole)
}

// A heading, a line or a colon that nothing follows.
function withoutLooseEnd(blocks: readonly Block[]): readonly Block[] {
  return blocks.slice(0, blocks.findLastIndex((block) => !announces(block)) + 1)
}

function announces(block: Block): boolean {
  if (block.type === 'paragraph') return /[:：]\s*$/.test(inlineAsText(block.content))
  return block.type === 'heading' || block.type === 'rule'
}

/** As much of one block as fits into `room`; undefined where that is nothing. */
function shortened(block: Block, room: number): Block | undefined {
  const beside = (empty: Block) => room - blockBytes(empty)
  switch (block.type) {
    case 'paragraph': {
      const content = shortenedText(block.content, beside({ ...block, content: [] }))
      return content.length === 0 ? undefined : { ...block, content }
    }
    case 'quote': {
      const paragraphs = fitting(block.paragraphs, beside({ ...block, paragraphs: [] }), quotedBytes)
      return paragraphs.length === 0 ? undefined : { ...block, paragraphs }
    }
    case 'list': {
      const items = fitting(block.items, beside({ ...block, items: [] }), itemBytes)
      return items.length === 0 ? undefined : { ...block, items }
    }
    case 'table': {
      const rows = fitting(block.rows, beside({ ...block, rows: [] }), rowBytes)
      return rows.length === 0 ? undefined : { ...block, rows }
    }
    case 'code': {
      const lines = fitting(block.text.split('\n'), beside({ ...block, text: '' }), (line) => textBytes(line) + 1)
      return { ...block, text: lines.join('\n') }
    }
    default:
      return undefined
  }
}

function shortenedText(content: readonly Inline[], room: number): readonly Inline[] {
  const whole = fitting(content, room, (piece) => inlineBytes([piece]))
  const next = content[whole.length]
  if (next?.type !== 'text') return whole
  const text = wordsWithin(next.text, room - inlineBytes(whole))
  return text === '' ? whole : [...whole, { type: 'text', text }]
}

function wordsWithin(text: string, room: number): string {
  const head = text.slice(0, Math.max(0, room))
  // What is left after each cut grows denser or thinner in bytes, never by much: it takes a few.
  for (let length = head.length - 1; length > 1; length = Math.floor(length * 0.9)) {
    const words = shortenedTo(head, length)
    if (textBytes(words) <= room) return words
  }
  return ''
}

function noteBytes({ blocks }: Note): number {
  return 900 + sum(blocks, blockBytes)
}

/** The first of `items`, as many as fit into `room`; all of them come back as they are. */
function fitting<T>(items: readonly T[], room: number, bytes: (item: T) => number): readonly T[] {
  let used = 0
  const end = items.findIndex((item) => {
    used += bytes(item)
    return used > room
  })
  return end === -1 ? items : items.slice(0, end)
}

/** The numbers of all notes that a text points at. */
function mentionedIn(blocks: readonly Block[]): ReadonlySet<number> {
  const numbers = new Set<number>()
  const read = (part: unknown): void => {
    if (Array.isArray(part)) part.forEach(read)
    else if (isRecord(part)) {
      if (part.type === 'note' && typeof part.number === 'number') numbers.add(part.number)
      Object.values(part).forEach(read)
    }
  }
  read(blocks)
  return numbers
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
