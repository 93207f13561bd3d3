import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { bySeverity, checkEdition } from '../check/check.ts'
import type { MailToCheck } from '../check/mail.ts'
import { checkOutside } from '../check/outside/check-outside.ts'
import { readersOf } from '../check/readers.ts'
import type { Finding } from '../check/rule.ts'
import type { Clock } from '../clock.ts'
import type { Edition, SlotValues } from '../edition/edition.ts'
import type { LoadedTemplate } from '../edition/templates.ts'
import type { IssueId, NewsletterId } from '../id.ts'
import { findNewsletter } from '../newsletter/find.ts'
import type { Newsletter } from '../newsletter/newsletter.ts'
import { remember } from '../remember.ts'
import type { Store } from '../store/store.ts'
import { findIssue } from './find.ts'
import { type RenderedVariant, renderVariants, type VariantDeps } from './variants.ts'

export type CheckVariantsDeps = {
  readonly template: (name: string) => Promise<Pick<LoadedTemplate, 'kind' | 'hasText'>>
  /** What fills the links of a mail that is nobody's. */
  readonly links: {
    slotUrls(newsletterId: NewsletterId, subscriberId: null): SlotValues
    view(editionHash: string): string
  }
  /** Where pictures are kept, to weigh them. Default: they are not weighed. */
  readonly assetsDir?: string | undefined
}

export type CheckIssueDeps = VariantDeps &
  CheckVariantsDeps & {
    readonly template: VariantDeps['template']
    readonly store: Pick<Store, 'issues' | 'newsletters' | 'articles' | 'sends'>
    readonly clock: Clock
  }

/**
 * What would be found in an issue if it were scheduled now, in every language that its readers have; with `links` and
 * `spam` also what takes the network and a SpamAssassin, of the edition in the newsletter's own language.
 * @throws AppError as `renderIssue` does
 */
export async function checkIssue(
  deps: CheckIssueDeps,
  id: IssueId,
  asked: { readonly links?: boolean; readonly spam?: boolean; readonly signal?: AbortSignal } = {},
): Promise<readonly Finding[]> {
  const issue = await findIssue(deps.store.issues, id)
  const newsletter = await findNewsletter(deps.store.newsletters, issue.newsletterId)
  const scheduled = await deps.store.sends.scheduledFor(id)
  const date = scheduled?.scheduledAt ?? deps.clock.now()
  const variants = await renderVariants(deps, issue, newsletter, date)
  const findings = await checkVariants(deps, newsletter, variants)
  const [main] = variants
  if (main === undefined || !(asked.links || asked.spam)) return findings
  const from = `${newsletter.fromName} <${newsletter.fromAddress}>`
  const outside = await checkOutside(await mailToCheck(deps, newsletter, main.edition), { ...asked, from, date })
  return bySeverity([...findings, ...outside])
}

/**
 * Holds the editions of an issue to every rule that can be told on the spot, as all kinds of readers get them. What is
 * found in the edition of another language than the newsletter's says which.
 */
export async function checkVariants(
  deps: CheckVariantsDeps,
  newsletter: Pick<Newsletter, 'id' | 'postalAddress'>,
  variants: readonly RenderedVariant[],
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const { locale, edition } of variants) {
    const found = await findIn(await mailToCheck(deps, newsletter, edition))
    findings.push(...(locale === null ? found : found.map((one) => ({ ...one, where: `[${locale}] ${one.where}` }))))
  }
  return bySeverity(findings)
}

/** Rules only look at the mail: what was found in it once is found in it again. */
const checked = remember<readonly Finding[]>(60)

function findIn(mail: MailToCheck): Promise<readonly Finding[]> {
  const { edition, facts, readers } = mail
  const all = [edition.hash, { ...facts, imageBytes: [...(facts.imageBytes ?? [])] }, readers]
  const key = createHash('sha256').update(JSON.stringify(all)).digest('hex')
  return checked(key, async () => checkEdition(mail))
}

async function mailToCheck(
  { template, links, assetsDir }: CheckVariantsDeps,
  { id, postalAddress }: Pick<Newsletter, 'id' | 'postalAddress'>,
  edition: Edition,
): Promise<MailToCheck> {
  const { kind, hasText } = await template(edition.template)
  const readers = readersOf(edition, { ...links.slotUrls(id, null), view: links.view(edition.hash) })
  const imageBytes = assetsDir === undefined ? undefined : await weigh(edition, assetsDir)
  return { edition, facts: { kind, postalAddress, hasOwnText: hasText, imageBytes }, readers }
}

/** The pictures of an edition that are kept here, by their addresses. */
async function weigh({ html }: Edition, assetsDir: string): Promise<ReadonlyMap<string, number>> {
  const addresses = new Set(JSON.stringify(html).match(/https?:\/\/[^\s"\\]+\/assets\/[0-9a-f]{64}\.[a-z]+/g))
  const weighed = await Promise.all(
    [...addresses].map(async (address) => {
      const found = await stat(join(assetsDir, basename(address))).catch(() => undefined)
      return [address, found?.size ?? 0] as const
    }),
  )
  return new Map(weighed)
}
