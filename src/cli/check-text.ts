import { OUTSIDE_RULES } from '../check/outside/check-outside.ts'
import { RULES } from '../check/registry.ts'
import type { Finding, Severity } from '../check/rule.ts'
import { plainLine, table } from './table.ts'

/** Findings for people: by severity, and under each group how to mend what is in it. */
export function findingsText(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'The mail keeps every rule.'
  const groups = (['error', 'warning', 'note'] as const).map((severity) =>
    groupText(
      severity,
      findings.filter((finding) => finding.severity === severity),
    ),
  )
  return groups.filter((group) => group !== '').join('\n\n')
}

const TITLES: Readonly<Record<Severity, string>> = {
  error: 'Errors, which refuse a send',
  warning: 'Warnings',
  note: 'Notes',
}
const COLUMNS = [
  { title: 'RULE', value: ({ rule }: Finding) => rule },
  { title: 'WHERE', value: ({ where }: Finding) => where },
  { title: 'WHAT', value: ({ message }: Finding) => message },
] as const
const MENDS = new Map([...RULES, ...OUTSIDE_RULES].map(({ id, mend }) => [id, mend]))

function groupText(severity: Severity, findings: readonly Finding[]): string {
  if (findings.length === 0) return ''
  const rules = severity === 'note' ? [] : [...new Set(findings.map(({ rule }) => rule))]
  const mends = rules.map((rule) => plainLine(`→ ${rule}: ${MENDS.get(rule) ?? ''}`))
  return [`${TITLES[severity]}:`, table(findings, COLUMNS, ''), ...mends].join('\n')
}
