import { classesOf } from './inline.ts'
import { attribute, type Element } from './page.ts'

/** How specific a selector is: ids, classes and attributes, types. */
export type Specificity = readonly [number, number, number]

/** A selector that can be held against an element without a browser. */
export type Selector = { readonly specificity: Specificity; matches(element: Element): boolean }

/** Reads a selector of types, classes, ids, attributes, descendants and children. Null: anything else. */
export function readSelector(text: string): Selector | null {
  const parts = text
    .replace(/\s*>\s*/g, ' > ')
    .trim()
    .split(/\s+/)
  const steps = parts.filter((part) => part !== '>').map(readCompound)
  const [last, ...before] = steps.filter((step) => step !== null).reverse()
  if (last === undefined || before.length + 1 !== steps.length) return null
  const isChild = parts.flatMap((part, at) => (part === '>' ? [] : [parts[at - 1] === '>'])).reverse()
  const total = steps.reduce<Specificity>((sum, step) => addUp(sum, step?.specificity ?? NONE), NONE)
  return {
    specificity: total,
    matches: (element) => last.matches(element) && isAround(element, before, isChild),
  }
}

/** Whether the steps that stand before one in a selector, the nearest first, are found around an element. */
function isAround(element: Element, steps: readonly Selector[], isChild: readonly boolean[]): boolean {
  const [step, ...further] = steps
  if (step === undefined) return true
  for (let at = element.parentNode; at !== null && 'tagName' in at; at = at.parentNode) {
    if (step.matches(at) && isAround(at, further, isChild.slice(1))) return true
    if (isChild[0]) return false
  }
  return false
}

const COMPOUND = /^([a-z][a-z0-9-]*|\*)?((?:[.#][\w-]+|\[[\w-]+(?:="?[^"\]]*"?)?\]|:root)*)$/i
const PART = /[.#][\w-]+|\[[^\]]+\]|:root/g
const NONE: Specificity = [0, 0, 0]

function readCompound(text: string): Selector | null {
  const match = COMPOUND.exec(text)
  if (match === null || text === '') return null
  const type = match[1]?.toLowerCase()
  const parts = (match[2] ?? '').match(PART) ?? []
  const ids = parts.filter((part) => part.startsWith('#')).length
  return {
    specificity: [ids, parts.length - ids, type === undefined || type === '*' ? 0 : 1],
    matches: (element) =>
      (type === undefined || type === '*' || element.tagName === type) && parts.every((part) => holds(part, element)),
  }
}

function holds(part: string, element: Element): boolean {
  if (part === ':root') return element.tagName === 'html'
  if (part.startsWith('#')) return attribute(element, 'id') === part.slice(1)
  if (part.startsWith('.')) return classesOf(element).has(part.slice(1))
  const [name = '', value] = part.slice(1, -1).split('=')
  const given = attribute(element, name)
  return value === undefined ? given !== undefined : given === value.replaceAll('"', '')
}

function addUp(one: Specificity, other: Specificity): Specificity {
  return [one[0] + other[0], one[1] + other[1], one[2] + other[2]]
}
