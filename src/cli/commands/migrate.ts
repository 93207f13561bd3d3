import type { DefineCommand } from '../commands.ts'

/** `pressroom migrate`: what every start does first, done by itself. */
export const migrate: DefineCommand = (command, { terminal, output, config: readConfig }) => {
  command.action(async () => {
    const config = await readConfig()
    const { openApp } = await import('../../app.ts')
    const { quietLogger } = await import('../quiet-logger.ts')
    const app = await openApp(config, { log: quietLogger(config, terminal) })
    try {
      const database = await app.store.describe()
      output.result({ database, isCurrent: true }, () => `${database}, is up to date.`)
    } finally {
      await app.close()
    }
  })
}
