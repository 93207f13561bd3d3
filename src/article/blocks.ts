import type {
  Blockquote,
  Code,
  Html,
  Image,
  ImageReference,
  List,
  ListItem,
  Paragraph,
  PhrasingContent,
  RootContent,
  Table,
} from 'mdast'
import type { Block, Inline } from './article.ts'
import { withoutControls } from './clean.ts'
import type { Conversion } from './conversion.ts'
import { nodesOfHtml } from './html-nodes.ts'
import { inlinesOf, warnOfHtml } from './inlines.ts'
import { plainText } from './text.ts'

const MAX_LISTS = 5
const MAX_COLUMNS = 20

/** The blocks of Markdown nodes that stand at the same level. `lists` counts the lists around them. */
export function blocksOf(nodes: readonly RootContent[], conversion: Conversion, lists = 0): Block[] {
  return nodes.flatMap((node) => blockOf(node, conversion, lists))
}

function blockOf(node: RootContent, conversion: Conversion, lists: number): Block[] {
  switch (node.type) {
    case 'paragraph':
      return paragraphBlocks(node, conversion)
    case 'heading': {
      const level = conversion.level(node.depth)
      return ifText(inlinesOf(node.children, conversion), (content) => ({ type: 'heading', level, content }))
    }
    case 'blockquote':
      return quoteBlocks(node, conversion, lists)
    case 'list':
      return listBlocks(node, conversion, lists)
    case 'table':
      return tableBlocks(node, conversion)
    case 'code':
      return codeBlocks(node)
    case 'thematicBreak':
      return [{ type: 'rule' }]
    case 'html':
      return htmlBlocks(node, conversion, lists)
    default:
      return []
  }
}

/** Pictures leave the paragraph they stand in and follow it. */
function paragraphBlocks(node: Paragraph, conversion: Conversion): Block[] {
  const pictures = node.children.map((child) => ({ child, image: imageIn(child) }))
  const words = pictures.flatMap(({ child, image }) => (image ? [] : [child]))
  return [
    ...ifText(inlinesOf(words, conversion), (content) => ({ type: 'paragraph', content })),
    ...pictures.flatMap(({ image }) => (image ? imageBlocks(image, conversion) : [])),
  ]
}

/** The picture a node is, alone or as the only thing in a link. */
function imageIn(node: PhrasingContent): Image | ImageReference | undefined {
  if (node.type === 'image' || node.type === 'imageReference') return node
  const [only, more] = node.type === 'link' || node.type === 'linkReference' ? node.children : []
  return only && !more ? imageIn(only) : undefined
}

function imageBlocks(node: Image | ImageReference, conversion: Conversion): Block[] {
  const { url, title } = node.type === 'image' ? node : (conversion.definition(node.identifier) ?? { url: '' })
  const found = conversion.picture(node, url)
  if (found === null) return []
  const { kind, ...picture } = found
  return [{ type: 'image', ...picture, alt: node.alt ?? '', ...(title?.trim() ? { caption: title } : {}) }]
}

/** What a piece of HTML says; its elements go. */
function htmlBlocks(node: Html, conversion: Conversion, lists: number): Block[] {
  const nodes = nodesOfHtml(node.value, node.position)
  warnOfHtml(node, conversion, nodes.length > 0 ? 'taken for what it says' : 'left out')
  return blocksOf(nodes, conversion, lists)
}

/** A quote holds paragraphs only: whatever else stands in it follows or parts it, quotes in quotes are joined to it. */
function quoteBlocks(node: Blockquote, conversion: Conversion, lists: number): Block[] {
  const blocks: Block[] = []
  let paragraphs: (readonly Inline[])[] = []
  const close = () => {
    if (paragraphs.length > 0) blocks.push(quoteOf(paragraphs))
    paragraphs = []
  }
  for (const block of blocksOf(withAttributionApart(node.children), conversion, lists)) {
    if (block.type === 'paragraph') paragraphs.push(block.content)
    else if (block.type === 'quote') paragraphs.push(...block.paragraphs)
    else {
      close()
      blocks.push(block)
    }
  }
  close()
  return blocks
}

const DASH = /^\s*(?:—|–|―|--)\s*(?=\S|$)/

/** A last paragraph that begins with a dash says who is quoted. */
function quoteOf(paragraphs: readonly (readonly Inline[])[]): Block {
  const last = plainText(paragraphs.at(-1) ?? [])
  if (paragraphs.length < 2 || !DASH.test(last) || last.includes('\n')) return { type: 'quote', paragraphs }
  return { type: 'quote', paragraphs: paragraphs.slice(0, -1), attribution: last.replace(DASH, '') }
}

/** Makes a paragraph of its own of a last line that begins with a dash. */
function withAttributionApart(nodes: readonly RootContent[]): readonly RootContent[] {
  const last = nodes.at(-1)
  if (last?.type !== 'paragraph') return nodes
  const at = last.children.findLastIndex(
    (child) => child.type === 'break' || (child.type === 'text' && child.value.includes('\n')),
  )
  const child = last.children[at]
  const after = last.children.slice(at + 1)
  if (child?.type === 'break' && after[0]?.type === 'text' && DASH.test(after[0].value)) {
    return [...nodes.slice(0, -1), { ...last, children: last.children.slice(0, at) }, { ...last, children: after }]
  }
  if (child?.type !== 'text') return nodes
  const end = child.value.lastIndexOf('\n')
  const line = child.value.slice(end + 1)
  if (!DASH.test(line)) return nodes
  const before = [...last.children.slice(0, at), { ...child, value: child.value.slice(0, end) }]
  return [
    ...nodes.slice(0, -1),
    { ...last, children: before },
    { ...last, children: [{ ...child, value: line }, ...after] },
  ]
}

function listBlocks(node: List, conversion: Conversion, lists: number): Block[] {
  if (lists >= MAX_LISTS) {
    conversion.fault(node, `expected at most ${MAX_LISTS} lists inside each other`)
    return []
  }
  const items = node.children.map((item) => itemBlocks(item, conversion, lists + 1)).filter((item) => item.length > 0)
  if (items.length === 0) return []
  const start = node.ordered && typeof node.start === 'number' && node.start !== 1 ? { start: node.start } : {}
  return [{ type: 'list', ordered: node.ordered ?? false, ...start, items }]
}

function itemBlocks(item: ListItem, conversion: Conversion, lists: number): Block[] {
  const blocks = blocksOf(item.children, conversion, lists)
  const [first, ...rest] = blocks
  if (typeof item.checked !== 'boolean' || first?.type !== 'paragraph') return blocks
  const box: Inline = { type: 'text', text: item.checked ? '☑ ' : '☐ ' }
  return [{ ...first, content: [box, ...first.content] }, ...rest]
}

function tableBlocks(node: Table, conversion: Conversion): Block[] {
  const [head, ...rows] = node.children
  const columns = head?.children.length ?? 0
  if (columns > MAX_COLUMNS) conversion.fault(node, `expected at most ${MAX_COLUMNS} columns, found ${columns}`)
  if (!head || columns > MAX_COLUMNS) return []
  const cells = (row: typeof head) =>
    Array.from({ length: columns }, (_, column) => inlinesOf(row.children[column]?.children ?? [], conversion))
  const align = Array.from({ length: columns }, (_, column) => node.align?.[column] ?? null)
  return [{ type: 'table', head: cells(head), rows: rows.map(cells), ...(align.some(Boolean) ? { align } : {}) }]
}

function codeBlocks(node: Code): Block[] {
  const text = withoutControls(node.value).trimEnd()
  if (text === '') return []
  return [{ type: 'code', text, ...(node.lang ? { language: node.lang } : {}) }]
}

function ifText(inlines: readonly Inline[], make: (content: readonly Inline[]) => Block): Block[] {
  const content = trimmed(inlines)
  return content.length === 0 ? [] : [make(content)]
}

/** Without breaks at the ends, where left-out HTML and pictures leave them. */
function trimmed(inlines: readonly Inline[]): readonly Inline[] {
  const isText = (inline: Inline) => inline.type === 'note' || plainText([inline]).trim() !== ''
  const first = inlines.findIndex(isText)
  return first < 0 ? [] : inlines.slice(first, inlines.findLastIndex(isText) + 1)
}
