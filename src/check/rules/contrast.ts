import { contrast as contrastOf } from '../../../emails/color.ts'
import { hasDarkStyle, type Scheme, schemeStyle } from '../cascade.ts'
import { type Color, hexOf, over, readColor } from '../css-color.ts'
import type { CheckedMail } from '../mail.ts'
import { attribute, cut, type Element, visible } from '../page.ts'
import type { Fault, Rule } from '../rule.ts'
import { isHiddenBy } from '../visibility.ts'

// WCAG 2, level AA; large is from 24 px, or from 18.66 px in bold.
const READABLE = 4.5
const READABLE_LARGE = 3
/** Below that, hardly anybody can read it. */
const UNREADABLE = 2

export const contrast: Rule = {
  id: 'contrast',
  severity: 'warning',
  explains:
    'Text stands out from its ground by 4.5 to 1 (3 to 1 where it is large) in light and in dark; below 2 to 1 it is an error. What lies on pictures, and what apps make of colours themselves, cannot be told.',
  mend: 'Make the text darker or the ground lighter; in dark, give both a colour inside @media (prefers-color-scheme:dark).',
  find(mail) {
    return hasDarkStyle(mail.styles.rules)
      ? [...faultsIn(mail, 'light'), ...faultsIn(mail, 'dark')]
      : faultsIn(mail, 'light')
  },
}

/** What text looks like at some place. Null: it cannot be told. */
type Look = {
  readonly ink: Color | null
  readonly ground: Color | null
  readonly size: number
  readonly isBold: boolean
  readonly isHidden: boolean
}

function faultsIn(mail: CheckedMail, scheme: Scheme): readonly Fault[] {
  const { cascade, unclear } = schemeStyle(mail, scheme)
  const looks = new Map<Element, Look>()
  for (const element of mail.page.elements) {
    const parent =
      element.parentNode !== null && 'tagName' in element.parentNode ? looks.get(element.parentNode) : undefined
    looks.set(element, lookOf(element, cascade(element), parent ?? canvas(mail, scheme)))
  }
  const seen = new Map<string, Fault>()
  let untold = 0
  for (const { text, element } of mail.page.texts) {
    const look = looks.get(element)
    if (look === undefined || look.isHidden) continue
    if (look.ink === null || look.ground === null) untold++
    else addFault(seen, { ...look, ink: look.ink, ground: look.ground }, text, scheme)
  }
  return [...seen.values(), ...untoldNotes(untold, unclear, scheme)]
}

type KnownLook = Look & { readonly ink: Color; readonly ground: Color }

function addFault(
  seen: Map<string, Fault>,
  { ink, ground, size, isBold }: KnownLook,
  text: string,
  scheme: Scheme,
): void {
  const [front, back] = [hexOf(over(ink, ground)), hexOf(ground)]
  const ratio = contrastOf(front, back)
  const wanted = size >= 24 || (isBold && size >= 18.66) ? READABLE_LARGE : READABLE
  const pair = `${front} on ${back}`
  if (ratio >= wanted || seen.has(pair)) return
  seen.set(pair, {
    where: `html “${cut(visible(text), 40)}” (${scheme})`,
    message: `${pair} is ${ratio.toFixed(1)} to 1 in the ${scheme} scheme; expected ${wanted} to 1.`,
    severity: ratio < UNREADABLE ? 'error' : 'warning',
  })
}

function untoldNotes(untold: number, unclear: readonly string[], scheme: Scheme): readonly Fault[] {
  const where = `html (${scheme})`
  const texts = `${untold} ${untold === 1 ? 'piece' : 'pieces'} of text`
  return [
    ...(untold === 0
      ? []
      : [
          {
            where,
            message: `${texts} on a picture, or in a colour that only a browser knows, could not be told.`,
            severity: 'note',
          } as const,
        ]),
    ...unclear.map(
      (selector) =>
        ({ where, message: `The style of ${selector} was not taken into account.`, severity: 'note' }) as const,
    ),
  ]
}

/** What a mail lies on where it says nothing: white, or about what apps take when it says that it can be dark. */
function canvas({ styles, page }: CheckedMail, scheme: Scheme): Look {
  const declared = [
    ...page.elements.flatMap((element) =>
      attribute(element, 'name') === 'color-scheme' ? (attribute(element, 'content') ?? '') : [],
    ),
    ...styles.rules.flatMap(({ declarations }) =>
      declarations.flatMap(({ property, value }) => (property === 'color-scheme' ? value : [])),
    ),
  ]
  const isDark = scheme === 'dark' && declared.some((schemes) => /\bdark\b/i.test(schemes))
  const [ink, ground] = isDark ? ['#ffffff', '#1e1e1e'] : ['#000000', '#ffffff']
  return { ink: readColor(ink), ground: readColor(ground), size: 16, isBold: false, isHidden: false }
}

function lookOf(element: Element, own: ReadonlyMap<string, string>, around: Look): Look {
  const standard = STANDARD[element.tagName]
  const color =
    own.get('color') ?? (element.tagName === 'a' && attribute(element, 'href') !== undefined ? LINK : undefined)
  const ground = groundOf(element, own, around.ground)
  return {
    ink: color === undefined || /^(?:inherit|currentcolor|unset)$/i.test(color) ? around.ink : readColor(color),
    ground,
    size: sizeOf(own.get('font-size') ?? own.get('font'), around.size) ?? around.size * (standard?.size ?? 1),
    isBold: isBold(own.get('font-weight') ?? own.get('font')) ?? standard?.isBold ?? around.isBold,
    isHidden: around.isHidden || attribute(element, 'hidden') !== undefined || isHiddenBy(own),
  }
}

function groundOf(element: Element, own: ReadonlyMap<string, string>, around: Color | null): Color | null {
  const picture = `${own.get('background-image') ?? ''} ${own.get('background') ?? ''} ${attribute(element, 'background') ?? 'none'}`
  if (/url\(|gradient\(/i.test(picture) || attribute(element, 'background') !== undefined) return null
  const value = own.get('background-color')
  if (value === undefined || /^(?:inherit|initial|unset|none)$/i.test(value)) return around
  const color = readColor(value)
  if (color === null || color.alpha === 1) return color
  return around === null ? null : over(color, around)
}

const LINK = '#0000ee'
const STANDARD: Readonly<Record<string, { readonly size: number; readonly isBold?: true }>> = {
  h1: { size: 2, isBold: true },
  h2: { size: 1.5, isBold: true },
  h3: { size: 1.17, isBold: true },
  h4: { size: 1, isBold: true },
  th: { size: 1, isBold: true },
  b: { size: 1, isBold: true },
  strong: { size: 1, isBold: true },
  small: { size: 0.83 },
}

function sizeOf(value: string | undefined, around: number): number | null {
  const [, number, unit = ''] = /([\d.]+)(px|pt|em|rem|%)/i.exec(value ?? '') ?? []
  if (number === undefined) return null
  const factor: Readonly<Record<string, number>> = { px: 1, pt: 4 / 3, em: around, rem: 16, '%': around / 100 }
  return Number(number) * (factor[unit.toLowerCase()] ?? 1)
}

function isBold(value: string | undefined): boolean | null {
  if (value === undefined) return null
  const weight = /\b(bold(?:er)?|[6-9]00)\b/i.test(value)
  return weight || /\b(normal|lighter|[1-5]00)\b/i.test(value) ? weight : null
}
