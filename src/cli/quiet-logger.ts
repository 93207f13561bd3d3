import type { Config } from '../config/config.ts'
import { readEnvironment } from '../config/env.ts'
import { createLogger, type Logger } from '../log.ts'
import type { Terminal } from './terminal.ts'

/** The log of a process that talks to people: warnings and worse, unless LOG_LEVEL is set. */
export function quietLogger(config: Config, { directory, env }: Pick<Terminal, 'directory' | 'env'>): Logger {
  return createLogger(readEnvironment(directory, env).LOG_LEVEL === undefined ? 'warn' : config.logLevel)
}
