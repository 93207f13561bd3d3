import type { App } from '../../app.ts'
import { VERSION } from '../../version.ts'
import type { DefineCommand } from '../commands.ts'
import { fields } from '../table.ts'
import { untilStopped } from '../until-stopped.ts'

/** `pressroom start`: pages, API and worker in one process. */
export const start: DefineCommand = (command, { terminal, output, config: readConfig }) => {
  command.addHelpText('after', HELP).action(async () => {
    const config = await readConfig()
    const [{ serve }, { quietLogger }] = await Promise.all([import('../serve.ts'), import('../quiet-logger.ts')])
    const serving = await serve(config, { server: true, worker: true }, quietLogger(config, terminal))
    try {
      const { app, url } = serving
      const started = { ...saidOf(app), url }
      output.result(started, () => welcome(started, config.dataDir))
      await untilStopped(terminal.stopped)
      output.note('Stopping: mail that is on its way is finished. Again to force it.')
    } finally {
      await serving.close()
    }
  })
}

function saidOf({ publicUrl, tier, provider, config: { inbound } }: App) {
  const { host, port } = inbound?.smtp ?? {}
  const way =
    inbound &&
    (port === undefined
      ? `mail to ${inbound.domain}, by Resend`
      : `mail to ${inbound.domain}, at port ${port} of ${host}`)
  return { publicUrl, tier, provider: provider.name, inbound: way }
}

type Started = {
  readonly url: string | null
  readonly publicUrl: string
  readonly tier: 'embedded' | 'postgres' | 'redis'
  readonly provider: string
  readonly inbound: string | null
}

const TIERS = {
  embedded: (dataDir: string) => `an embedded PostgreSQL, kept in ${dataDir}; the queue is in it`,
  postgres: () => 'PostgreSQL (DATABASE_URL); the queue is in it',
  redis: () => 'PostgreSQL (DATABASE_URL), with the queue on Redis (REDIS_URL)',
}

function welcome({ url, publicUrl, tier, provider, inbound }: Started, dataDir: string): string {
  const isOutbox = provider === 'outbox'
  const lines = {
    'Readers see': publicUrl,
    API: `${url}/api/v1, described at ${url}/api/docs`,
    Outbox: isOutbox ? `${url}/outbox` : undefined,
    Mail: isOutbox
      ? 'stays on this machine; with RESEND_API_KEY or SMTP_URL it goes out'
      : `goes out through ${provider}`,
    Inbound: inbound ?? undefined,
    Data: TIERS[tier](dataDir),
  }
  return `Pressroom ${VERSION} is running at ${url}\n\n${fields(lines)}\n\nCtrl-C stops it.`
}

const HELP = `
With nothing configured it keeps its database in DATA_DIR and its mail in the outbox. It stops at SIGINT or SIGTERM,
letting mail that is on its way finish; a second signal forces it.

Examples:
  pressroom start
  PORT=8080 PUBLIC_URL=https://news.example.com pressroom start
  pressroom start --json                              prints one JSON object when it is ready`
