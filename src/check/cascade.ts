import { inlineStyle } from './inline.ts'
import type { CheckedMail } from './mail.ts'
import { attribute, type Element } from './page.ts'
import { readSelector, type Selector } from './selector.ts'
import type { Declaration, StyleRule } from './style.ts'

export type Scheme = 'light' | 'dark'

/** What decides about one element, by property: the value that wins. */
export type Cascade = (element: Element) => ReadonlyMap<string, string>

/** A style that says what an element is in one scheme, and the selectors in it that only a browser could tell about. */
export type SchemeStyle = { readonly cascade: Cascade; readonly unclear: readonly string[] }

// A mail on a wide screen; what is for narrow ones changes sizes, not colours.
const WIDTH = 800

/** The styles of a mail in a scheme: attributes, `style` attributes and style blocks, by the rules of the cascade. */
export function schemeStyle({ styles }: Pick<CheckedMail, 'styles'>, scheme: Scheme): SchemeStyle {
  const unclear: string[] = []
  const rules = styles.rules
    .filter(({ inside }) => inside.every((atRule) => applies(atRule, scheme)))
    .flatMap((rule) =>
      rule.selectors.flatMap((text) => {
        const selector = readSelector(text)
        if (selector === null && rule.declarations.some(({ property }) => COLORS.has(property))) unclear.push(text)
        return selector === null ? [] : [{ selector, declarations: rule.declarations }]
      }),
    )
    .sort((a, b) => compare(a.selector, b.selector))
  return { cascade: (element) => winning(element, rules), unclear }
}

/** Whether any style of a mail is for dark screens. */
export function hasDarkStyle(rules: readonly StyleRule[]): boolean {
  return rules.some(({ inside }) => inside.some((atRule) => DARK.test(atRule)))
}

const DARK = /prefers-color-scheme\s*:\s*dark/i
const COLORS: ReadonlySet<string> = new Set(['color', 'background', 'background-color', 'background-image'])

function applies(atRule: string, scheme: Scheme): boolean {
  if (!/^@media\b/i.test(atRule)) return true
  return atRule
    .slice('@media'.length)
    .split(',')
    .some((query) => queryHolds(query, scheme))
}

function queryHolds(query: string, scheme: Scheme): boolean {
  if (/\bprint\b|\bnot\b/i.test(query)) return false
  const asked = /prefers-color-scheme\s*:\s*(\w+)/i.exec(query)?.[1]?.toLowerCase()
  if (asked !== undefined && asked !== scheme) return false
  const [most, least] = [/max-width\s*:\s*([\d.]+)/i, /min-width\s*:\s*([\d.]+)/i].map(
    (width) => width.exec(query)?.[1],
  )
  return WIDTH <= Number(most ?? WIDTH) && WIDTH >= Number(least ?? 0)
}

type Applied = { readonly selector: Selector; readonly declarations: readonly Declaration[] }

function winning(element: Element, rules: readonly Applied[]): ReadonlyMap<string, string> {
  const matching = rules.filter(({ selector }) => selector.matches(element)).flatMap(({ declarations }) => declarations)
  const inline = inlineStyle(element)
  const bgcolor = attribute(element, 'bgcolor')
  const color = element.tagName === 'font' ? attribute(element, 'color') : undefined
  const won = new Map<string, string>()
  if (bgcolor !== undefined) won.set('background-color', bgcolor)
  if (color !== undefined) won.set('color', color)
  for (const important of [false, true]) {
    for (const { property, value, isImportant } of [...matching, ...inline]) {
      if (isImportant !== important) continue
      won.set(property, value)
      // The shorthand sets the colour too, and takes a picture away.
      if (property === 'background') {
        won.set('background-color', colorIn(value))
        won.delete('background-image')
      }
    }
  }
  return won
}

function colorIn(background: string): string {
  return /(?:^|\s)(#[0-9a-f]{3,8}|(?:rgb|hsl)a?\([^)]*\)|[a-z]+)(?=\s|$)/i.exec(background)?.[1] ?? 'transparent'
}

function compare(a: Selector, b: Selector): number {
  const place = a.specificity.findIndex((value, at) => value !== b.specificity[at])
  return place === -1 ? 0 : (a.specificity[place] ?? 0) - (b.specificity[place] ?? 0)
}
