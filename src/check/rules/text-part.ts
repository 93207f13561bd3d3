import { named, textOf, visible } from '../page.ts'
import type { Rule } from '../rule.ts'

export const textPart: Rule = {
  id: 'text-part',
  severity: 'error',
  explains:
    'The mail has a plain-text part that says what the html says; one that a machine made of the html is a warning.',
  mend: 'Export text(props, slots) from the template.',
  find({ facts, message, page }) {
    const text = words(message.text)
    if (text.length < 20) return [{ where: 'text', message: 'The mail has no plain-text part.' }]
    const [headline] = named(page, 'h1')
    const isMissing = headline !== undefined && !text.includes(words(textOf(headline)))
    return [
      ...(facts.hasOwnText
        ? []
        : [
            {
              where: 'text',
              message: 'The plain-text part was made from the html by a machine.',
              severity: 'warning',
            } as const,
          ]),
      ...(isMissing
        ? [
            {
              where: 'text',
              message: 'The plain-text part does not have the headline of the html.',
              severity: 'warning',
            } as const,
          ]
        : []),
    ]
  },
}

function words(text: string): string {
  return visible(text)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .toLowerCase()
}
