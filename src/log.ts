import { type Logger, pino } from 'pino'

export type { Logger }
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/**
 * Lines of JSON on stderr, one an event: a stable `event` name and ids. Addresses and secrets do not belong in a log;
 * the fields in which they could travel are cut out whoever passes them.
 */
export function createLogger(level: LogLevel = 'info'): Logger {
  return pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: ['email', '*.email', 'address', '*.address', 'key', '*.key', 'token', '*.token'], remove: true },
      serializers: { err: describeError },
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination(2),
  )
}

/**
 * What a log keeps of an error: the parts that hold no row. In its other fields a database's error quotes values,
 * addresses among them.
 */
export function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) }
  const { name: type, message, stack, cause } = error
  const code = 'code' in error ? { code: String(error.code) } : {}
  const because = cause instanceof Error ? { cause: `${cause.name}: ${cause.message}` } : {}
  return { type, ...code, message, stack, ...because }
}
