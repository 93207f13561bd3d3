import { attribute, type Element } from './page.ts'
import { type Declaration, readDeclarations } from './style.ts'

/** The declarations of an element's own `style`. Read once: many rules ask. */
export function inlineStyle(element: Element): readonly Declaration[] {
  let known = STYLES.get(element)
  if (known === undefined) {
    known = readDeclarations(attribute(element, 'style') ?? '')
    STYLES.set(element, known)
  }
  return known
}

/** The classes of an element. */
export function classesOf(element: Element): ReadonlySet<string> {
  let known = CLASSES.get(element)
  if (known === undefined) {
    known = new Set((attribute(element, 'class') ?? '').split(/\s+/))
    CLASSES.set(element, known)
  }
  return known
}

const STYLES = new WeakMap<Element, readonly Declaration[]>()
const CLASSES = new WeakMap<Element, ReadonlySet<string>>()
