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
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination(2),
  )
}
