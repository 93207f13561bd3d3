import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { createLogger, type Logger } from '../../src/log.ts'
import { createPool, type Pool } from '../../src/store/postgres/pool.ts'

/** A database of its own, made with all migrations, and a pool on it. */
export type TestDatabase = {
  readonly url: string
  readonly pool: Pool
  /** Deletes every row of ours, for the next test of the same file: much quicker than another database. */
  empty(): Promise<void>
  /** Ends the pool and deletes the database; sessions that are still connected are ended. */
  drop(): Promise<void>
}

export const TEMPLATE = 'pressroom_template'

/** Those that refer come before those referred to. */
const TABLES = [
  ...['delivery', 'batch', 'send_edition', 'operator_log', 'send_fate', 'send', 'issue_article', 'issue'],
  ...[
    'subscription',
    'provider_event',
    'inbound_mail',
    'suppression',
    // Takes its consent with it, which nothing else can.
    'subscriber',
    'erased',
    'request_count',
    'article',
    'newsletter',
    'edition',
    'provider_domain',
    'provider',
    'api_key',
  ],
]

/** What tests pass as a log: nothing is said below "error". */
export const testLog: Logger = createLogger('silent')

/** A fresh migrated database on the embedded server, or on the server of `url`; about 50 ms. */
export function createTestDatabase(url: string = inject('servers').embedded): Promise<TestDatabase> {
  return copyDatabase(url, TEMPLATE)
}

/** A database in which nothing is, not even our tables. */
export function createEmptyDatabase(url: string = inject('servers').embedded): Promise<TestDatabase> {
  return copyDatabase(url, 'template0')
}

async function copyDatabase(url: string, template: string): Promise<TestDatabase> {
  const name = `t_${randomBytes(6).toString('hex')}`
  await administer(url, `create database ${name} template ${template}`)
  const own = withDatabase(url, name)
  const pool = createPool({ url: own, applicationName: 'pressroom test', log: testLog })
  const drop = async () => {
    await pool.end()
    await administer(url, `drop database ${name} with (force)`)
  }
  const empty = async () => {
    await pool.query(withLogOpen(TABLES.map((table) => `delete from ${table};`).join('\n')))
  }
  return { url: own, pool, empty, drop }
}

/** The operators' log refuses to be emptied; only its table's owner can have it otherwise. */
export function withLogOpen(statements: string): string {
  const trigger = (verb: 'disable' | 'enable') => `alter table operator_log ${verb} trigger operator_log_kept;`
  return `${trigger('disable')} ${statements}; ${trigger('enable')}`
}

/** The same server, another database. */
export function withDatabase(url: string, name: string): string {
  const parsed = new URL(url)
  parsed.pathname = `/${name}`
  return parsed.href
}

async function administer(url: string, statement: string): Promise<void> {
  const admin = createPool({ url, applicationName: 'pressroom test', max: 1, log: testLog })
  try {
    await admin.query(statement)
  } finally {
    await admin.end()
  }
}
