import { realpath } from 'node:fs/promises'
import pg from 'pg'
import { SUPERUSER } from './cluster.ts'
import type { Place } from './place.ts'
import type { Address } from './server.ts'

/** How this process reaches the server. */
export type Login = {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string | undefined
}

/** The session that says "this process uses the server"; the kernel ends it with the process, however that dies. */
export type Attachment = {
  readonly login: Login
  readonly pid: number
  /** True when nobody else is attached; from then on nobody can attach, and the server has to be shut down. */
  detach(): Promise<boolean>
  /** Ends the session. */
  end(): Promise<void>
  /** Makes an empty database unless there is one of that name. */
  createDatabase(name: string): Promise<void>
}

export type Knock =
  | { readonly kind: 'attached'; readonly attachment: Attachment }
  /** Nobody listens there, or a server of something else. */
  | { readonly kind: 'absent' }
  /** It is starting, recovering or stopping: knock again. */
  | { readonly kind: 'busy' }

/** Spells "pres". Attached processes hold it shared; the last one takes it alone before it stops the server. */
const LOCK = 0x70726573

/**
 * Connects to `address` and attaches when the server there says that it is the one of this cluster. A lost session
 * calls `onLost` once.
 */
export async function knock(
  place: Place,
  address: Address,
  password: string | null,
  onLost: (error: Error) => void,
): Promise<Knock> {
  const login = { host: address.host, port: address.port, user: SUPERUSER, password: password ?? undefined }
  const client = new pg.Client({
    ...login,
    ssl: false,
    database: 'postgres',
    application_name: `pressroom attached ${process.pid}`,
    connectionTimeoutMillis: 5_000,
  })
  let over = false
  const end = async () => {
    over = true
    await client.end().catch(() => undefined)
  }
  client.on('error', (error) => {
    if (!over) onLost(error)
    over = true
  })
  const refuse = async (kind: 'absent' | 'busy') => {
    await end()
    return { kind }
  }
  try {
    await client.connect()
    if (!(await samePath(await ask(client, 'show data_directory'), place.cluster))) return refuse('absent')
    if (!(await ask(client, `select pg_try_advisory_lock_shared(${LOCK})`))) return refuse('busy')
  } catch (error) {
    return refuse(isRefusal(error) ? 'absent' : 'busy')
  }
  const detach = async () => {
    if (over) return false
    await ask(client, `select pg_advisory_unlock_shared(${LOCK})`)
    const alone = await ask(client, `select pg_try_advisory_lock(${LOCK})`)
    over = true
    return Boolean(alone)
  }
  const createDatabase = (name: string) => makeDatabase(client, name)
  return { kind: 'attached', attachment: { login, pid: address.pid, detach, end, createDatabase } }
}

async function makeDatabase(client: pg.Client, name: string): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name])
  if (rowCount) return
  await client.query(`create database ${pg.escapeIdentifier(name)}`).catch((error: Error & { code?: string }) => {
    // duplicate_database, or unique_violation when two make it in the same moment.
    if (error.code !== '42P04' && error.code !== '23505') throw error
  })
}

async function ask(client: pg.Client, sql: string): Promise<string> {
  const { rows } = await client.query<[string]>({ text: sql, rowMode: 'array' })
  return rows[0]?.[0] ?? ''
}

async function samePath(one: string, other: string): Promise<boolean> {
  const real = (path: string) => realpath(path).catch(() => path)
  return (await real(one)) === (await real(other))
}

/** Nobody is there, or (28xxx) somebody who does not know us; all else is a server between two states. */
const REFUSALS = /^(ENOENT|ENOTDIR|ECONNREFUSED|ENOTSOCK|EADDRNOTAVAIL|28...)$/

function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && REFUSALS.test(String(error.code))
}
