import { createHash } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Settings, Undocumented } from './options.ts'
import type { Reply } from './reply.ts'

/** What a key means for the request that carries it. */
export type KeyState =
  /** Not seen in 24 h: go on, then say how it ended. */
  | { readonly kind: 'new'; readonly finish: (reply: Reply) => void; readonly forget: () => void }
  /** The same request has been answered before. */
  | { readonly kind: 'replay'; readonly reply: Reply }
  | { readonly kind: 'running' }
  | { readonly kind: 'mismatch' }

/** Remembers keys for 24 hours, and the answers given under them. */
export type IdempotencyKeys = {
  begin(key: string, fingerprint: string): KeyState
  /** Ties a key that has not been seen to a payload, without an answer. */
  bind(key: string, fingerprint: string): void
}

type Entry = { readonly fingerprint: string; readonly since: number; bound?: true; reply?: Reply }

const LONG = 1_024
const LIFETIME_MS = 24 * 60 * 60 * 1_000

export function idempotencyKeys(clock: Clock, settings: Pick<Settings, 'undocumented'>): IdempotencyKeys {
  const entries = new Map<string, Entry>()

  function start(key: string, fingerprint: string, now: number): KeyState {
    const entry: Entry = { fingerprint, since: now }
    entries.set(key, entry)
    const forget = () => {
      if (entries.get(key) === entry) entries.delete(key)
    }
    const finish = (reply: Reply) => {
      if (isRemembered(reply, settings.undocumented.cacheErrors)) entry.reply = reply
      else forget()
    }
    return { kind: 'new', finish, forget }
  }

  return {
    begin(key, fingerprint) {
      const now = clock.now().getTime()
      dropExpired(entries, now)
      const entry = entries.get(key)
      if (!entry || (entry.bound && entry.fingerprint === fingerprint)) return start(key, fingerprint, now)
      if (entry.bound) return { kind: 'mismatch' }
      if (!entry.reply) return { kind: 'running' }
      return entry.fingerprint === fingerprint ? { kind: 'replay', reply: entry.reply } : { kind: 'mismatch' }
    },
    bind(key, fingerprint) {
      const now = clock.now().getTime()
      dropExpired(entries, now)
      if (!entries.has(key)) entries.set(key, { fingerprint, since: now, bound: true })
    },
  }
}

/** What has to be the same for two requests to count as one. */
export function fingerprintOf(bytes: Uint8Array, parsed: unknown, rule: Undocumented['fingerprint']): string {
  const hash = createHash('sha256')
  if (rule === 'bytes') return hash.update(bytes).digest('hex')
  return hash.update(JSON.stringify(rule === 'ordered' ? parsed : sorted(parsed), digestLong)).digest('hex')
}

/** Hashing the bodies of a batch is several times as fast as escaping them for JSON once more. */
function digestLong(_: string, value: unknown): unknown {
  const isLong = typeof value === 'string' && value.length > LONG
  return isLong ? createHash('sha256').update(value).digest('hex') : value
}

function isRemembered({ status }: Reply, cacheErrors: Undocumented['cacheErrors']): boolean {
  if (status < 400 || cacheErrors === 'all') return true
  return cacheErrors === '4xx' && status < 500
}

/** The oldest come first in a Map, so the walk ends at the first one that is still good. */
function dropExpired(entries: Map<string, Entry>, now: number): void {
  for (const [key, entry] of entries) {
    if (now - entry.since < LIFETIME_MS) return
    entries.delete(key)
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(fields.map(([name, field]) => [name, sorted(field)]))
}
