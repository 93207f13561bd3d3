import { checkEdition } from '../check/check.ts'
import { readersOf } from '../check/readers.ts'
import { RULES } from '../check/registry.ts'
import type { Finding } from '../check/rule.ts'
import { isAboutSample } from '../check/template.ts'
import type { SlotValues } from '../edition/edition.ts'
import { slotNames } from '../edition/slot-names.ts'
import type { RenderedChoice } from './rendering.ts'

/** A finding, and how to mend what it found. */
export type ShownFinding = Finding & { readonly mend: string }

/**
 * What the checks say about a mail, for this reader and every other that it differs for, and what was left out on the
 * way to it.
 */
export function findingsIn(rendered: RenderedChoice, values: SlotValues): readonly ShownFinding[] {
  const { edition, newsletter, template, pictures } = rendered
  const { kind, hasText } = template
  const imageBytes = new Map([...pictures].map(([address, { bytes }]) => [address, bytes]))
  const facts = { kind, postalAddress: newsletter.postalAddress, hasOwnText: hasText, imageBytes }
  const links = Object.fromEntries(slotNames(edition).urls.map((name) => [name, values[name] ?? '']))
  const readers = [values, ...readersOf(edition, links)]
  const found = checkEdition({ edition, facts, readers }).filter((finding) => !isAboutSample(finding))
  return [...found, ...ownFindings(rendered)].map((finding) => ({ ...finding, mend: MENDS.get(finding.rule) ?? '' }))
}

const MENDS: ReadonlyMap<string, string> = new Map([
  ...RULES.map(({ id, mend }) => [id, mend] as const),
  ['article', 'Change the article, or let it be: the mail goes out without it.'],
  ['sample-only', 'Take what is shown from newsletter, issue and articles, or write it into the template.'],
])

/** What only a preview can know: the article is at hand, and the template's sample. */
function ownFindings({ template, warnings }: RenderedChoice): readonly Finding[] {
  const left = warnings.map(({ where, message }) => ({ rule: 'article', severity: 'warning', message, where }) as const)
  if (template.ownProps.length === 0) return left
  const props = template.ownProps.join(', ')
  const message = `The template shows ${props} of its own sample, which no mail is given: it will be missing from a send.`
  return [...left, { rule: 'sample-only', severity: 'warning', message, where: template.name }]
}
