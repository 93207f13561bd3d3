import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { systemClock } from '../../src/clock.ts'
import { createLogger } from '../../src/log.ts'
import { startEmbedded } from '../../src/store/embedded/embedded.ts'
import { migrate } from '../../src/store/postgres/migrate.ts'
import { createPool } from '../../src/store/postgres/pool.ts'
import { TEMPLATE, withDatabase } from './database.ts'
import { startRedis, startSystemPostgres } from './servers.ts'

/** The servers of this run, or why one is missing; a test gets at them with `inject('servers')`. */
export type Servers = {
  /** Whatever is in it when the run is over is deleted, and servers that still run there are ended. */
  readonly directory: string
  readonly embedded: string
  readonly postgres: { readonly url: string } | { readonly missing: string }
  readonly redis: { readonly url: string } | { readonly missing: string }
}

declare module 'vitest' {
  export interface ProvidedContext {
    servers: Servers
  }
}

const log = createLogger('error')

/** Starts one server of each kind for the whole run, each with a migrated database to copy; all are gone afterwards. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const directory = mkdtempSync(join(tmpdir(), 'pressroom-test-'))
  // The server of a root's run has an account of its own, which has to pass through.
  chmodSync(directory, 0o711)
  const reaper = startReaper(directory)
  const settings = { fsync: 'off', full_page_writes: 'off' }
  const dataDir = join(directory, 'embedded')
  const [embedded, postgres, redis] = await Promise.all([
    startEmbedded({ dataDir, log, clock: systemClock, settings, shelter: join(directory, 'shelter') }),
    startSystemPostgres(join(directory, 'postgres')),
    startRedis(join(directory, 'redis')),
  ])
  await Promise.all([makeTemplate(embedded.url), 'url' in postgres && makeTemplate(postgres.url)])
  project.provide('servers', { directory, embedded: embedded.url, postgres, redis })
  project.onTestsRerun(() => makeTemplate(embedded.url))

  return async () => {
    await embedded.stop()
    const gone = new Promise((resolve) => reaper.once('exit', resolve))
    reaper.stdin?.end()
    await gone
  }
}

function startReaper(directory: string): ChildProcess {
  const script = join(import.meta.dirname, 'reaper.mjs')
  return spawn(process.execPath, [script, directory], { detached: true, stdio: ['pipe', 'ignore', 'inherit'] })
}

/** A migrated database that every test database is a copy of; nobody may be connected to it while it is copied. */
async function makeTemplate(url: string): Promise<void> {
  const admin = createPool({ url, applicationName: 'pressroom test', max: 1, log })
  const { rowCount } = await admin.query('select 1 from pg_database where datname = $1', [TEMPLATE])
  if (!rowCount) await admin.query(`create database ${TEMPLATE}`)
  await admin.end()
  const pool = createPool({ url: withDatabase(url, TEMPLATE), applicationName: 'pressroom test', log })
  await migrate(pool)
  await pool.end()
}
