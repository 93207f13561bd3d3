import type { DefineCommand } from '../commands.ts'
import { untilStopped } from '../until-stopped.ts'

/** `pressroom api`: pages and API without a worker. */
export const api: DefineCommand = (command, { terminal, output, config: readConfig }) => {
  command.action(async () => {
    const config = await readConfig()
    const { requireOwnDatabase } = await import('../own-database.ts')
    requireOwnDatabase(config, 'api')
    const [{ serve }, { quietLogger }] = await Promise.all([import('../serve.ts'), import('../quiet-logger.ts')])
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
