import { randomBytes } from 'node:crypto'
import { chown, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Clock } from '../../clock.ts'
import { AppError } from '../../error.ts'
import type { Logger } from '../../log.ts'
import { type Attachment, knock, type Login } from './attachment.ts'
import { type Binaries, findBinaries, runnableBinaries } from './binaries.ts'
import { ensureCluster } from './cluster.ts'
import { findPlace, type Place, SHELTER } from './place.ts'
import { type Address, type Child, isAlive, launch, logTail, readAddress, shutDown } from './server.ts'

export type EmbeddedOptions = {
  /** Where the data is to be; made when missing. */
  readonly dataDir: string
  readonly log: Logger
  readonly clock: Clock
  /** Server settings over ours; they count only for the process that starts the server. */
  readonly settings?: Readonly<Record<string, string>>
  /** Default: a unix socket, on Windows loopback TCP with a password. */
  readonly transport?: 'socket' | 'tcp'
  /** Where root keeps what the server's account cannot reach; see `findPlace`. */
  readonly shelter?: string
}

/** The embedded PostgreSQL, as one attached process sees it. */
export type EmbeddedServer = {
  /** Connection string of the database `pressroom`, which exists. */
  readonly url: string
  /** Makes an empty database, unless it is there, and tells its connection string. */
  createDatabase(name: string): Promise<string>
  /** Detaches; the last attached process stops the server. Close pools first. May be called again. */
  stop(): Promise<void>
}

const DATABASE = 'pressroom'
const KNOCK_EVERY_MS = 20
const LAUNCH_EVERY_MS = 1_000
const MAX_LAUNCHES = 3

/**
 * Gives this process the PostgreSQL of `dataDir`: adopts the one that runs, else starts it, making the cluster first
 * when there is none. Any number of processes may do so at once. After a kill -9 of all of them the server lives on
 * and the next start adopts it; a server that dies under a process is started again. Throws `config_invalid`,
 * `conflict` or `unavailable` with what to do.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const { log, shelter = SHELTER } = options
  const found = await findBinaries()
  const place = await findPlace(options.dataDir, shelter, log)
  const binaries = await runnableBinaries(found, place.account, place.account ? shelter : place.home)
  const secret = await keepPassword(options, place)
  await ensureCluster(place, binaries, secret?.file ?? null)
  const server = hold({ ...options, place, binaries, password: secret?.password ?? null })
  try {
    return { url: await server.createDatabase(DATABASE), ...server }
  } catch (error) {
    await server.stop()
    throw error
  }
}

type Holding = EmbeddedOptions & {
  readonly place: Place
  readonly binaries: Binaries
  readonly password: string | null
}

/** Stays attached, again and again if need be, until it is stopped. */
function hold(holding: Holding): Omit<EmbeddedServer, 'url'> {
  const stopped = new AbortController()
  let attachment = attach(holding, regain, stopped.signal)
  let stopping: Promise<void> | undefined

  function regain(err: Error): void {
    holding.log.error({ event: 'embedded_lost', err }, 'the embedded database went away; bringing it back')
    attachment = attach(holding, regain, stopped.signal)
    attachment.catch((err) => holding.log.error({ event: 'embedded_not_regained', err }))
  }

  async function createDatabase(name: string): Promise<string> {
    const held = await attachment
    await held.createDatabase(name)
    return connectionString(held.login, name)
  }

  async function detach(): Promise<void> {
    stopped.abort()
    const held = await attachment.catch(() => null)
    if (!held) return
    const last = await held.detach().catch(() => false)
    if (last) await shutDown(holding.place, holding.binaries, held.pid, holding.clock)
    await held.end()
  }

  const stop = () => {
    stopping ??= detach()
    return stopping
  }
  return { createDatabase, stop }
}

/** Knocks, and starts the server where nobody opens, until this process is attached or `signal` aborts. */
async function attach(holding: Holding, onLost: (error: Error) => void, signal: AbortSignal): Promise<Attachment> {
  const { place, password, log, clock } = holding
  const launched: Child[] = []
  // Recovery after a crash is the one thing that takes long.
  for (let waitedMs = 0; waitedMs < 120_000 && !signal.aborted; waitedMs += KNOCK_EVERY_MS) {
    const address = await readAddress(place)
    const answer = address ? await knock(place, address, password, onLost) : ({ kind: 'absent' } as const)
    if (answer.kind === 'attached') {
      const event = launched.length > 0 ? 'embedded_started' : 'embedded_adopted'
      log.info({ event, pid: answer.attachment.pid, home: place.home })
      return answer.attachment
    }
    // One that ended may have met another process's server that has not opened its door yet: so not in a row.
    const mayLaunch = launched.every((child) => child.exited()) && waitedMs >= launched.length * LAUNCH_EVERY_MS
    if (answer.kind === 'absent' && mayLaunch) {
      if (launched.length === MAX_LAUNCHES) break
      launched.push(await launchAt(address, holding, launched.length === 0))
    }
    await clock.sleep(KNOCK_EVERY_MS)
  }
  const message = `The embedded database did not start; see ${place.logFile}, or set DATABASE_URL.`
  throw new AppError('unavailable', message, { cause: new Error(await logTail(place)) })
}

/** On TCP the last port is tried first: who used the server before it went away still has it. */
async function launchAt(last: Address | null, holding: Holding, samePort: boolean): Promise<Child> {
  const { place, binaries, password, settings = {} } = holding
  if (last) await forgetStale(place, last)
  const port = password === null ? null : last && samePort ? last.port : await freePort()
  return launch(place, binaries, port, settings)
}

/**
 * PostgreSQL believes a lock file whose process number is alive, whatever lives under it: after a restart of a
 * container that is often something else. Nobody answered at the address, so if that process is no postgres either,
 * the file is stale.
 */
async function forgetStale(place: Place, address: Address): Promise<void> {
  if (!isAlive(address.pid)) return
  const command = await readFile(`/proc/${address.pid}/cmdline`, 'utf8').catch(() => 'postgres')
  if (!command.includes('postgres')) await rm(join(place.cluster, 'postmaster.pid'), { force: true })
}

/** The server's password where it listens on TCP, kept in a file that only its owner can read; else null. */
async function keepPassword(
  { transport }: EmbeddedOptions,
  place: Place,
): Promise<{ readonly file: string; readonly password: string } | null> {
  if ((transport ?? (process.platform === 'win32' ? 'tcp' : 'socket')) === 'socket') return null
  const file = join(place.home, 'postgres.password')
  await writeFile(file, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' }).catch(ignoreExisting)
  if (place.account) await chown(file, place.account.uid, place.account.gid)
  return { file, password: (await readFile(file, 'utf8')).trim() }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

function connectionString(login: Login, database: string): string {
  const parameters = new URLSearchParams({
    host: login.host,
    port: String(login.port),
    user: login.user,
    sslmode: 'disable',
  })
  if (login.password !== undefined) parameters.set('password', login.password)
  return `postgresql:///${encodeURIComponent(database)}?${parameters}`
}
