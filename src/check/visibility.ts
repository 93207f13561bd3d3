import { inlineStyle } from './inline.ts'
import { attribute, type Element } from './page.ts'

/** Whether one of these elements hides what is in it, by its attributes; give it and all around it. */
export function isHidden(outward: Iterable<Element>): boolean {
  for (const element of outward) {
    if (attribute(element, 'hidden') !== undefined) return true
    const style = inlineStyle(element)
    if (isHiddenBy(new Map(style.map(({ property, value }) => [property, value])))) return true
  }
  return false
}

/** Whether these values, by property, hide what is in an element. */
export function isHiddenBy(style: ReadonlyMap<string, string>): boolean {
  return [...style].some(([property, value]) => HIDING[property]?.test(value) ?? false)
}

const NOTHING = /^0+(?:\.0+)?(?:px|pt|em|rem|%)?$/
const HIDING: Readonly<Record<string, RegExp>> = {
  display: /^none$/i,
  visibility: /^(?:hidden|collapse)$/i,
  opacity: NOTHING,
  'max-height': NOTHING,
  'max-width': NOTHING,
  'font-size': /^(?:0+(?:\.\d+)?|1)px$|^0$/,
  'mso-hide': /^all$/i,
}
