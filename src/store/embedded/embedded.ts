import { randomBytes } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Clock } from '../../clock.ts'
import { AppError } from '../../error.ts'
import type { Logger } from '../../log.ts'
import { type Attachment, knock } from './attachment.ts'
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

/**
 * Gives this process the PostgreSQL of `dataDir`: adopts the one that runs, else starts it, making the cluster first
 * when there is none. Any number of processes may do so at once. After a kill -9 of all of them the server lives on
 * and the next start adopts it. Throws `config_invalid`, `conflict` or `unavailable` with what to do.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const { log, clock, shelter = SHELTER } = options
  const found = await findBinaries()
  const place = await findPlace(options.dataDir, shelter, log)
  const binaries = await runnableBinaries(found, place.account, place.account ? shelter : place.home)
  const password = await readPassword(options)
  await ensureCluster(place, binaries, password)
  const attachment = await attach(place, binaries, password, options)
  const createDatabase = async (name: string) => {
    await attachment.createDatabase(name)
    return connectionString(attachment, name)
  }
  let stopping: Promise<void> | undefined
  const stop = () => {
    stopping ??= detach(place, binaries, attachment, clock)
    return stopping
  }
  return { url: await createDatabase(DATABASE), createDatabase, stop }
}

async function attach(
  place: Place,
  binaries: Binaries,
  password: string | null,
  { log, clock, settings = {} }: EmbeddedOptions,
): Promise<Attachment> {
  const onLost = (error: Error) => log.error({ event: 'embedded_lost', err: error }, 'the embedded database is gone')
  const children: Child[] = []
  // Recovery after a crash is the one thing that takes long.
  for (let waitedMs = 0; waitedMs < 120_000; waitedMs += 20) {
    const address = await readAddress(place)
    const answer = address ? await knock(place, address, password, onLost) : ({ kind: 'absent' } as const)
    if (answer.kind === 'attached') {
      const event = children.length > 0 ? 'embedded_started' : 'embedded_adopted'
      log.info({ event, pid: answer.attachment.pid, home: place.home })
      return answer.attachment
    }
    if (answer.kind === 'foreign') throw foreign(place, answer.dataDirectory)
    if (answer.kind === 'absent' && children.every((child) => child.exited() !== null)) {
      if (children.length === 3) throw await refused(place)
      if (address) await forgetStale(place, address)
      children.push(await launch(place, binaries, password === null ? null : await freePort(), settings))
    }
    await clock.sleep(20)
  }
  throw await refused(place)
}

async function detach(place: Place, binaries: Binaries, attachment: Attachment, clock: Clock): Promise<void> {
  const last = await attachment.detach().catch(() => false)
  if (last) await shutDown(place, binaries, attachment.pid, clock)
  await attachment.end()
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

function foreign(place: Place, dataDirectory: string): AppError {
  return new AppError(
    'conflict',
    `Another PostgreSQL, of ${dataDirectory}, answers where the embedded one of ${place.cluster} is expected. Stop it, or set DATABASE_URL.`,
  )
}

async function refused(place: Place): Promise<AppError> {
  const message = `The embedded database did not start; see ${place.logFile}, or set DATABASE_URL.`
  return new AppError('unavailable', message, { cause: new Error(await logTail(place)) })
}

/** The server's password where it listens on TCP, kept in DATA_DIR and readable by its owner only; else null. */
async function readPassword({ dataDir, transport }: EmbeddedOptions): Promise<string | null> {
  if ((transport ?? (process.platform === 'win32' ? 'tcp' : 'socket')) === 'socket') return null
  const file = join(dataDir, 'postgres.password')
  await writeFile(file, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' }).catch(ignoreExisting)
  return (await readFile(file, 'utf8')).trim()
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

function connectionString({ login }: Attachment, database: string): string {
  const parameters = new URLSearchParams({ host: login.host, port: String(login.port), user: login.user })
  if (login.password !== undefined) parameters.set('password', login.password)
  return `postgresql:///${encodeURIComponent(database)}?${parameters}`
}
