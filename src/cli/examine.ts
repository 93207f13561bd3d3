import { resolveMx } from 'node:dns/promises'
import { type App, openApp } from '../app.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import { DATA_DIR_ADVICE, provideDataDir } from '../config/data-dir.ts'
import { AppError, type ErrorCode } from '../error.ts'
import { createLogger } from '../log.ts'
import { worksElsewhere } from '../send/schedule.ts'

/** What one check came to. `code` decides the exit code where it failed. */
export type Finding = {
  readonly what: string
  readonly state: 'ok' | 'warn' | 'fail'
  readonly detail: string
  /** What to do. */
  readonly advice?: string
  readonly code?: ErrorCode
}

const CLOCK_TOLERANCE_MS = 30_000
const PATIENCE_MS = 10_000

/** Tries everything that a configuration asks for, without sending anything. */
export async function examine(config: Config, clock: Clock): Promise<readonly Finding[]> {
  const before = [configuration(config), await dataDirectory(config)]
  const opened = await openApp(config, { clock, log: createLogger('silent') }).catch((error: unknown) => error)
  if (!isApp(opened)) return [...before, failed('database', opened)]
  try {
    const checks = [database, machineClock, queue, provider, providerEvents, publicAddress, templates]
    const tried = [...checks, ...(config.inbound ? [inboundMail] : [])].map((check) => check(opened))
    return [...before, ...(await Promise.all(tried))]
  } finally {
    await opened.close()
  }
}

function isApp(opened: unknown): opened is App {
  return typeof opened === 'object' && opened !== null && 'store' in opened
}

function configuration(config: Config): Finding {
  const tiers = config.redisUrl ? 'PostgreSQL and Redis' : config.databaseUrl ? 'PostgreSQL' : 'embedded'
  return { what: 'configuration', state: 'ok', detail: `every setting is valid; data: ${tiers}` }
}

async function dataDirectory({ dataDir }: Config): Promise<Finding> {
  try {
    await provideDataDir(dataDir)
    return { what: 'data directory', state: 'ok', detail: dataDir }
  } catch {
    const [detail, advice] = [`${dataDir} is not writable`, DATA_DIR_ADVICE]
    return { what: 'data directory', state: 'fail', detail, advice, code: 'config_invalid' }
  }
}

async function database({ store }: App): Promise<Finding> {
  return trying('database', async () => ({ state: 'ok', detail: `${await store.describe()}, up to date` }))
}

function machineClock({ store, clock }: App): Promise<Finding> {
  return trying('clock', async () => {
    const offByMs = clock.now().getTime() - (await store.now()).getTime()
    const seconds = `${(Math.abs(offByMs) / 1_000).toFixed(1)} s`
    if (Math.abs(offByMs) <= CLOCK_TOLERANCE_MS) return { state: 'ok', detail: `${seconds} from the database's` }
    const advice = 'Switch on time synchronisation (NTP) here and where the database runs.'
    return { state: 'warn', detail: `${seconds} from the database's, which decides when sends are due`, advice }
  })
}

function queue(app: App): Promise<Finding> {
  return trying('queue', async () => {
    const { ok, detail } = await app.queue.check()
    if (ok) return { state: 'ok', detail }
    const advice =
      app.queue.backend === 'redis' ? 'See that Redis runs and that REDIS_URL is right.' : 'See the database.'
    return { state: 'fail', detail, advice, code: 'unavailable' }
  })
}

/** Whether mail finds its way here; what is looked up is public. */
function inboundMail({ config: { inbound, resend } }: App): Promise<Finding> {
  return trying('inbound mail', async () => {
    const { domain = '', smtp = null } = inbound ?? {}
    if (smtp === null && resend === null) {
      const advice = 'Set INBOUND_SMTP_PORT, or RESEND_API_KEY and a webhook for email.received.'
      return { state: 'warn', detail: `nothing takes in mail to ${domain}`, advice }
    }
    const way = smtp
      ? `at port ${smtp.port} of ${smtp.host}, ${smtp.tls ? 'encrypted on request' : 'unencrypted'}`
      : 'by Resend'
    const servers = await resolveMx(domain).catch(() => [])
    const detail = `mail to ${domain} comes in ${way}`
    if (servers.length > 0)
      return { state: 'ok', detail: `${detail}; MX: ${servers.map(({ exchange }) => exchange).join(', ')}` }
    return {
      state: 'warn',
      detail: `${detail}, but it has no MX record that can be found`,
      advice: 'See docs/inbound.md.',
    }
  })
}

function provider(app: App): Promise<Finding> {
  return trying('provider', async () => {
    const { name, flags, check } = app.provider
    const { ok, detail } = await check(AbortSignal.timeout(PATIENCE_MS))
    if (!ok)
      return {
        state: 'fail',
        detail: `${name}: ${detail}`,
        advice: `See that ${name === 'smtp' ? 'SMTP_URL' : 'RESEND_API_KEY'} is right.`,
        code: 'conflict',
      }
    const state = await app.store.pace.get(app.provider.account)
    if (state?.blockedReason) {
      return { state: 'warn', detail: `${name} is held back (${state.blockedReason}): ${state.blockedDetail}` }
    }
    return { state: 'ok', detail: flags.leavesMachine ? `${name}: ${detail}` : `${name}: mail stays on this machine` }
  })
}

async function providerEvents({ provider, config }: App): Promise<Finding> {
  const what = 'events'
  if (!provider.flags.reportsEvents) return { what, state: 'ok', detail: `${provider.name} tells of none` }
  if (config.resendWebhookSecrets) return { what, state: 'ok', detail: 'a secret to verify them with is set' }
  const advice = 'Set up a webhook and RESEND_WEBHOOK_SECRET: docs/provider-events.md tells how.'
  return { what, state: 'warn', detail: 'bounces and complaints are not heard of', advice }
}

function publicAddress({ provider, publicUrl, config }: App): Promise<Finding> {
  return trying('public address', async () => {
    if (!provider.flags.leavesMachine) return { state: 'ok', detail: `${publicUrl}, which is enough for the outbox` }
    if (!worksElsewhere(publicUrl)) {
      const advice =
        'Set PUBLIC_URL to the https address under which readers reach this server. Until then sends are refused.'
      return { state: 'fail', detail: `${publicUrl} works on this machine only`, advice, code: 'config_invalid' }
    }
    const answer = await fetch(`${publicUrl}/healthz`, { signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => null)
    // We speak no TLS, so an https address is that of a proxy.
    if (answer?.ok && config.trustProxy === null) {
      const advice = 'Set TRUST_PROXY to where the proxy in front is (loopback, say), so that readers are told apart.'
      return { state: 'warn', detail: `${publicUrl} answers, but all requests seem to come from the proxy`, advice }
    }
    if (answer?.ok) return { state: 'ok', detail: `${publicUrl} answers` }
    const advice =
      'Start the server (npm start) and see that the name, the certificate and the proxy in front are right.'
    return { state: 'warn', detail: `${publicUrl} does not answer from here`, advice }
  })
}

function templates(app: App): Promise<Finding> {
  return trying('templates', async () => {
    const { names, broken } = await app.templates()
    const [first] = broken
    if (!first) return { state: 'ok', detail: `${names.length} compile: ${names.join(', ')}` }
    const advice = broken.map(({ name, error }) => `${name}: ${error}`).join('; ')
    return { state: 'fail', detail: `${broken.length} cannot be used`, advice, code: 'conflict' }
  })
}

async function trying(what: string, check: () => Promise<Omit<Finding, 'what'>>): Promise<Finding> {
  try {
    return { what, ...(await check()) }
  } catch (error) {
    return failed(what, error)
  }
}

function failed(what: string, error: unknown): Finding {
  const message = error instanceof Error ? error.message : String(error)
  const isService = what === 'database' || what === 'queue'
  const code = error instanceof AppError ? error.code : isService ? 'unavailable' : 'internal'
  return { what, state: 'fail', detail: message, code }
}
