import { type Config, tierOf } from '../config/config.ts'
import { AppError } from '../error.ts'

/** @throws AppError `config_invalid` when server and worker cannot run apart */
export function requireOwnDatabase(config: Config, command: string): void {
  if (tierOf(config) !== 'embedded') return
  const message = `\`pressroom ${command}\` is for servers and workers that run apart and share a database: set DATABASE_URL and APP_SECRET. Without them, \`npm start\` runs everything in one process.`
  throw new AppError('config_invalid', message)
}
