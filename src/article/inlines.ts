import type { Html, Link, LinkReference, PhrasingContent } from 'mdast'
import type { Inline } from './article.ts'
import { withoutControls } from './clean.ts'
import { type Conversion, shown } from './conversion.ts'

// Marks inside each other beyond this add nothing a reader could see.
const MAX_MARKS = 6
// Elements whose text is not for reading.
const UNREADABLE = /^<(script|style|iframe|object|noscript|template|svg|math|textarea|title|xmp)\b/i

/** Running text from Markdown. Raw HTML goes, the text between tags stays; links that may not be followed become text. */
export function inlinesOf(nodes: readonly PhrasingContent[], conversion: Conversion, depth = 0): Inline[] {
  const inlines: Inline[] = []
  for (const node of readable(nodes, conversion)) inlines.push(...inlineOf(node, conversion, depth))
  return inlines
}

function inlineOf(node: PhrasingContent, conversion: Conversion, depth: number): Inline[] {
  switch (node.type) {
    case 'text':
      return text(node.value)
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
      return number === undefined ? [] : [{ type: 'text', text: `[${number}]` }]
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

/** The nodes without what stands between <script> and </script> and the like; says what HTML is left out. */
function readable(nodes: readonly PhrasingContent[], conversion: Conversion): PhrasingContent[] {
  let inside: string | undefined
  return nodes.filter((node) => {
    if (node.type !== 'html') return inside === undefined
    if (!isLineBreak(node)) warnOfHtml(node, conversion)
    if (inside === undefined) inside = UNREADABLE.exec(node.value)?.[1]
    else if (node.value.toLowerCase().startsWith(`</${inside.toLowerCase()}`)) inside = undefined
    return true
  })
}

/** Says that HTML was left out; comments go without a word. */
export function warnOfHtml(node: Html, conversion: Conversion): void {
  const withoutComments = node.value.replace(/<!--.*?(?:-->|$)/gs, '')
  if (withoutComments.trim() !== '') conversion.warn(node, `HTML left out: ${shown(withoutComments)}`)
}
