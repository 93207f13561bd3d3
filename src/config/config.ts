import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { z } from 'zod'
import { AppError, type Problem } from '../error.ts'
import type { LogLevel } from '../log.ts'
import { type Environment, readEnvironment } from './env.ts'
import { SETTINGS } from './settings.ts'
import { readDkimKey, type SmtpConfig, smtpProblems } from './smtp.ts'

/** Everything that can be set, checked and typed. `docs/configuration.md` is generated from where it is read. */
export type Config = {
  /** Where readers reach this installation; no slash at the end. */
  readonly publicUrl: string
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** Proxies whose `X-Forwarded-For` is believed; null: none. */
  readonly trustProxy: readonly string[] | null
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
  /** What Resend signs its events with, the newest first; null: events cannot be taken in. */
  readonly resendWebhookSecrets: readonly string[] | null
  /** Null: not by SMTP. */
  readonly smtp: SmtpConfig | null
  /** Null: no mail is taken in. */
  readonly inbound: InboundConfig | null
  readonly logLevel: LogLevel
  /** Batches that one worker process has in the provider's hands at a time. */
  readonly concurrency: number
}

/** How mail comes in. */
export type InboundConfig = {
  readonly domain: string
  /** Null: by a provider's webhook only. The files are absolute paths; `tls` null: STARTTLS is not offered. */
  readonly smtp: {
    readonly host: string
    readonly port: number
    readonly tls: { readonly certificate: string; readonly key: string } | null
  } | null
}

/** Which of the three ways to run this is. */
export type Tier = 'embedded' | 'postgres' | 'redis'

/** The tier that a configuration asks for. */
export function tierOf(config: Pick<Config, 'databaseUrl' | 'redisUrl'>): Tier {
  if (config.databaseUrl === null) return 'embedded'
  return config.redisUrl === null ? 'postgres' : 'redis'
}

/**
 * The configuration of a process started in `directory`: its environment, and below it the file `.env` there.
 * @throws AppError `config_invalid` with every problem there is
 */
export function loadConfig(directory: string = process.cwd(), env: Environment = process.env): Config {
  return readConfig(readEnvironment(directory, env), directory)
}

/**
 * Reads and checks settings; relative paths start at `directory`. Names it does not know are none of its business.
 * @throws AppError `config_invalid` with every problem there is
 */
export function readConfig(environment: Environment, directory: string): Config {
  const parsed = SETTINGS.safeParse(environment)
  const together = [...contradictions(environment, directory), ...smtpProblems(environment, directory)]
  const problems = [...(parsed.error ? listProblems(parsed.error) : []), ...together]
  if (!parsed.success || problems.length > 0) {
    const count = problems.length === 1 ? 'One setting is' : `${problems.length} settings are`
    throw new AppError('config_invalid', `${count} not right. docs/configuration.md explains each.`, { problems })
  }
  return fromSettings(parsed.data, directory)
}

/** The same configuration on another port; the public address follows unless it was set apart from it. */
export function withPort(config: Config, port: number): Config {
  const followed = config.publicUrl === localUrl(config.port)
  return { ...config, port, publicUrl: followed ? localUrl(port) : config.publicUrl }
}

function fromSettings(settings: z.output<typeof SETTINGS>, directory: string): Config {
  const apiKey = settings.RESEND_API_KEY
  return {
    publicUrl: settings.PUBLIC_URL ?? localUrl(settings.PORT),
    host: settings.HOST,
    port: settings.PORT,
    trustProxy: settings.TRUST_PROXY ?? null,
    dataDir: resolve(directory, settings.DATA_DIR),
    emailsDir: settings.EMAILS_DIR === undefined ? null : resolve(directory, settings.EMAILS_DIR),
    databaseUrl: settings.DATABASE_URL ?? null,
    redisUrl: settings.REDIS_URL ?? null,
    appSecrets: settings.APP_SECRET ?? null,
    resend: apiKey === undefined ? null : { apiKey, baseUrl: settings.RESEND_BASE_URL ?? null },
    resendWebhookSecrets: settings.RESEND_WEBHOOK_SECRET ?? null,
    smtp: smtpOf(settings, directory),
    inbound: inboundOf(settings, directory),
    logLevel: settings.LOG_LEVEL,
    concurrency: settings.WORKER_CONCURRENCY,
  }
}

function smtpOf(settings: z.output<typeof SETTINGS>, directory: string): SmtpConfig | null {
  const { SMTP_URL: server, DKIM_DOMAIN: domain, DKIM_SELECTOR: selector, DKIM_PRIVATE_KEY: key } = settings
  if (!server) return null
  const privateKey = key === undefined ? null : readDkimKey(key, directory)
  return {
    server,
    requestsPerSecond: settings.SMTP_RATE ?? 10,
    dkim: domain && selector && privateKey ? { domain, selector, privateKey } : null,
    bounceDomain: settings.BOUNCE_DOMAIN ?? settings.INBOUND_DOMAIN ?? null,
  }
}

function inboundOf(settings: z.output<typeof SETTINGS>, directory: string): InboundConfig | null {
  const { INBOUND_DOMAIN: domain, INBOUND_SMTP_PORT: port, INBOUND_SMTP_HOST: host } = settings
  if (domain === undefined) return null
  const { INBOUND_SMTP_CERT: certificate, INBOUND_SMTP_KEY: key } = settings
  const tls = certificate && key ? { certificate: resolve(directory, certificate), key: resolve(directory, key) } : null
  return { domain, smtp: port === undefined ? null : { host, port, tls } }
}

function localUrl(port: number): string {
  return `http://localhost:${port}`
}

function listProblems(error: z.ZodError): readonly Problem[] {
  return error.issues.map(({ path, message }) => ({ where: path.join('.'), message }))
}

/** What no setting can know by itself. Looked for in the raw text, so that it is found beside other problems. */
function contradictions(set: Environment, directory: string): readonly Problem[] {
  const problems: Problem[] = []
  if (set.REDIS_URL && !set.DATABASE_URL) {
    const message = 'needs DATABASE_URL: workers on many machines cannot share the embedded database'
    problems.push({ where: 'REDIS_URL', message })
  }
  if (set.DATABASE_URL && !set.APP_SECRET) {
    const message = 'is required with DATABASE_URL; make one with: openssl rand -hex 32'
    problems.push({ where: 'APP_SECRET', message })
  }
  if (set.RESEND_BASE_URL && !set.RESEND_API_KEY) {
    problems.push({
      where: 'RESEND_BASE_URL',
      message: 'needs RESEND_API_KEY; any key that starts with re_ suits the double',
    })
  }
  problems.push(...inboundProblems(set))
  if (set.EMAILS_DIR && !statSync(resolve(directory, set.EMAILS_DIR), { throwIfNoEntry: false })?.isDirectory()) {
    problems.push({ where: 'EMAILS_DIR', message: 'expected a directory that exists' })
  }
  return problems
}

function inboundProblems(set: Environment): readonly Problem[] {
  const needs = [
    ['INBOUND_SMTP_PORT', 'INBOUND_DOMAIN'],
    ['INBOUND_SMTP_HOST', 'INBOUND_SMTP_PORT'],
    ['INBOUND_SMTP_CERT', 'INBOUND_SMTP_PORT'],
    ['INBOUND_SMTP_CERT', 'INBOUND_SMTP_KEY'],
    ['INBOUND_SMTP_KEY', 'INBOUND_SMTP_CERT'],
  ] as const
  const missing = needs.filter(([where, other]) => set[where] && !set[other])
  return missing.map(([where, other]) => ({ where, message: `needs ${other}` }))
}
