import { inlineStyle } from '../inline.ts'
import type { CheckedMail } from '../mail.ts'
import type { Element } from '../page.ts'
import type { Rule } from '../rule.ts'
import { readSelector } from '../selector.ts'
import { GRACEFUL } from '../support/graceful.ts'
import { lackingOf } from '../support/lacking.ts'

export const clientSupport: Rule = {
  id: 'client-support',
  severity: 'warning',
  explains:
    'The html uses nothing that Gmail, Outlook, Apple Mail or Yahoo lack and that readers there would miss, by the data of caniemail.com that comes with Pressroom.',
  mend: 'Do without it, or see that the mail is whole where it is missing: styles belong into the elements, and tables carry the layout.',
  find(mail) {
    const missed = lackingOf(mail).filter(({ feature }) => !isGraceful(feature, mail))
    return [
      ...missed.map(({ where, title, clients }) => ({
        where: where(),
        message: `${clients.join(', ')} ${clients.length === 1 ? 'does' : 'do'} not know ${title}.`,
      })),
      ...onlyInStyleBlock(mail).map((selector) => ({
        where: `html <style> ${selector}`,
        message: 'These styles stand in the style block only, which Gmail leaves out in some places.',
      })),
    ]
  },
}

function isGraceful(feature: string, mail: CheckedMail): boolean {
  const graceful = Object.hasOwn(GRACEFUL, feature) ? GRACEFUL[feature] : undefined
  return graceful !== undefined && (graceful.holds?.(mail) ?? true)
}

/** Selectors of plain rules that give elements what their own `style` does not: without the block the mail looks broken. */
function onlyInStyleBlock({ page, styles }: CheckedMail): readonly string[] {
  const plain = styles.rules.filter(({ inside }) => inside.length === 0)
  return plain.flatMap(({ selectors, declarations }) => {
    const needed = declarations.map(({ property }) => property).filter((property) => LAYOUT.test(property))
    if (needed.length === 0) return []
    return selectors.filter((text) => {
      const selector = readSelector(text)
      return page.elements.some((element) => selector?.matches(element) === true && !hasAll(element, needed))
    })
  })
}

function hasAll(element: Element, properties: readonly string[]): boolean {
  const own = inlineStyle(element).map(({ property }) => property)
  return properties.every((name) => own.includes(name) || (name === 'background-color' && own.includes('background')))
}

const LAYOUT = /^(?:color|background|background-color|width|display|padding|font-size|font-family|text-align|border)$/
