import { named, shown } from '../page.ts'
import type { Rule } from '../rule.ts'

export const oneH1: Rule = {
  id: 'one-h1',
  severity: 'warning',
  explains: 'The mail has exactly one h1, by which screen readers tell what it is about.',
  mend: 'Make the lead headline the h1, and every other heading an h2 or lower.',
  find({ page }) {
    const [first, second] = named(page, 'h1')
    if (!first) return [{ where: 'html', message: 'The mail has no h1.' }]
    return second ? [{ where: shown(second), message: 'The mail has more than one h1.' }] : []
  },
}

export const headingOrder: Rule = {
  id: 'heading-order',
  severity: 'warning',
  explains: 'Headings go down one level at a time, so that those who hear them miss none.',
  mend: 'Use the next level: an h3 only below an h2.',
  find({ page }) {
    const headings = named(page, 'h1', 'h2', 'h3', 'h4', 'h5', 'h6')
    return headings.flatMap((heading, place) => {
      const [level, before] = [levelOf(heading), levelOf(headings[place - 1])]
      if (place === 0 || level <= before + 1) return []
      return [{ where: shown(heading), message: `An h${level} follows an h${before}.` }]
    })
  },
}

function levelOf(heading: { readonly tagName: string } | undefined): number {
  return Number(heading?.tagName.slice(1) ?? 0)
}
