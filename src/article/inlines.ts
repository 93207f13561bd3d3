import type { Html, Link, LinkReference, PhrasingContent, Text } from 'mdast'
import type { Inline } from './article.ts'
import { withoutControls } from './clean.ts'
import { type Conversion, shown } from './conversion.ts'
import { startTag, wrapped } from './html-nodes.ts'

// Marks inside each other beyond this add nothing a reader could see.
const MAX_MARKS = 6
// Elements whose text is not for reading.
const UNREADABLE = /^<(script|style|iframe|object|noscript|template|svg|math|textarea|title|xmp)\b/i

/** Running text from Markdown. Raw HTML goes, the text between tags stays; links that may not be followed become text. */
export function inlinesOf(nodes: readonly PhrasingContent[], conversion: Conversion, depth = 0): Inline[] {
  const inlines: Inline[] = []
  for (const node of withElements(readable(nodes, conversion), conversion))
    inlines.push(...inlineOf(node, conversion, depth))
  return inlines
}

function inlineOf(node: PhrasingContent, conversion: Conversion, depth: number): Inline[] {
  switch (node.type) {
    case 'text':
      return text(withoutExpressions(node, conversion))
    case 'inlineCode':
      return text(node.value, 'code')
    case 'break':
      return [{ type: 'break' }]
    case 'html':
      return isLineBreak(node) ? [{ type: 'break' }] : []
    case 'emphasis':
      return marked('em', node.children, conversion, depth)
    case 'strong':
      return marked('strong', node.children, conversion, depth)
    case 'delete':
      return marked('strike', node.children, conversion, depth)
    case 'link':
      return linked(node, node.url, conversion, depth)
    case 'linkReference':
      return linked(node, conversion.definition(node.identifier)?.url ?? '', conversion, depth)
    case 'footnoteReference': {
      const number = conversion.footnoteNumber(node.identifier)
      return number === undefined ? [] : [{ type: 'note', number }]
    }
    case 'image':
    case 'imageReference':
      conversion.warn(node, 'image inside other text left out, its description stays')
      return text(node.alt ?? '')
    default:
      return []
  }
}

function marked(
  type: 'em' | 'strong' | 'strike',
  nodes: readonly PhrasingContent[],
  conversion: Conversion,
  depth: number,
): Inline[] {
  const children = inlinesOf(nodes, conversion, depth + 1)
  return children.length === 0 || depth >= MAX_MARKS ? children : [{ type, children }]
}

function linked(node: Link | LinkReference, address: string, conversion: Conversion, depth: number): Inline[] {
  const children = inlinesOf(node.children, conversion, depth + 1)
  const href = conversion.href(node, address)
  return href === null || children.length === 0 || depth >= MAX_MARKS ? children : [{ type: 'link', href, children }]
}

function text(value: string, type: 'text' | 'code' = 'text'): Inline[] {
  const clean = withoutControls(value).replaceAll('\n', ' ')
  return clean === '' ? [] : [{ type, text: clean }]
}

function isLineBreak(node: Html): boolean {
  return /^<br\s*\/?>$/i.test(node.value)
}

type Opened = {
  readonly name: string
  readonly attribute: (name: string) => string
  readonly node: Html
  readonly outside: PhrasingContent[]
}

/** The nodes with what Markdown has for the elements of HTML among them: links, marks, pictures. */
function withElements(nodes: readonly PhrasingContent[], conversion: Conversion): PhrasingContent[] {
  const open: Opened[] = []
  let inside: PhrasingContent[] = []
  for (const node of nodes) {
    const end = node.type === 'html' ? /^<\/([a-z][a-z0-9]*)\s*>$/i.exec(node.value)?.[1]?.toLowerCase() : undefined
    const begun = open.findLastIndex(({ name }) => name === end)
    if (begun >= 0) {
      // What was opened inside and not closed is taken for text.
      for (const { outside } of open.splice(begun + 1).reverse()) inside = [...outside, ...inside]
      const [element] = open.splice(begun)
      if (element === undefined) continue
      const { name, attribute, outside } = element
      inside = [...outside, ...(wrapped(name, attribute, inside, element.node.position) ?? inside)]
    } else if (node.type !== 'html' || isLineBreak(node)) inside.push(node)
    else {
      const tag = open.length < MAX_MARKS ? startTag(node.value) : undefined
      if (tag?.name === 'img') inside.push(pictureOf(tag.attribute, node))
      else if (tag !== undefined && wrapped(tag.name, tag.attribute, [], undefined) !== undefined) {
        open.push({ ...tag, node, outside: inside })
        inside = []
      } else if (end === undefined && !UNREADABLE.test(node.value)) warnOfHtml(node, conversion)
    }
  }
  return [...open.flatMap(({ outside }) => outside), ...inside]
}

function pictureOf(attribute: (name: string) => string, { position }: Html): PhrasingContent {
  return { type: 'image', url: attribute('src'), alt: attribute('alt'), title: attribute('title'), position }
}

const EXPRESSION_LINK = /\[([^[\]]*)\]\(\s*(?:\{\{[^}]*\}\}|\{%[^%]*%\})[^()]*\)/g
const EXPRESSION = /\{\{[^{}]*\}\}|\{%[^%]*%\}/

/**
 * What a site generator would have filled in cannot be: a link to it becomes its text, as `[text]({{ … }})` is none in
 * Markdown; anything else stays as it is, with a warning.
 */
function withoutExpressions(node: Text, conversion: Conversion): string {
  const value = node.value.replace(EXPRESSION_LINK, (link, words: string) => {
    conversion.warn(
      node,
      `link left out, its text stays: ${shown(link.slice(words.length + 2))} is a template expression`,
    )
    return words
  })
  const expression = EXPRESSION.exec(value)?.[0]
  if (expression !== undefined) conversion.warn(node, `a template expression stays as text: ${shown(expression)}`)
  return value
}

/** The nodes without what stands between <script> and </script> and the like, which is said. */
function readable(nodes: readonly PhrasingContent[], conversion: Conversion): PhrasingContent[] {
  let inside: string | undefined
  return nodes.filter((node) => {
    if (node.type !== 'html') return inside === undefined
    if (inside === undefined) {
      inside = UNREADABLE.exec(node.value)?.[1]
      if (inside !== undefined) warnOfHtml(node, conversion)
    } else if (node.value.toLowerCase().startsWith(`</${inside.toLowerCase()}`)) inside = undefined
    return true
  })
}

/** Says what was done with HTML; comments go without a word. */
export function warnOfHtml(node: Html, conversion: Conversion, done = 'left out'): void {
  const withoutComments = node.value.replace(/<!--.*?(?:-->|$)/gs, '')
  if (withoutComments.trim() !== '') conversion.warn(node, `HTML ${done}: ${shown(withoutComments)}`)
}
