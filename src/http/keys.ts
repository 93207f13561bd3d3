import { createHash, randomBytes } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '../error.ts'
import type { ApiKey, KeyStore, Scope } from '../store/store.ts'

/** Every scope; a key that has them all is an operator's. */
export const SCOPES = ['read', 'write', 'send'] as const satisfies readonly Scope[]

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a key must be allowed to do to use the route: all of these. */
    scopes?: readonly Scope[]
  }
  interface FastifyRequest {
    /** The key that a request came with; null on pages that need none. */
    apiKey: ApiKey | null
  }
}

/** A new key, `pk_` and 256 random bits. It is shown once: only its hash is kept. */
export function newKey(): string {
  return `pk_${randomBytes(32).toString('base64url')}`
}

/** What is kept of a key. Its bits are random, so a plain sha256 cannot be searched. */
export function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}

/** Makes a key and keeps its hash. `key` is known to the caller alone from then on. */
export async function createKey(
  keys: KeyStore,
  { name, scopes }: { readonly name: string; readonly scopes: readonly Scope[] },
): Promise<{ readonly key: string; readonly apiKey: ApiKey }> {
  const key = newKey()
  const apiKey = await keys.create({ name, hash: hashKey(key), scopes: [...new Set(scopes)] })
  return { key, apiKey }
}

/** The key behind an `Authorization: Bearer` header, or null when there is none like it. */
export async function readKey(keys: KeyStore, authorization: string | undefined): Promise<ApiKey | null> {
  const [, key] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? []
  return key === undefined ? null : findKey(keys, key)
}

/** The key with that text, unless it was revoked. */
export async function findKey(keys: KeyStore, key: string): Promise<ApiKey | null> {
  return /^pk_[\w-]{43}$/.test(key) ? keys.findByHash(hashKey(key)) : null
}

/** Lets a request pass whose key may do what its route asks for (RFC 6750 section 3). A route that asks for nothing is closed. */
export function requireScopes(keys: KeyStore) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { authorization } = request.headers
    const key = await readKey(keys, authorization)
    if (key === null) {
      reply.header('www-authenticate', `Bearer realm="pressroom"${authorization ? ', error="invalid_token"' : ''}`)
      throw new AppError('unauthorised', 'Send "Authorization: Bearer" and a key; `pressroom key create` makes one.')
    }
    const needed = request.routeOptions.config.scopes ?? SCOPES
    const missing = needed.filter((scope) => !key.scopes.includes(scope))
    if (missing.length > 0) {
      const scope = needed.join(' ')
      reply.header('www-authenticate', `Bearer realm="pressroom", error="insufficient_scope", scope="${scope}"`)
      throw new AppError('forbidden', `This needs a key with the scope ${missing.join(' and ')}.`)
    }
    request.apiKey = key
  }
}
