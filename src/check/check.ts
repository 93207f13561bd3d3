import { type CheckedMail, type MailToCheck, openMail } from './mail.ts'
import { RULES } from './registry.ts'
import { type Finding, findingsOf } from './rule.ts'

/**
 * Holds a mail to every rule that can be told on the spot, as each of these readers gets it. Each fault is listed once,
 * errors first. Pure: nothing is fetched, started or sent.
 */
export function checkEdition(mail: MailToCheck): readonly Finding[] {
  const seen = openForAll(mail)
  const findings = RULES.flatMap((rule) =>
    findingsOf(
      rule,
      seen.flatMap((one) => rule.find(one)),
    ),
  )
  return bySeverity(findings)
}

/** Errors, then warnings, then notes, each in their own order. */
export function bySeverity(findings: readonly Finding[]): readonly Finding[] {
  return (['error', 'warning', 'note'] as const).flatMap((severity) =>
    findings.filter((finding) => finding.severity === severity),
  )
}

/** Readers for whom a mail comes out the same are looked at once. */
function openForAll({ edition, facts, readers }: MailToCheck): readonly CheckedMail[] {
  const opened = new Map<string, CheckedMail>()
  for (const values of readers) {
    const mail = openMail(edition, facts, values)
    const key = JSON.stringify(mail.message)
    if (!opened.has(key)) opened.set(key, mail)
  }
  return [...opened.values()]
}
