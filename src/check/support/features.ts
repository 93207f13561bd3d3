import { inlineStyle } from '../inline.ts'
import type { CheckedMail } from '../mail.ts'
import { attribute, cut, type Element, shown } from '../page.ts'
import type { Declaration } from '../style.ts'

/** A feature that a mail uses, by caniemail's name, and the first place where it does. */
export type Used = { readonly feature: string; readonly where: () => string }

/** Every feature of html and CSS that a mail uses, as far as it can be told by reading it; each once. */
export function featuresOf({ page, styles }: Pick<CheckedMail, 'page' | 'styles'>): readonly Used[] {
  const first = new Map<string, () => string>()
  const note = (features: readonly string[], where: () => string) => {
    for (const feature of features) if (!first.has(feature)) first.set(feature, where)
  }
  for (const element of page.elements) note(ofElement(element), () => shown(element))
  for (const statement of styles.statements) note(ofAtRule(statement), () => `html <style> ${cut(statement, 60)}`)
  for (const { selectors, declarations, inside, isNested } of styles.rules) {
    note(inside.flatMap(ofAtRule), () => `html <style> ${inside[0] ?? ''}`)
    note(
      [...selectors.flatMap(ofSelector), ...declarations.flatMap(ofDeclaration), ...(isNested ? ['css-nesting'] : [])],
      () => `html <style> ${selectors[0] ?? ''}`,
    )
  }
  return [...first].map(([feature, where]) => ({ feature, where }))
}

function ofElement(element: Element): readonly string[] {
  const { tagName } = element
  return [
    `html-${ELEMENTS[tagName] ?? tagName}`,
    ...(tagName === 'input' ? [`html-input-${attribute(element, 'type') ?? 'text'}`] : []),
    ...element.attrs.flatMap(({ name, value }) => ofAttribute(tagName, name, value)),
    ...inlineStyle(element).flatMap(ofDeclaration),
  ]
}

function ofAttribute(tagName: string, name: string, value: string): readonly string[] {
  if (name === 'style' || name === 'class') return []
  if (name === 'href' && value.startsWith('#')) return ['html-anchor-links']
  if (name === 'href' && value.startsWith('mailto:')) return ['html-mailto-links']
  if (name === 'src' && tagName === 'img') return ofImage(value)
  if (name === 'content' && tagName === 'meta') return []
  if (name === 'name' && value === 'color-scheme') return ['html-meta-color-scheme']
  if (name === 'usemap') return ['html-image-maps']
  return [`html-${ATTRIBUTES[name] ?? name}`]
}

function ofImage(source: string): readonly string[] {
  if (source.startsWith('data:')) return ['image-base64']
  const extension = /\.([a-z0-9]{2,5})(?:[?#]|$)/i.exec(source)?.[1]?.toLowerCase()
  return extension === undefined ? [] : [`image-${extension === 'jpeg' ? 'jpg' : extension}`]
}

function ofDeclaration({ property, value, isImportant }: Declaration): readonly string[] {
  if (property.startsWith('--')) return ['css-variables']
  // What is the case anyhow is lost nowhere.
  if (value === 'auto' && /^(?:width|height)$/.test(property)) return []
  const calls = [...value.matchAll(/([a-z-]+)\(/gi)].flatMap(([, name = '']) => FUNCTIONS[name.toLowerCase()] ?? [])
  const units = [...value.matchAll(/(?<![\w#-])[\d.]+([a-z]+|%)/gi)].map(([, unit = '']) =>
    unit === '%' ? 'css-unit-percent' : `css-unit-${unit.toLowerCase()}`,
  )
  return [
    ...ofProperty(property),
    ...(property === 'display' && /^(?:flex|grid|none)$/.test(value) ? [`css-display-${value}`] : []),
    ...calls,
    ...(/^(?:display|font-family)$/.test(property) ? [] : units),
    ...(isImportant ? ['css-important'] : []),
  ]
}

function ofProperty(property: string): readonly string[] {
  return [`css-${property}`, ...PROPERTIES.flatMap(([pattern, feature]) => (pattern.test(property) ? [feature] : []))]
}

function ofAtRule(text: string): readonly string[] {
  const name = /^@([a-z-]+)/i.exec(text)?.[1]?.toLowerCase() ?? ''
  const asked = /prefers-color-scheme|prefers-reduced-motion|orientation|hover|device-pixel-ratio/gi
  const media =
    name === 'media' ? (text.match(asked) ?? []).map((feature) => `css-at-media-${feature.toLowerCase()}`) : []
  return [`css-at-${name.replace(/^-\w+-/, '')}`, ...media]
}

function ofSelector(selector: string): readonly string[] {
  const pseudo = [...selector.matchAll(/(::?)([a-z-]+)/gi)].map(([, colons, name = '']) =>
    colons === '::' ? `css-pseudo-element-${name}` : `css-pseudo-class-${name}`,
  )
  return [...pseudo, ...SELECTORS.flatMap(([pattern, feature]) => (pattern.test(selector) ? [feature] : []))]
}

const SELECTORS: readonly (readonly [RegExp, string])[] = [
  [/>/, 'css-selector-child'],
  [/\+/, 'css-selector-adjacent-sibling'],
  [/~(?!=)/, 'css-selector-general-sibling'],
  [/\[/, 'css-selector-attribute'],
  [/\.[\w-]/, 'css-selector-class'],
  [/#[\w-]/, 'css-selector-id'],
  [/\*/, 'css-selector-universal'],
  [/[\w\])]\s+[\w.#[]/, 'css-selector-descendant'],
  [/[.\]][\w-]*\.[\w-]/, 'css-selector-chaining'],
]

const PROPERTIES: readonly (readonly [RegExp, string])[] = [
  [/^border(?:-(?:top|right|bottom|left))?(?:-(?:color|style|width))?$/, 'css-border'],
  [/^border-(?:top|bottom)-(?:left|right)-radius$/, 'css-border-radius'],
  [/^border-(?:inline|block)(?:-(?:start|end))?$/, 'css-border-inline-block'],
  [/^margin-(?:top|right|bottom|left)$/, 'css-margin'],
  [/^padding-(?:top|right|bottom|left)$/, 'css-padding'],
  [/^margin-(?:inline|block)$/, 'css-margin-inline-block'],
  [/^margin-inline-(?:start|end)$/, 'css-margin-inline-start-end'],
  [/^margin-block-(?:start|end)$/, 'css-margin-block-start-end'],
  [/^padding-(?:inline|block)$/, 'css-padding-inline-block'],
  [/^padding-inline-(?:start|end)$/, 'css-padding-inline-start-end'],
  [/^padding-block-(?:start|end)$/, 'css-padding-block-start-end'],
  [/^(?:left|right|top|bottom)$/, 'css-left-right-top-bottom'],
  [/^overflow-[xy]$/, 'css-overflow'],
  [/^animation-/, 'css-animation'],
  [/^transition-/, 'css-transition'],
  [/^columns$/, 'css-column-count'],
  [/^grid-template-/, 'css-grid-template'],
]

const FUNCTIONS: Readonly<Record<string, readonly string[]>> = {
  calc: ['css-unit-calc'],
  clamp: ['css-function-clamp'],
  min: ['css-function-min'],
  max: ['css-function-max'],
  'light-dark': ['css-function-light-dark'],
  'linear-gradient': ['css-linear-gradient'],
  'radial-gradient': ['css-radial-gradient'],
  'conic-gradient': ['css-conic-gradient'],
  rgb: ['css-rgb'],
  rgba: ['css-rgba'],
  var: ['css-variables'],
  lch: ['css-modern-color'],
  oklch: ['css-modern-color'],
  lab: ['css-modern-color'],
  oklab: ['css-modern-color'],
  // Not in caniemail's list; it came into browsers with the others, and later.
  'color-mix': ['css-modern-color'],
}

const SEMANTIC = 'article aside details figcaption figure footer header main mark nav section summary time'.split(' ')
const ELEMENTS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(SEMANTIC.map((name) => [name, 'semantics'])),
  ...Object.fromEntries(['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((name) => [name, 'h1-h6'])),
  ...Object.fromEntries(['ul', 'ol', 'dl'].map((name) => [name, 'lists'])),
  b: 'strong',
  source: 'picture',
}
const ATTRIBUTES: Readonly<Record<string, string>> = { loading: 'loading-attribute' }
