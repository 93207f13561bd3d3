import type { DefineCommand } from '../commands.ts'
import { untilStopped } from '../until-stopped.ts'

/** `pressroom worker`: a worker without pages and API. */
export const worker: DefineCommand = (command, { terminal, output, config: readConfig }) => {
  command.action(async () => {
    const config = await readConfig()
    const { requireOwnDatabase } = await import('../own-database.ts')
    requireOwnDatabase(config, 'worker')
    const [{ serve }, { quietLogger }] = await Promise.all([import('../serve.ts'), import('../quiet-logger.ts')])
    const serving = await serve(config, { server: false, worker: true }, quietLogger(config, terminal))
    try {
      const { provider, queue } = serving.app
      const started = { provider: provider.name, queue: queue.backend, concurrency: config.concurrency }
      output.result(
        started,
        () => `A worker is running: mail goes through ${provider.name}, the queue is on ${queue.backend}.`,
      )
      await untilStopped(terminal.stopped)
      output.note('Stopping: mail that is on its way is finished. Again to force it.')
    } finally {
      await serving.close()
    }
  })
}
