import pg from 'pg'
import { AppError } from '../../error.ts'
import type { Logger } from '../../log.ts'

export type Pool = pg.Pool
/** One connection inside a transaction. */
export type Tx = pg.PoolClient
/** What runs one statement: the pool, or a transaction. */
export type Queryable = Pick<pg.Pool, 'query'> | Pick<pg.PoolClient, 'query'>

export type PoolOptions = {
  readonly url: string
  /** Connections at most; default 10. */
  readonly max?: number
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string
  /** Default: `public` as the database has it. */
  readonly searchPath?: string
  readonly log: Logger
}

const MINIMUM_VERSION = 14
/** Well below a batch's lease. */
const IDLE_MS = 30_000

/**
 * A pool on `url`; it connects at first use. Every session commits durably (`synchronous_commit = on`, whatever the
 * server's default) and speaks UTC; one that does nothing in an open transaction for 30 s is ended by the server, so that
 * a process which hangs, or whose machine is gone, holds no lock against the others. `int8` arrives as a number and fails loudly past 2^53; `date` stays `YYYY-MM-DD`;
 * `timestamptz` is a Date; `numeric` stays a string. A connection lost while idle is logged and replaced.
 */
export function createPool(options: PoolOptions): Pool {
  const pool = new pg.Pool({
    connectionString: withSessionSettings(options.url, options.searchPath),
    max: options.max ?? 10,
    application_name: options.applicationName,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    types: { getTypeParser: typeParser },
  })
  // Without a listener, a connection lost while checked out ends the process; whoever holds it learns of it by its query.
  pool.on('connect', (client) => client.on('error', () => undefined))
  pool.on('error', (err) => {
    // A server that stops while we close says so to connections that are going anyway.
    if (!pool.ending) options.log.warn({ event: 'database_connection_lost', err })
  })
  return pool
}

/**
 * Runs `fn` in one transaction (read committed) and commits; when `fn` throws, everything is rolled back and the error
 * goes on. The commit is on disk when this resolves.
 */
export async function transaction<T>(pool: Pool, fn: (tx: Tx) => Promise<T>): Promise<T> {
  const tx = await pool.connect()
  let broken: Error | undefined
  try {
    return await within(tx, fn, (cause) => {
      broken = cause
    })
  } finally {
    tx.release(broken)
  }
}

/**
 * The same on a connection that the caller has, and has to throw away when it is `broken`. `first` is run with the begin,
 * in one go.
 */
export async function within<T>(
  tx: Tx,
  fn: (tx: Tx) => Promise<T>,
  broken?: (cause: Error) => void,
  first = '',
): Promise<T> {
  try {
    await tx.query(`begin;${first}`)
    const result = await fn(tx)
    await tx.query('commit')
    return result
  } catch (error) {
    // A connection that cannot even roll back is thrown away; the server rolls back by itself.
    await tx.query('rollback').catch((cause: Error) => broken?.(cause))
    throw error
  }
}

/** Throws `config_invalid` when the server is older than PostgreSQL 14, `unavailable` when it does not answer. */
export async function requireSupportedServer(pool: Pool): Promise<{ readonly version: string }> {
  const { rows } = await pool
    .query<{ number: number; version: string }>(
      `select current_setting('server_version_num')::int as number, current_setting('server_version') as version`,
    )
    .catch((cause) => {
      throw new AppError('unavailable', 'The database does not answer. Check DATABASE_URL.', { cause })
    })
  const server = rows[0]
  if (!server || server.number < MINIMUM_VERSION * 10_000) {
    const message = `PostgreSQL ${server?.version} is too old: Pressroom needs ${MINIMUM_VERSION} or newer.`
    throw new AppError('config_invalid', message)
  }
  return { version: server.version }
}

/** Settings go into the connection string, where they follow and so outrank those the user put there. */
function withSessionSettings(url: string, searchPath: string | undefined): string {
  // No statement here runs long enough to be worth compiling, but sets of thousands of rows are estimated as if they did.
  const settings = [
    ...['-c synchronous_commit=on', '-c timezone=UTC', '-c jit=off'],
    `-c idle_in_transaction_session_timeout=${IDLE_MS}`,
  ]
  if (searchPath) settings.push(`-c search_path=${searchPath}`)
  const [base = url, query = ''] = url.split('?')
  const parameters = new URLSearchParams(query)
  const all = [parameters.get('options'), ...settings].filter((part) => part !== null && part !== '')
  parameters.set('options', all.join(' '))
  // "+" is a blank to URLSearchParams, but not to everything that reads connection strings.
  return `${base}?${parameters.toString().replaceAll('+', '%20')}`
}

const INT8 = 20
const INT8_ARRAY = 1016
const DATE = 1082

const typeParser: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') => {
  if (format === 'binary') return pg.types.getTypeParser(oid, format)
  if (oid === INT8) return parseSafeInteger
  if (oid === INT8_ARRAY) return parseSafeIntegers
  if (oid === DATE) return (text: string) => text
  return pg.types.getTypeParser(oid, 'text')
}

function parseSafeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is beyond 2^53 and would lose digits.`)
  return value
}

/** `{1,NULL,3}`; arrays of one dimension are all we have. */
function parseSafeIntegers(text: string): readonly (number | null)[] {
  const elements = text === '{}' ? [] : text.slice(1, -1).split(',')
  return elements.map((element) => (element === 'NULL' ? null : parseSafeInteger(element)))
}
