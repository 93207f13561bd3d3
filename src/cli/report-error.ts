import { AppError, ERROR_CODES } from '../error.ts'
import type { Output } from './output.ts'
import { plainLine } from './table.ts'

/**
 * Says what went wrong: the message and its problems on stderr, and with `--json`, unless a result was given, an object
 * with `error` on stdout. Returns the exit code.
 */
export function reportError(error: unknown, output: Output): number {
  const known = error instanceof AppError ? error : unexpected(error)
  const { code, message, problems } = known
  if (output.isJson && !output.isGiven) output.result({ error: { code, message, problems } }, () => '')
  output.warn(plainLine(message))
  for (const problem of problems) output.warn(plainLine(`  ${problem.where}: ${problem.message}`))
  if (code === 'internal' && error instanceof Error) output.warn(String(error.stack))
  return ERROR_CODES[code].exit
}

function unexpected(cause: unknown): AppError {
  const message = cause instanceof Error ? cause.message : String(cause)
  return new AppError('internal', `Something is broken: ${message}`, { cause })
}
