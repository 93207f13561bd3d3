import { bySeverity, checkEdition } from '../check/check.ts'
import { readersOf } from '../check/readers.ts'
import type { Finding } from '../check/rule.ts'
import type { SlotValues } from '../edition/edition.ts'
import type { LoadedTemplate } from '../edition/templates.ts'
import type { NewsletterId } from '../id.ts'
import type { Newsletter } from '../newsletter/newsletter.ts'
import type { RenderedVariant } from './variants.ts'

export type CheckVariantsDeps = {
  readonly template: (name: string) => Promise<Pick<LoadedTemplate, 'kind' | 'hasText'>>
  /** What fills the links of a mail that is nobody's. */
  readonly links: {
    slotUrls(newsletterId: NewsletterId, subscriberId: null): SlotValues
    view(editionHash: string): string
  }
}

/**
 * Holds the editions of an issue to every rule that can be told on the spot, as all kinds of readers get them. What is
 * found in the edition of another language than the newsletter's says which.
 */
export async function checkVariants(
  { template, links }: CheckVariantsDeps,
  { id, postalAddress }: Pick<Newsletter, 'id' | 'postalAddress'>,
  variants: readonly RenderedVariant[],
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const { locale, edition } of variants) {
    const { kind, hasText } = await template(edition.template)
    const facts = { kind, postalAddress, hasOwnText: hasText }
    const readers = readersOf(edition, { ...links.slotUrls(id, null), view: links.view(edition.hash) })
    const found = checkEdition({ edition, facts, readers })
    findings.push(...(locale === null ? found : found.map((one) => ({ ...one, where: `[${locale}] ${one.where}` }))))
  }
  return bySeverity(findings)
}
