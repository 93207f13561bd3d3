import { lookup as resolve } from 'node:dns'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { LookupFunction } from 'node:net'
import { isIP } from 'node:net'
import { isPublicAddress } from './public-address.ts'

/** What is known of an address after asking for it. */
export type Answer =
  | { readonly kind: 'status'; readonly status: number; readonly location: string | undefined }
  /** Not asked: it leads to this machine or a local network. */
  | { readonly kind: 'private' }
  /** No answer: `code` is Node's, such as `ENOTFOUND`. */
  | { readonly kind: 'failed'; readonly code: string }

export type KnockOptions = {
  /** Ends the wait. */
  readonly signal: AbortSignal
  /** Which IP addresses may be asked; default: public ones. */
  readonly mayReach?: (address: string) => boolean
}

/**
 * Asks for an http or https address and reads no more than the head of the answer. Follows nothing. The name is resolved
 * once, and the address that is judged is the one that is connected to.
 */
export function knock(method: 'HEAD' | 'GET', url: URL, options: KnockOptions): Promise<Answer> {
  const { signal, mayReach = isPublicAddress } = options
  const host = url.hostname.replace(/^\[|\]$/g, '')
  // A name that is an address is not looked up.
  if (isIP(host) !== 0 && !mayReach(host)) return Promise.resolve({ kind: 'private' })
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((done) => {
    const asked = request(url, { method, signal, headers: HEADERS, agent: false, lookup: guardedLookup(mayReach) })
    asked.on('response', (response) => {
      done({ kind: 'status', status: response.statusCode ?? 0, location: response.headers.location })
      asked.destroy()
    })
    asked.on('error', (error: NodeJS.ErrnoException) => {
      const code = signal.aborted ? 'ETIMEDOUT' : (error.code ?? error.name)
      done(code === PRIVATE ? { kind: 'private' } : { kind: 'failed', code })
    })
    asked.end()
  })
}

const PRIVATE = 'EPRIVATE'
const HEADERS = { 'user-agent': 'Pressroom (link check)', accept: '*/*' }

function guardedLookup(mayReach: (address: string) => boolean): LookupFunction {
  return (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error) return done(error, [])
      if (found.length === 0 || !found.every(({ address }) => mayReach(address))) {
        return done(Object.assign(new Error('It is not a public address.'), { code: PRIVATE }), [])
      }
      if (options.all) return done(null, found)
      const [first] = found
      return done(null, first?.address ?? '', first?.family)
    })
  }
}
