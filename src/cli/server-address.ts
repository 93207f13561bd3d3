import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Environment, readEnvironment } from '../config/env.ts'
import { AppError } from '../error.ts'

/** Where a server is and the key for it; null: none is known. */
export type ServerAddress = { readonly url: string; readonly key: string | null }

/** What a serving process leaves in DATA_DIR, for commands started beside it. */
export const SERVER_FILE = 'server.json'
/** A key of the operator of this machine, readable to the owner only. */
export const OPERATOR_KEY_FILE = 'operator-key'

/**
 * Where to find the server: `--url`, `PRESSROOM_URL`, what a server in DATA_DIR wrote down, else where one would listen.
 * The operator's key goes to the server of this DATA_DIR and to no other address.
 * @throws AppError `config_invalid` when the address is none, or the key could not be one
 */
export function findServer(
  options: { readonly url?: string | undefined; readonly key?: string | undefined },
  { directory, env }: { readonly directory: string; readonly env: Environment },
): ServerAddress {
  const settings = readEnvironment(directory, env)
  const dataDir = resolve(directory, settings.DATA_DIR ?? '.pressroom')
  const local = readServerFile(dataDir) ?? `http://127.0.0.1:${settings.PORT ?? '3000'}`
  const url = checkUrl(options.url ?? settings.PRESSROOM_URL ?? local)
  const isLocal = new URL(url).origin === new URL(checkUrl(local)).origin
  const given = options.key ?? settings.PRESSROOM_KEY
  return { url, key: given === undefined ? (isLocal ? readKey(dataDir) : null) : checkKey(given) }
}

function checkKey(key: string): string {
  if (/^[\x21-\x7e]+$/.test(key.trim())) return key.trim()
  throw new AppError(
    'config_invalid',
    'What --key or PRESSROOM_KEY holds is no key; one looks like pk_ and 43 characters.',
  )
}

function checkUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (parsed && ['http:', 'https:'].includes(parsed.protocol)) return parsed.href.replace(/\/+$/, '')
  throw new AppError(
    'config_invalid',
    `${url} is not the address of a server; expected one such as http://localhost:3000.`,
  )
}

function readServerFile(dataDir: string): string | null {
  try {
    const { url } = JSON.parse(readFileSync(join(dataDir, SERVER_FILE), 'utf8')) as { url?: unknown }
    return typeof url === 'string' && URL.canParse(url) ? url : null
  } catch {
    return null
  }
}

function readKey(dataDir: string): string | null {
  try {
    return readFileSync(join(dataDir, OPERATOR_KEY_FILE), 'utf8').trim() || null
  } catch {
    return null
  }
}
