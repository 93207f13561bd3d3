import type { DefineCommand } from '../commands.ts'
import { untilStopped } from '../until-stopped.ts'

/** `pressroom api`: pages and API without a worker. */
export const api: DefineCommand = (command, { terminal, output, config: readConfig }) => {
  command.action(async () => {
    const config = await readConfig()
    const { quietLogger, requireOwnDatabase, serve } = await import('../serve.ts')
    requireOwnDatabase(config, 'api')
    const serving = await serve(config, { server: true, worker: false }, quietLogger(config, terminal))
    try {
      const { url } = serving
      output.result({ url }, () => `Pages and API are at ${url}. Mail waits until a worker runs: \`pressroom worker\`.`)
      await untilStopped(terminal.stopped)
    } finally {
      await serving.close()
    }
  })
}
