import { type DefaultTreeAdapterTypes, type ParserError, parse } from 'parse5'

type Node = DefaultTreeAdapterTypes.ChildNode
export type Element = DefaultTreeAdapterTypes.Element
type Parent = DefaultTreeAdapterTypes.ParentNode

/** A page as a browser reads it, and what in it was not as it should be. */
export type Page = {
  readonly root: DefaultTreeAdapterTypes.Document
  /** Every piece of text that is not blank, in document order, but for those of scripts, styles and titles. */
  readonly texts: readonly TextPlace[]
  /** In document order. */
  readonly elements: readonly Element[]
  readonly errors: readonly ParserError[]
}

/** A piece of text that is not blank, with the element around it. */
export type TextPlace = { readonly text: string; readonly element: Element }

/** Reads html by the rules of the HTML standard. Never throws: what is broken is mended as browsers do, and listed. */
export function readPage(html: string): Page {
  const errors: ParserError[] = []
  const root = parse(html, { sourceCodeLocationInfo: true, onParseError: (error) => errors.push(error) })
  return { root, texts: [...textsIn(root)], elements: [...elementsIn(root)], errors }
}

/** The value of an attribute; undefined when it is not there. */
export function attribute(element: Element, name: string): string | undefined {
  return element.attrs.find((one) => one.name === name)?.value
}

/** Elements of any of these names, in document order. */
export function named(page: Page, ...names: readonly string[]): readonly Element[] {
  return page.elements.filter(({ tagName }) => names.includes(tagName))
}

/** The element and all around it, from the inside out. */
export function* outward(element: Element): Iterable<Element> {
  for (let at: Parent | null = element; at !== null && 'tagName' in at; at = at.parentNode) yield at
}

/** The elements inside one, at any depth. */
export function* elementsIn(parent: Parent): Iterable<Element> {
  for (const child of parent.childNodes) {
    if (!('tagName' in child)) continue
    yield child
    yield* elementsIn(child)
  }
}

/** Every piece of text inside an element that is not blank, but for those of scripts, styles and titles. */
function* textsIn(parent: Parent): Iterable<TextPlace> {
  for (const child of parent.childNodes) {
    if ('tagName' in child && !UNSEEN.has(child.tagName)) yield* textsIn(child)
    else if (isText(child) && 'tagName' in parent && visible(child.value) !== '') {
      yield { text: child.value, element: parent }
    }
  }
}

/** All text inside an element, spaces made one. */
export function textOf(parent: Parent): string {
  return visible([...textsIn(parent)].map(({ text }) => text).join(' '))
}

/** Text without what takes no place: invisible characters go, spaces become one. */
export function visible(text: string): string {
  if (PLAIN.test(text)) return text
  return text
    .replace(/\p{Cf}|\u034f|\u2800/gu, '')
    .replace(/\s+/g, ' ')
    .trim()
}

/** An element as a reader of a report finds it again: its tag with what tells it from others, shortened. */
export function shown(element: Element): string {
  const telling = TELLING.flatMap((name) => {
    const value = attribute(element, name)
    return value === undefined ? [] : [` ${name}="${cut(value, 60)}"`]
  })
  const text = cut(textOf(element), 40)
  return `html <${element.tagName}${telling.slice(0, 1).join('')}>${text === '' ? '' : ` ${text}`}`
}

/** At most `most` characters, the rest an ellipsis. */
export function cut(text: string, most: number): string {
  const characters = [...text]
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`
}

/** Printable ASCII with single spaces inside: most text of most mails. */
const PLAIN = /^[!-~]+(?: [!-~]+)*$/
const UNSEEN: ReadonlySet<string> = new Set(['script', 'style', 'title', 'template'])
const TELLING = ['href', 'src', 'alt', 'class'] as const

function isText(node: Node): node is DefaultTreeAdapterTypes.TextNode {
  return node.nodeName === '#text'
}
