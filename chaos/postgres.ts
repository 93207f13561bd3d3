import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdirSync, openSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { createLogger } from '../src/log.ts'
import { isRoot, unprivilegedAccount } from '../src/store/embedded/account.ts'
import { findBinaries, runnableBinaries } from '../src/store/embedded/binaries.ts'
import { migrate } from '../src/store/postgres/migrate.ts'
import { createPool } from '../src/store/postgres/pool.ts'

/** A PostgreSQL of this run alone, which can be crashed. */
export type Postgres = {
  readonly version: string
  /** Makes a migrated database and gives its connection string. */
  createDatabase(name: string): Promise<string>
  /** Ends it at once, as a crash would (immediate mode: no checkpoint), and starts it again; it recovers from its log. */
  crash(): Promise<void>
  stop(): Promise<void>
}

const TEMPLATE = 'chaos_template'

/**
 * The PostgreSQL of this machine (from PATH, PG_BIN or a package's directory), else the one from npm, in `directory`. It
 * keeps its log in memory of the kernel's (`fsync = off`): enough for what dies here, which is processes.
 */
export async function startPostgres(directory: string, logFile: string): Promise<Postgres> {
  const account = isRoot() ? await unprivilegedAccount() : null
  const bin = installed() ?? join((await runnableBinaries(await findBinaries(), account, directory)).root, 'bin')
  const home = join(directory, 'postgres')
  mkdirSync(home, { mode: 0o700 })
  if (account) chownSync(home, account.uid, account.gid)
  const data = join(home, 'data')
  const initdb = ['-D', data, '-U', 'pressroom', '-E', 'UTF8', '--locale=C', '--auth=trust', '--no-sync']
  await promisify(execFile)(join(bin, 'initdb'), initdb, { ...account, cwd: '/' })
  const settings = ['listen_addresses=', `unix_socket_directories=${home}`, 'fsync=off', 'max_connections=300']
  const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])]
  const url = (name: string) => `postgresql:///${name}?host=${encodeURIComponent(home)}&user=pressroom`
  const log = openSync(logFile, 'a')
  let server: ChildProcess
  const start = async () => {
    // In a session of its own: Ctrl-C is for the parent, who ends things in order.
    server = spawn(join(bin, 'postgres'), args, { ...account, cwd: '/', detached: true, stdio: ['ignore', log, log] })
    await answers(url('postgres'))
  }
  const end = async (signal: NodeJS.Signals) => {
    if (server.exitCode !== null || server.signalCode !== null) return
    const gone = once(server, 'exit')
    server.kill(signal)
    await gone
  }
  await start()
  const version = await administer(url('postgres'), `create database ${TEMPLATE}`)
  await migrateTemplate(url(TEMPLATE))
  return {
    version,
    createDatabase: async (name) => {
      await administer(url('postgres'), `create database ${name} template ${TEMPLATE}`)
      return url(name)
    },
    crash: async () => {
      await end('SIGQUIT')
      await start()
    },
    stop: () => end('SIGINT'),
  }
}

const log = createLogger('silent')

/** Runs a statement, and tells the server's version. */
async function administer(url: string, statement: string): Promise<string> {
  const pool = createPool({ url, applicationName: 'chaos', max: 1, log })
  try {
    await pool.query(statement)
    const { rows } = await pool.query<{ server_version: string }>('show server_version')
    return rows[0]?.server_version ?? 'unknown'
  } finally {
    await pool.end()
  }
}

async function migrateTemplate(url: string): Promise<void> {
  const pool = createPool({ url, applicationName: 'chaos', log })
  await migrate(pool).finally(() => pool.end())
}

async function answers(url: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < 30_000; waitedMs += 50) {
    const answered = await administer(url, 'select 1').catch(() => null)
    if (answered) return
    await sleep(50)
  }
  throw new Error('PostgreSQL did not answer within 30 s.')
}

function installed(): string | undefined {
  const root = '/usr/lib/postgresql'
  const packaged = existsSync(root) ? readdirSync(root).map((version) => join(root, version, 'bin')) : []
  const path = (process.env.PATH ?? '').split(delimiter)
  const candidates = [process.env.PG_BIN, ...packaged, ...path]
  return candidates.find((directory) => directory && existsSync(join(directory, 'initdb')))
}
