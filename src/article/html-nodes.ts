import type { ListItem, PhrasingContent, RootContent, TableRow } from 'mdast'
import { type DefaultTreeAdapterTypes, parseFragment, html as spec } from 'parse5'

/**
 * What a piece of HTML says, as the nodes that Markdown has for it: texts, headings, lists, tables, links, pictures.
 * All else is gone: scripts and styles with what is in them, any other element but for its text. What the nodes hold
 * is as little trusted as that of any other: `blocksOf` decides. They stand at `position`.
 */
export function nodesOfHtml(html: string, position: RootContent['position']): RootContent[] {
  return blocks(parseFragment(html).childNodes, { position, depth: 0 })
}

/** The element that a single start tag opens, with its attributes; undefined when it is none. */
export function startTag(
  html: string,
): { readonly name: string; readonly attribute: (name: string) => string } | undefined {
  const [node] = parseFragment(html).childNodes
  return node !== undefined && isElement(node) ? { name: node.tagName, attribute: attributesOf(node) } : undefined
}

type HtmlNode = DefaultTreeAdapterTypes.ChildNode
type Element = DefaultTreeAdapterTypes.Element
type At = { readonly position: RootContent['position']; readonly depth: number }

/** How deep elements are looked into; of what is deeper, the text is taken. */
const MAX_DEPTH = 30

// Their text is not for reading, or is a control's and not the article's.
const UNREADABLE = new Set([
  ...['script', 'style', 'iframe', 'object', 'embed', 'noscript', 'noembed', 'noframes', 'template', 'textarea'],
  ...['title', 'xmp', 'select', 'option', 'button', 'datalist', 'audio', 'video', 'canvas', 'plaintext', 'head'],
])
const BLOCKS = new Set([
  ...['p', 'div', 'section', 'article', 'aside', 'header', 'footer', 'main', 'nav', 'figure', 'figcaption', 'address'],
  ...['center', 'details', 'summary', 'dl', 'dt', 'dd', 'form', 'fieldset', 'legend', 'hgroup', 'search', 'dialog'],
  ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'blockquote', 'ul', 'ol', 'menu', 'li', 'hr', 'pre', 'table', 'caption'],
  ...['thead', 'tbody', 'tfoot', 'tr', 'td', 'th', 'listing'],
])

function isElement(node: HtmlNode): node is Element {
  return 'tagName' in node
}

/** Elements of SVG and MathML have names of their own, also `title` and `style`: none of them is read. */
function isReadable(node: HtmlNode): boolean {
  if (node.nodeName === '#text') return true
  return isElement(node) && node.namespaceURI === spec.NS.HTML && !UNREADABLE.has(node.tagName)
}

/** Whether a node is a block, or holds one. */
function isBlock(node: HtmlNode, depth = 0): node is Element {
  if (!isElement(node) || depth > MAX_DEPTH) return false
  return BLOCKS.has(node.tagName) || node.childNodes.some((child) => isReadable(child) && isBlock(child, depth + 1))
}

/** Blocks as they are, and what stands between them as paragraphs. */
function blocks(nodes: readonly HtmlNode[], at: At): RootContent[] {
  const found: RootContent[] = []
  let line: HtmlNode[] = []
  const close = () => {
    const children = trimmed(phrases(line, at))
    if (textOf(line).trim() !== '' || children.some((child) => child.type === 'image')) {
      found.push({ type: 'paragraph', children, position: at.position })
    }
    line = []
  }
  for (const node of nodes) {
    if (!isReadable(node)) continue
    if (isBlock(node)) {
      close()
      found.push(...blocksOfElement(node, { ...at, depth: at.depth + 1 }))
    } else line.push(node)
  }
  close()
  return found
}

function trimmed(nodes: readonly PhrasingContent[]): PhrasingContent[] {
  return nodes.map((node, index) => {
    if (node.type !== 'text') return node
    const value = index === 0 ? node.value.trimStart() : node.value
    return { ...node, value: index === nodes.length - 1 ? value.trimEnd() : value }
  })
}

function blocksOfElement(element: Element, at: At): RootContent[] {
  const { tagName, childNodes } = element
  const { position } = at
  if (at.depth > MAX_DEPTH) return paragraphs(textOf([element]), position)
  switch (tagName) {
    case 'h1':
    case 'h2':
    case 'h3':
    case 'h4':
    case 'h5':
    case 'h6': {
      const depth = HEADINGS[tagName]
      return [{ type: 'heading', depth, children: trimmed(phrases(childNodes, at)), position }]
    }
    case 'hr':
      return [{ type: 'thematicBreak', position }]
    case 'pre':
    case 'listing':
      return [{ type: 'code', value: textOf(childNodes), position }]
    case 'blockquote':
      return [{ type: 'blockquote', children: blocks(childNodes, at).filter(isFlow), position }]
    case 'ul':
    case 'ol':
    case 'menu':
      return listOf(element, at)
    case 'table':
      return tableOf(element, at)
    default:
      return blocks(childNodes, at)
  }
}

const HEADINGS = { h1: 1, h2: 2, h3: 3, h4: 4, h5: 5, h6: 6 } as const

type Flow = ListItem['children'][number]

function isFlow(node: RootContent): node is Flow {
  return node.type !== 'listItem' && node.type !== 'tableRow' && node.type !== 'tableCell' && node.type !== 'yaml'
}

function listOf({ tagName, childNodes, attrs }: Element, at: At): RootContent[] {
  const { position } = at
  const children = childNodes
    .filter(isReadable)
    .map(
      (node): ListItem => ({
        type: 'listItem',
        children: (isElement(node) && node.tagName === 'li' ? blocks(node.childNodes, at) : blocks([node], at)).filter(
          isFlow,
        ),
        position,
      }),
    )
    .filter((item) => item.children.length > 0)
  const start = Number(attrs.find(({ name }) => name === 'start')?.value ?? 1)
  const first = Number.isInteger(start) && start >= 0 && start < 1e9 ? start : 1
  return children.length === 0 ? [] : [{ type: 'list', ordered: tagName === 'ol', start: first, children, position }]
}

/** A table of texts; one that arranges blocks, as pages once did, comes apart into them. */
function tableOf(table: Element, at: At): RootContent[] {
  const parts = table.childNodes.filter(isElement)
  const rows = parts.flatMap((part) => (part.tagName === 'tr' ? [part] : part.childNodes.filter(isRow)))
  const cells = rows.map((row) => row.childNodes.filter(isElement).filter(isReadable))
  const captions = parts
    .filter(({ tagName }) => tagName === 'caption')
    .flatMap((caption) => blocks(caption.childNodes, at))
  if (cells.some((row) => row.some((cell) => cell.childNodes.some((child) => isReadable(child) && isBlock(child))))) {
    return [...captions, ...cells.flat().flatMap((cell) => blocks(cell.childNodes, at))]
  }
  const { position } = at
  const children = cells
    .filter((row) => row.length > 0)
    .map(
      (row): TableRow => ({
        type: 'tableRow',
        children: row.map((cell) => ({ type: 'tableCell', children: trimmed(phrases(cell.childNodes, at)), position })),
        position,
      }),
    )
  return [...captions, ...(children.length === 0 ? [] : [{ type: 'table', children, position } as const])]
}

function isRow(node: HtmlNode): node is Element {
  return isElement(node) && node.tagName === 'tr'
}

/** Running text. */
function phrases(nodes: readonly HtmlNode[], at: At): PhrasingContent[] {
  return nodes.filter(isReadable).flatMap((node) => phrasesOf(node, { ...at, depth: at.depth + 1 }))
}

function phrasesOf(node: HtmlNode, at: At): PhrasingContent[] {
  const { position } = at
  if (!isElement(node) || at.depth > MAX_DEPTH)
    return [{ type: 'text', value: textOf([node]).replace(/\s+/g, ' '), position }]
  const attribute = attributesOf(node)
  const children = () => phrases(node.childNodes, at)
  switch (node.tagName) {
    case 'br':
      return [{ type: 'break', position }]
    case 'img':
      return [{ type: 'image', url: attribute('src'), alt: attribute('alt'), title: attribute('title'), position }]
    case 'code':
    case 'kbd':
    case 'samp':
    case 'tt':
      return [{ type: 'inlineCode', value: textOf(node.childNodes), position }]
    case 'input':
      return []
    default:
      return wrapped(node.tagName, attribute, children(), position) ?? children()
  }
}

/** What stands between the tags of an element that marks text or links it; undefined when `name` is no such element. */
export function wrapped(
  name: string,
  attribute: (name: string) => string,
  children: PhrasingContent[],
  position: RootContent['position'],
): PhrasingContent[] | undefined {
  switch (name) {
    case 'strong':
    case 'b':
      return [{ type: 'strong', children, position }]
    case 'em':
    case 'i':
    case 'cite':
    case 'dfn':
    case 'var':
      return [{ type: 'emphasis', children, position }]
    case 'del':
    case 's':
    case 'strike':
      return [{ type: 'delete', children, position }]
    case 'q':
      return [{ type: 'text', value: '“', position }, ...children, { type: 'text', value: '”', position }]
    case 'a':
      return attribute('href') === '' ? children : [{ type: 'link', url: attribute('href'), children, position }]
    default:
      return undefined
  }
}

function attributesOf({ attrs }: Element): (name: string) => string {
  return (wanted) => attrs.find(({ name }) => name === wanted)?.value ?? ''
}

function paragraphs(text: string, position: RootContent['position']): RootContent[] {
  const children = [{ type: 'text' as const, value: text.replace(/\s+/g, ' '), position }]
  return text.trim() === '' ? [] : [{ type: 'paragraph', children, position }]
}

/** The text in nodes, of whatever depth. */
function textOf(nodes: readonly HtmlNode[]): string {
  const texts: string[] = []
  const waiting = [...nodes].reverse()
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if ('value' in node) texts.push(node.value)
    else if (isElement(node) && isReadable(node)) waiting.push(...[...node.childNodes].reverse())
  }
  return texts.join('')
}
