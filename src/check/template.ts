import { sampleIssue, sampleNewsletter } from '../../emails/sample.ts'
import { issueHeaders, singleHeaders } from '../edition/headers.ts'
import { renderEdition } from '../edition/render.ts'
import { type SlotNames, slotNames } from '../edition/slot-names.ts'
import type { LoadedTemplate } from '../edition/templates.ts'
import { checkEdition } from './check.ts'
import { readersOf } from './readers.ts'
import type { Finding } from './rule.ts'

/** What a template comes to with its own sample. */
export type TemplateFindings = {
  /** What it asks to know of a reader. */
  readonly slots: SlotNames
  /** Why a send of it would be refused, and what else is found. */
  readonly findings: readonly Finding[]
}

/** The links of a reader that a mail of each kind can show. */
const LINKS = {
  issue: linksTo('unsubscribe', 'preferences', 'view', 'one_click'),
  single: linksTo('confirm', 'subscribe', 'unsubscribe', 'preferences', 'view'),
}

function linksTo(...names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, `https://news.example/${name}`]))
}

const MAIL = { newsletter: 'sample', publicUrl: 'https://news.example' }

/**
 * Renders a template with its own sample, for every reader that it tells apart, and holds it to the rules of a
 * send. What is not there in its sample may be there in an issue, and the other way round.
 * @throws AppError `invalid_input` when it cannot be rendered
 */
export async function checkTemplate(template: LoadedTemplate): Promise<TemplateFindings> {
  const { name, kind, hasText } = template
  const edition = await renderEdition({
    template,
    props: kind === 'issue' ? sampleIssue : { newsletter: sampleNewsletter },
    sample: true,
    headers: (slots) =>
      kind === 'issue'
        ? issueHeaders({ ...MAIL, issueId: 'sample', oneClickUrl: slots.url('one_click') })
        : singleHeaders({ ...MAIL, template: name }),
    locale: sampleNewsletter.locale,
  })
  const facts = { kind, postalAddress: sampleNewsletter.postalAddress, hasOwnText: hasText }
  const findings = checkEdition({ edition, facts, readers: readersOf(edition, LINKS[kind]) })
  return { slots: slotNames(edition), findings: findings.filter((finding) => !isAboutSample(finding)) }
}

/** Whether no more is found than that the newsletter of the sample does not exist: no fault of a template. */
export function isAboutSample({ rule, message }: Finding): boolean {
  return rule === 'placeholder-link' && message.startsWith(`${SAMPLE_HOST} `)
}

const SAMPLE_HOST = new URL(sampleNewsletter.homepage ?? '').hostname
