import type { Config } from '../config/config.ts'
import { type Api, createApi } from './api.ts'
import { createOutput, type Output } from './output.ts'
import { findServer } from './server-address.ts'
import type { Terminal } from './terminal.ts'

/** The options that every command takes. */
export type GlobalOptions = {
  readonly json?: true | undefined
  readonly url?: string | undefined
  readonly key?: string | undefined
}

/** What a command works with. */
export type Session = {
  readonly terminal: Terminal
  readonly output: Output
  /** The server to talk to, looked for when it is first needed. */
  readonly api: Api
  /** @throws AppError `config_invalid` */
  config(): Promise<Config>
}

/** `options` are asked when something is needed, when they have been read. */
export function createSession(terminal: Terminal, options: () => GlobalOptions): Session {
  let api: Api | undefined
  return {
    terminal,
    output: createOutput(terminal, () => options().json === true),
    get api() {
      api ??= createApi(findServer(options(), terminal), terminal.stopped)
      return api
    },
    config: async () => {
      const { loadConfig } = await import('../config/config.ts')
      return loadConfig(terminal.directory, terminal.env)
    },
  }
}
