import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, systemClock } from './clock.ts'
import { type Config, type Tier, tierOf } from './config/config.ts'
import { provideDataDir } from './config/data-dir.ts'
import { type AppSecrets, readAppSecrets } from './config/secrets.ts'
import { keepEditions, type ReadEdition } from './edition/keep.ts'
import { followTemplates, type LoadedTemplate, type TemplateSet } from './edition/templates.ts'
import { createMailAddresses, type MailAddresses } from './inbound/addresses.ts'
import { createLinks, type Links } from './links.ts'
import { createLogger, type Logger } from './log.ts'
import { createSingleEditions, type SingleEdition } from './newsletter/single-mail.ts'
import { createBounceAddresses } from './provider/bounce-address.ts'
import type { EventSource } from './provider/events.ts'
import type { MailSource } from './provider/mail-source.ts'
import { createOutboxProvider } from './provider/outbox/provider.ts'
import type { Provider } from './provider/provider.ts'
import { createResendEvents } from './provider/resend/events.ts'
import { createResendMail } from './provider/resend/mail.ts'
import { createResendProvider } from './provider/resend/provider.ts'
import { createSmtpProvider } from './provider/smtp/provider.ts'
import { createPostgresQueue } from './queue/postgres.ts'
import type { Queue } from './queue/queue.ts'
import { createRedisQueue } from './queue/redis.ts'
import { startEmbedded } from './store/embedded/embedded.ts'
import { eraseEmbedded } from './store/embedded/erase.ts'
import { migrate } from './store/postgres/migrate.ts'
import { createPool } from './store/postgres/pool.ts'
import { createPostgresStore } from './store/postgres/store.ts'
import type { Store } from './store/store.ts'
import { createTokens, type Tokens } from './subscriber/token.ts'

/** The domain that mail comes in at, and the addresses there. */
export type Inbound = { readonly domain: string; readonly addresses: MailAddresses }

/** An installation, opened: all that verbs take. */
export type App = {
  readonly config: Config
  readonly tier: Tier
  readonly clock: Clock
  readonly log: Logger
  readonly store: Store
  readonly queue: Queue
  readonly provider: Provider
  /** Whoever may tell later what became of mail, be it sent through them by now or not. */
  readonly eventSources: readonly EventSource[]
  /** Where mail comes in; null: nowhere. */
  readonly inbound: Inbound | null
  /** Whoever keeps mail that came in to be fetched. */
  readonly mailSources: readonly MailSource[]
  readonly tokens: Tokens
  readonly links: Links
  readonly publicUrl: string
  /** Where the outbox keeps its mail; null when another provider is used. */
  readonly outboxDir: string | null
  /** The template of that name. @throws AppError when it is unknown or broken */
  template(name: string): Promise<LoadedTemplate>
  templates(): Promise<TemplateSet>
  readonly readEdition: ReadEdition
  /** The mails that a reader gets for something they did. */
  readonly singleEdition: SingleEdition
  /** Ends what was opened, in the opposite order. May be called again. */
  close(): Promise<void>
}

/** Parts that tests and programs put in place of the configured ones. */
export type AppParts = {
  readonly clock?: Clock
  readonly log?: Logger
  readonly provider?: Provider
  /** Templates that are loaded already; default: the built-in ones and those in EMAILS_DIR. */
  readonly templates?: () => Promise<TemplateSet>
}

/**
 * Opens an installation: starts or adopts the embedded database unless one is configured, migrates, and connects queue
 * and provider. The only place that knows which adapter stands behind a seam.
 * @throws AppError `config_invalid`, `conflict` or `unavailable`, with what to do
 */
export async function openApp(config: Config, parts: AppParts = {}): Promise<App> {
  const clock = parts.clock ?? systemClock
  const log = parts.log ?? createLogger(config.logLevel)
  const closers: (() => Promise<void>)[] = []
  const close = async () => {
    for (const end of closers.splice(0).reverse()) await end()
  }
  try {
    const databaseUrl = config.databaseUrl ?? (await openEmbedded(config, { clock, log, closers }))
    // A batch being frozen holds one connection and may need a second for its edition.
    const max = 2 * config.concurrency + 10
    const pool = createPool({ url: databaseUrl, max, applicationName: 'pressroom', log })
    const store = createPostgresStore(pool)
    closers.push(() => store.close())
    await migrate(pool)
    const queue = config.redisUrl
      ? createRedisQueue({ url: config.redisUrl, log })
      : createPostgresQueue({ url: databaseUrl, log })
    closers.push(() => queue.close())
    const secrets = await readAppSecrets(config)
    const tokens = createTokens(secrets)
    const inbound = openInbound(config, secrets)
    const provider = parts.provider ?? chooseProvider(config, clock, secrets)
    if (provider !== parts.provider) closers.push(async () => provider.close?.())
    await store.pace.ensure({ ...provider, requestsPerSecond: provider.limits.requestsPerSecond })
    const templates = parts.templates ?? followTemplates(templateFolders(config), clock)
    const template = async (name: string) => (await templates()).get(name)
    return {
      config,
      tier: tierOf(config),
      clock,
      log,
      store,
      queue,
      provider,
      eventSources: [createResendEvents({ secrets: config.resendWebhookSecrets, clock })],
      inbound,
      mailSources: config.resend ? [createResendMail(config.resend)] : [],
      tokens,
      links: createLinks({ publicUrl: config.publicUrl, tokens, mail: inbound?.addresses }),
      publicUrl: config.publicUrl,
      outboxDir: provider.name === 'outbox' ? outboxDir(config) : null,
      readEdition: keepEditions(store.editions),
      singleEdition: createSingleEditions({ store, template, publicUrl: config.publicUrl }),
      template,
      templates,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Removes an embedded installation with all its data. Nothing of it may be running. */
export async function eraseApp({ dataDir }: Pick<Config, 'dataDir'>): Promise<void> {
  await eraseEmbedded(embeddedDir({ dataDir }))
  await rm(dataDir, { recursive: true, force: true, maxRetries: 3 })
}

type Opening = { readonly clock: Clock; readonly log: Logger; readonly closers: (() => Promise<void>)[] }

async function openEmbedded(config: Config, { clock, log, closers }: Opening): Promise<string> {
  await provideDataDir(config.dataDir)
  const server = await startEmbedded({ dataDir: embeddedDir(config), clock, log })
  closers.push(() => server.stop())
  return server.url
}

function embeddedDir({ dataDir }: Pick<Config, 'dataDir'>): string {
  return join(dataDir, 'postgres')
}

function chooseProvider(config: Config, clock: Clock, secrets: AppSecrets): Provider {
  if (config.smtp) {
    const { server, requestsPerSecond, dkim, bounceDomain } = config.smtp
    const bounces = bounceDomain === null ? undefined : createBounceAddresses(bounceDomain, secrets)
    return createSmtpProvider({ server, requestsPerSecond, dkim: dkim ?? undefined, bounces, clock })
  }
  if (!config.resend) return createOutboxProvider({ dir: outboxDir(config), clock })
  const { apiKey, baseUrl } = config.resend
  return createResendProvider({ apiKey, clock, ...(baseUrl ? { baseUrl } : {}) })
}

function openInbound({ inbound, smtp }: Config, secrets: AppSecrets): Inbound | null {
  if (inbound === null) return null
  const { domain } = inbound
  const bounces = createBounceAddresses(smtp?.bounceDomain ?? domain, secrets)
  return { domain, addresses: createMailAddresses(domain, secrets, bounces) }
}

function outboxDir(config: Config): string {
  return join(config.dataDir, 'outbox')
}

function templateFolders(config: Config) {
  const cacheDir = join(config.dataDir, 'cache', 'templates')
  return config.emailsDir ? { cacheDir, emailsDir: config.emailsDir } : { cacheDir }
}
