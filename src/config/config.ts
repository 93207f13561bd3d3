import type { LogLevel } from '../log.ts'

/** Everything that can be set, checked and typed. `docs/configuration.md` is generated from where it is read. */
export type Config = {
  /** Where readers reach this installation; no slash at the end. */
  readonly publicUrl: string
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** Absolute. What an installation without services keeps on this machine. */
  readonly dataDir: string
  /** Absolute; null: only the built-in templates. */
  readonly emailsDir: string | null
  /** Null: the embedded PostgreSQL in `dataDir`. */
  readonly databaseUrl: string | null
  /** Null: the queue is in the database. */
  readonly redisUrl: string | null
  /** What tokens are signed with, newest first; null: made and kept in `dataDir` (embedded only). */
  readonly appSecrets: readonly string[] | null
  /** Null: mail stays on this machine, in the outbox. */
  readonly resend: { readonly apiKey: string; readonly baseUrl: string | null } | null
  readonly logLevel: LogLevel
  /** Batches that one worker process has in the provider's hands at a time. */
  readonly concurrency: number
}

/** Which of the three ways to run this is. */
export type Tier = 'embedded' | 'postgres' | 'redis'

/** The tier that a configuration asks for. */
export function tierOf(config: Pick<Config, 'databaseUrl' | 'redisUrl'>): Tier {
  if (config.databaseUrl === null) return 'embedded'
  return config.redisUrl === null ? 'postgres' : 'redis'
}
