import { RULES } from '../check/registry.ts'
import type { Finding } from '../check/rule.ts'
import { AppError } from '../error.ts'

/** What can be allowed: every rule but those without which no mail can be made. */
export const ALLOWABLE: readonly string[] = RULES.filter(({ isFinal }) => isFinal !== true).map(({ id }) => id)

/**
 * Lets a mail pass whose errors are all allowed; gives those of the allowed rules that it took.
 * @throws AppError `invalid_input` with every error that is not allowed
 */
export function requirePassed(findings: readonly Finding[], allowed: readonly string[]): readonly string[] {
  const errors = findings.filter(({ severity }) => severity === 'error')
  const refused = errors.filter(({ rule }) => !allowed.includes(rule) || !ALLOWABLE.includes(rule))
  if (refused.length === 0) return idsOf(errors)
  const ids = idsOf(refused)
  const help = ids.every((id) => ALLOWABLE.includes(id)) ? ', or allow what is meant to be so by its name' : ''
  throw new AppError('invalid_input', `The issue cannot be sent like that (${ids.join(', ')}). Mend it${help}.`, {
    problems: refused.map(({ rule, where, message }) => ({ where: `${rule}: ${where}`, message })),
  })
}

function idsOf(findings: readonly Finding[]): readonly string[] {
  return [...new Set(findings.map(({ rule }) => rule))]
}
