import { readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { startWorker } from '../../worker/main.ts'
import { type App, openApp } from '../app.ts'
import { type Config, withPort } from '../config/config.ts'
import { provideDataDir } from '../config/data-dir.ts'
import { AppError } from '../error.ts'
import { startServer } from '../http/server.ts'
import { type MailListener, startMailListener } from '../inbound/listener.ts'
import type { Logger } from '../log.ts'
import { provideOperatorKey } from './operator-key.ts'
import { SERVER_FILE } from './server-address.ts'

/** Which parts a process is to run. */
export type Parts = { readonly server: boolean; readonly worker: boolean }

/** An installation at work in this process. */
export type Serving = {
  readonly app: App
  /** Where the server listens; null without one. */
  readonly url: string | null
  /** A key that may do everything; null without a server. */
  readonly operatorKey: string | null
  /** Lets what is under way finish, and closes everything. */
  close(): Promise<void>
}

/**
 * Opens an installation and runs the wanted parts. With a server, it leaves in DATA_DIR where it is and a key for it,
 * so that commands started beside it find it.
 * @throws AppError `config_invalid`, `unavailable` (the port is taken, the database does not answer), `conflict`
 */
export async function serve(configured: Config, parts: Parts, log: Logger): Promise<Serving> {
  const config =
    parts.server && configured.port === 0 ? withPort(configured, await freePort(configured.host)) : configured
  if (parts.server) await provideDataDir(config.dataDir)
  const app = await openApp(config, { log })
  const closers = [() => app.close()]
  const close = async () => {
    for (const end of closers.splice(0).reverse()) await end()
  }
  try {
    if (parts.worker) {
      const worker = await startWorker(app)
      closers.push(() => worker.stop())
    }
    if (!parts.server) return { app, url: null, operatorKey: null, close }
    const server = await startServer(app)
    closers.push(() => server.close())
    const listener = await listenForMail(app)
    if (listener) closers.push(() => listener.close())
    const operatorKey = await provideOperatorKey(app)
    closers.push(await announce(app, server.url))
    return { app, url: server.url, operatorKey, close }
  } catch (error) {
    await close()
    throw error
  }
}

function listenForMail(app: App): Promise<MailListener | null> {
  const { inbound } = app.config
  if (!app.inbound || !inbound?.smtp) return Promise.resolve(null)
  return startMailListener(app, { ...app.inbound, ...inbound.smtp })
}

async function announce({ config, clock }: App, url: string): Promise<() => Promise<void>> {
  const file = join(config.dataDir, SERVER_FILE)
  const words = `${JSON.stringify({ url, pid: process.pid, startedAt: clock.now().toISOString() }, null, 2)}\n`
  await writeFile(file, words)
  return async () => {
    // Another server may have started on the same DATA_DIR since.
    if ((await readFile(file, 'utf8').catch(() => '')) === words) await rm(file, { force: true })
  }
}

/** A port that is free now. The public address has to be known before anything listens. */
function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (cause) =>
      reject(new AppError('config_invalid', `It is not possible to listen on HOST ${host}.`, { cause })),
    )
    probe.listen(0, host, () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
