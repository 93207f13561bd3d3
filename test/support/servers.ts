import { execFile, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

/** A server that is not part of the package: how to reach it, or why there is none. */
export type Found = { readonly url: string } | { readonly missing: string }

/** The account for programs that refuse to run as root; null: one's own will do. */
const ACCOUNT = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : null

/**
 * A PostgreSQL of this machine (from PATH, PG_BIN or a package's directory) in `directory`, on a unix socket there.
 * It may be older than the embedded one, which is the point.
 */
export async function startSystemPostgres(directory: string): Promise<Found> {
  const bin = findDirectoryOf('initdb', [process.env.PG_BIN, ...packagedPostgres()])
  if (!bin) return { missing: 'PostgreSQL (initdb, postgres) is not installed' }
  mkdirSync(directory, { mode: 0o700 })
  if (ACCOUNT) chownSync(directory, ACCOUNT.uid, ACCOUNT.gid)
  const data = join(directory, 'data')
  const initdb = ['-D', data, '-U', 'pressroom', '-E', 'UTF8', '--locale=C', '--auth=trust', '--no-sync']
  await promisify(execFile)(join(bin, 'initdb'), initdb, { ...ACCOUNT, cwd: '/' })
  const settings = ['listen_addresses=', `unix_socket_directories=${directory}`, 'fsync=off', 'max_connections=200']
  const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])]
  start(join(bin, 'postgres'), args, ACCOUNT)
  await until(() => existsSync(join(directory, '.s.PGSQL.5432')), 'the PostgreSQL of this machine')
  const url = `postgresql:///postgres?host=${encodeURIComponent(directory)}&user=pressroom`
  return { url }
}

/** A Redis of this machine (from PATH or REDIS_BIN) in `directory`, on a free port of loopback. */
export async function startRedis(directory: string): Promise<Found> {
  const bin = findDirectoryOf('redis-server', [process.env.REDIS_BIN])
  if (!bin) return { missing: 'redis-server is not installed' }
  mkdirSync(directory, { mode: 0o700 })
  const port = await freePort()
  const pidFile = join(directory, 'redis.pid')
  const network = ['--port', String(port), '--bind', '127.0.0.1', '--pidfile', pidFile, '--dir', directory]
  // A database for each queue under test: hence so many.
  const storage = ['--save', '', '--appendonly', 'no', '--databases', '4096', '--maxmemory-policy', 'noeviction']
  start(join(bin, 'redis-server'), [...network, ...storage], null)
  await until(() => existsSync(pidFile), 'redis-server')
  return { url: `redis://127.0.0.1:${port}` }
}

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

function start(file: string, args: readonly string[], account: typeof ACCOUNT): void {
  // In a session of its own: the reaper ends it, not the terminal's Ctrl-C in the midst of the last test.
  spawn(file, args, { ...account, cwd: '/', detached: true, stdio: 'ignore' }).unref()
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < 15_000; waitedMs += 20) {
    if (condition()) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`${what} did not start within 15 s.`)
}

function findDirectoryOf(name: string, extra: readonly (string | undefined)[]): string | undefined {
  const path = (process.env.PATH ?? '').split(delimiter)
  return [...extra, ...path].find((directory) => directory && existsSync(join(directory, name)))
}

function packagedPostgres(): readonly string[] {
  const root = '/usr/lib/postgresql'
  if (!existsSync(root)) return []
  return readdirSync(root).map((version) => join(root, version, 'bin'))
}
