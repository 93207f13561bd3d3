import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { systemClock } from '../src/clock.ts'
import { createLogger } from '../src/log.ts'
import { type EmbeddedServer, startEmbedded } from '../src/store/embedded/embedded.ts'
import { createPool, type Pool } from '../src/store/postgres/pool.ts'

/** What has to be ended and removed when the run is over, the last thing first. */
export type Leaving = {
  add(end: () => Promise<unknown>): void
  /** May be called again: everything is ended once. */
  now(): Promise<void>
}

export function leaving(): Leaving {
  const ends: (() => Promise<unknown>)[] = []
  const leave = async () => {
    for (let end = ends.pop(); end; end = ends.pop()) {
      // Whatever cannot be ended must not keep the rest from it.
      await end().catch((error: unknown) => console.error(error))
    }
  }
  let left = Promise.resolve()
  return {
    add: (end) => ends.push(end),
    now: () => {
      left = left.then(leave)
      return left
    },
  }
}

/** A directory of this run's own. */
export async function temporaryDirectory(leave: Leaving): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'pressroom-bench-'))
  leave.add(() => rm(directory, { recursive: true, force: true, maxRetries: 3 }))
  // The server of a root's run has an account of its own, which has to pass through.
  await chmod(directory, 0o711)
  return directory
}

/** The embedded PostgreSQL with the settings it always has, `fsync` among them, in a directory of its own. */
export async function startDatabase(directory: string, leave: Leaving): Promise<EmbeddedServer> {
  const dataDir = join(directory, 'postgres')
  const log = createLogger('error')
  const server = await startEmbedded({ dataDir, log, clock: systemClock, shelter: join(directory, 'shelter') })
  leave.add(() => server.stop())
  return server
}

/** A server of this machine. */
export type SystemPostgres = { readonly version: string; createDatabase(name: string): Promise<string> }

/** The account for a program that refuses to run as root; null: one's own will do. */
const ACCOUNT = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : null

/**
 * A PostgreSQL of this machine (from PG_BIN, a package's directory or PATH) with its own settings, `fsync` among them, on
 * a unix socket; null when there is none.
 */
export async function startSystemPostgres(directory: string, leave: Leaving): Promise<SystemPostgres | null> {
  const bin = findDirectoryOf('initdb', [process.env.PG_BIN, ...packagedPostgres()])
  if (!bin) return null
  const place = join(directory, 'system-postgres')
  await mkdir(place, { mode: 0o700 })
  if (ACCOUNT) await chown(place, ACCOUNT.uid, ACCOUNT.gid)
  const initdb = ['-D', join(place, 'data'), '-U', 'pressroom', '-E', 'UTF8', '--locale=C', '--auth=trust', '--no-sync']
  await promisify(execFile)(join(bin, 'initdb'), initdb, { ...ACCOUNT, cwd: '/' })
  const settings = ['listen_addresses=', `unix_socket_directories=${place}`, 'max_connections=200']
  const args = ['-D', join(place, 'data'), ...settings.flatMap((setting) => ['-c', setting])]
  const server = spawn(join(bin, 'postgres'), args, { ...ACCOUNT, cwd: '/', stdio: 'ignore' })
  leave.add(() => end(server, 'SIGINT'))
  const urlOf = (database: string) => `postgresql:///${database}?host=${encodeURIComponent(place)}&user=pressroom`
  const admin = createPool({ url: urlOf('postgres'), max: 1, applicationName: 'bench', log: createLogger('error') })
  leave.add(() => admin.end())
  const version = await answersQuery(admin)
  return {
    version,
    createDatabase: async (name) => {
      await admin.query(`create database ${name}`)
      return urlOf(name)
    },
  }
}

async function answersQuery(admin: Pool): Promise<string> {
  for (let waitedMs = 0; waitedMs < 15_000; waitedMs += 50) {
    const version = await admin.query<{ server_version: string }>('show server_version').catch(() => null)
    if (version) return version.rows[0]?.server_version ?? ''
    await sleep(50)
  }
  throw new Error('The PostgreSQL of this machine did not start within 15 s.')
}

/** A Redis of this machine on a free port, keeping nothing; null when `redis-server` is not on the PATH. */
export async function startRedis(directory: string, leave: Leaving): Promise<string | null> {
  const folder = findDirectoryOf('redis-server', [process.env.REDIS_BIN])
  if (!folder) return null
  const port = await freePort()
  const network = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory]
  const storage = ['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction']
  const redis = spawn(join(folder, 'redis-server'), [...network, ...storage], { stdio: 'ignore' })
  leave.add(() => end(redis))
  await answers(port)
  return `redis://127.0.0.1:${port}`
}

async function end(server: ChildProcess, signal: 'SIGTERM' | 'SIGINT' = 'SIGTERM'): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const gone = once(server, 'exit')
  server.kill(signal)
  await gone
}

async function answers(port: number): Promise<void> {
  for (let waitedMs = 0; waitedMs < 10_000; waitedMs += 20) {
    if (await canConnect(port)) return
    await sleep(20)
  }
  throw new Error('redis-server did not start within 10 s.')
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.end()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

function findDirectoryOf(name: string, extra: readonly (string | undefined)[]): string | undefined {
  const path = (process.env.PATH ?? '').split(delimiter)
  return [...extra, ...path].find((directory) => directory && existsSync(join(directory, name)))
}

function packagedPostgres(): readonly string[] {
  const root = '/usr/lib/postgresql'
  return existsSync(root) ? readdirSync(root).map((version) => join(root, version, 'bin')) : []
}

/** A port of loopback that is free just now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
