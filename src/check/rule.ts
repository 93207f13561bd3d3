import type { CheckedMail } from './mail.ts'

/** An error refuses a send unless it is allowed by its rule; a warning does not; a note says what could not be told. */
export type Severity = 'error' | 'warning' | 'note'

/** One place that breaks a rule, or what the rule could not find out there. */
export type Fault = {
  /** The part of the mail, and what in it: `html <img src="…">`. */
  readonly where: string
  readonly message: string
  /** Default: the rule's. */
  readonly severity?: Severity
}

/** What a rule says about itself. Ids stay for ever: they are what operators allow, and what the log keeps. */
export type RuleFacts = {
  readonly id: string
  /** Of its faults, where they do not say otherwise. */
  readonly severity: 'error' | 'warning'
  /** What it asks for and why, in one sentence. */
  readonly explains: string
  readonly mend: string
  /** A mail that breaks it cannot be made at all, whatever an operator allows. */
  readonly isFinal?: true
}

/** A rule that a filled mail can be held to on the spot. Pure. */
export type Rule = RuleFacts & { find(mail: CheckedMail): readonly Fault[] }

/** What a check came to. */
export type Finding = Required<Fault> & { readonly rule: string }

/** How often one rule is reported for one mail; the last of them says how many more there are. */
const MOST_FAULTS = 10

/** Faults as findings of their rule, each once, the many cut short. */
export function findingsOf(rule: RuleFacts, faults: readonly Fault[]): readonly Finding[] {
  const all = faults.map(({ where, message, severity = rule.severity }) => ({
    rule: rule.id,
    severity,
    message,
    where,
  }))
  const once = [...new Map(all.map((finding) => [JSON.stringify(finding), finding])).values()]
  const left = once.length - MOST_FAULTS
  if (left <= 1) return once
  const worst = once.slice(MOST_FAULTS).some(({ severity }) => severity === 'error') ? 'error' : rule.severity
  const more = { rule: rule.id, severity: worst, message: `There are ${left} more of these.`, where: 'html' } as const
  return [...once.slice(0, MOST_FAULTS), more]
}
