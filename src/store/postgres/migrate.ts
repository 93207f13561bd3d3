import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { runMigrations } from 'bullmq'
import { AppError } from '../../error.ts'
import { exists } from '../embedded/binaries.ts'
import { LOCKS } from './locks.ts'
import { type Pool, requireSupportedServer, type Tx, transaction } from './pool.ts'

/** One file of `migrations/`: its name without `.sql`, its text, and what its text hashes to. */
type MigrationFile = { readonly name: string; readonly text: string; readonly sha256: string }

const NAME = /^\d{3}_[a-z0-9_]+\.sql$/
const HISTORY = 'pressroom_migration_checksum'

/**
 * Brings the database up to this code: our numbered files, then the queue's own tables (schema `bullmq`). All of ours
 * that are missing run in one transaction under a lock, so that they apply wholly or not at all, whoever else starts
 * at the same time. Returns the names of those it applied. Throws `conflict` when the database is newer than this code
 * or when a file was changed after it had been applied; files are immutable once applied.
 */
export async function migrate(pool: Pool, directory?: string): Promise<{ readonly applied: readonly string[] }> {
  await requireSupportedServer(pool)
  const files = await readFiles(directory ?? (await findDirectory()))
  await refuseForeignHistory(pool, files)
  const applied = await applyFiles(pool, files)
  await migrateQueue(pool)
  return { applied }
}

/** `migrations/` of the package this file belongs to, be it run from its source or from its build. */
async function findDirectory(): Promise<string> {
  for (let parent = import.meta.dirname; parent !== dirname(parent); parent = dirname(parent)) {
    const candidate = join(parent, 'migrations')
    if (await exists(candidate)) return candidate
  }
  throw new AppError('internal', 'The directory "migrations" is missing from the installation.')
}

async function readFiles(directory: string): Promise<readonly MigrationFile[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort()
  const misnamed = names.filter((name) => !NAME.test(name))
  if (misnamed.length > 0) throw new AppError('internal', `A migration is called NNN_name.sql: ${misnamed.join(', ')}.`)
  return Promise.all(names.map((name) => readMigration(directory, name)))
}

async function readMigration(directory: string, name: string): Promise<MigrationFile> {
  // A checkout with other line ends is the same migration.
  const text = (await readFile(join(directory, name), 'utf8')).replaceAll('\r\n', '\n')
  return { name: name.slice(0, -'.sql'.length), text, sha256: createHash('sha256').update(text).digest('hex') }
}

/** Compares the files with what the database remembers of those it was made with. */
async function refuseForeignHistory(pool: Pool, files: readonly MigrationFile[]): Promise<void> {
  const known = new Map(files.map((file) => [file.name, file.sha256]))
  for (const { name, sha256 } of await readHistory(pool)) {
    const current = known.get(name)
    if (current === sha256) continue
    const message = current
      ? `The migration ${name} was changed after this database had been made with it. Restore the file; what is to be different goes into a new one.`
      : `This database is newer than this Pressroom: it knows the migration ${name}. Update Pressroom.`
    throw new AppError('conflict', message)
  }
}

async function readHistory(pool: Pool): Promise<readonly { name: string; sha256: string }[]> {
  const { rows } = await pool.query<{ there: boolean }>(`select to_regclass($1) is not null as there`, [HISTORY])
  if (!rows[0]?.there) return []
  const history = await pool.query<{ name: string; sha256: string }>(
    `select name, sha256 from ${HISTORY} order by name`,
  )
  return history.rows
}

function applyFiles(pool: Pool, files: readonly MigrationFile[]): Promise<readonly string[]> {
  return transaction(pool, async (tx) => {
    await tx.query('set local statement_timeout = 0')
    await tx.query('select pg_advisory_xact_lock($1)', [LOCKS.migrate])
    await tx.query(
      `create table if not exists ${HISTORY} (
         name text primary key,
         sha256 text not null,
         applied_at timestamptz not null default now()
       )`,
    )
    const { rows } = await tx.query<{ name: string }>(`select name from ${HISTORY}`)
    const applied = new Set(rows.map(({ name }) => name))
    const missing = files.filter(({ name }) => !applied.has(name))
    for (const file of missing) await applyFile(tx, file)
    return missing.map(({ name }) => name)
  })
}

async function applyFile(tx: Tx, { name, text, sha256 }: MigrationFile): Promise<void> {
  try {
    await tx.query(text)
  } catch (cause) {
    throw new AppError('internal', `The migration ${name} failed.`, { cause })
  }
  await tx.query(`insert into ${HISTORY} (name, sha256) values ($1, $2)`, [name, sha256])
}

async function migrateQueue(pool: Pool): Promise<void> {
  const client = await pool.connect()
  try {
    await runMigrations(client)
  } finally {
    client.release()
  }
}
