import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { z } from 'zod'
import type { Problem } from '../error.ts'
import type { Environment } from './env.ts'

/** An SMTP server as it is written in SMTP_URL. */
export type SmtpAddress = {
  readonly host: string
  readonly port: number
  readonly secure: boolean
  readonly tls: 'required' | 'optional' | 'off'
  readonly user: string | undefined
  readonly password: string | undefined
  readonly name: string | undefined
}

/** How mail goes out by SMTP. */
export type SmtpConfig = {
  readonly server: SmtpAddress
  /** Messages a second. */
  readonly requestsPerSecond: number
  /** The key is in PEM. Null: mail is not signed here. */
  readonly dkim: { readonly domain: string; readonly selector: string; readonly privateKey: string } | null
  /** Null: bounces go to the address in `From`. */
  readonly bounceDomain: string | null
}

/** The settings that say nothing without SMTP_URL. */
const DKIM = ['DKIM_DOMAIN', 'DKIM_SELECTOR', 'DKIM_PRIVATE_KEY'] as const
const ONLY_WITH_SMTP = [...DKIM, 'BOUNCE_DOMAIN', 'SMTP_RATE'] as const

const MIN_KEY_BITS = 1_024

/** `smtp://` or `smtps://`, with user and password in their encoded form, and the options `tls` and `name`. */
export function smtpUrl() {
  return z
    .string()
    .trim()
    .transform((text, context): SmtpAddress => {
      const reading = readSmtpUrl(text)
      if (typeof reading !== 'string') return reading
      context.addIssue({ code: 'custom', message: reading })
      return z.NEVER
    })
}

/** What is wrong with the settings of SMTP taken together. */
export function smtpProblems(set: Environment, directory: string): readonly Problem[] {
  if (!set.SMTP_URL) {
    return ONLY_WITH_SMTP.filter((name) => set[name]).map((where) => ({ where, message: 'needs SMTP_URL' }))
  }
  const problems: Problem[] = []
  if (set.RESEND_API_KEY) {
    const message = 'is set beside RESEND_API_KEY: remove RESEND_API_KEY to send by SMTP, or this to send by Resend'
    problems.push({ where: 'SMTP_URL', message })
  }
  if (DKIM.some((name) => set[name])) {
    const missing = DKIM.filter((name) => !set[name])
    problems.push(...missing.map((where) => ({ where, message: `is missing; ${DKIM.join(', ')} belong together` })))
  }
  if (set.DKIM_PRIVATE_KEY && readDkimKey(set.DKIM_PRIVATE_KEY, directory) === null) {
    const message = `expected an RSA private key of at least ${MIN_KEY_BITS} bits in PEM, without a password, or the path of a file with one`
    problems.push({ where: 'DKIM_PRIVATE_KEY', message })
  }
  return problems
}

/** The key in PEM, given as it is (line breaks may be written as `\n`) or in a file; null when there is none that signs. */
export function readDkimKey(text: string, directory: string): string | null {
  try {
    const isPem = text.trimStart().startsWith('-----BEGIN')
    const pem = isPem ? text.replaceAll('\\n', '\n').trim() : readFileSync(resolve(directory, text.trim()), 'utf8')
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem)
    return asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_KEY_BITS ? pem : null
  } catch {
    return null
  }
}

/** The address, or what was expected; what was found is not repeated, because it may hold a password. */
function readSmtpUrl(text: string): SmtpAddress | string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const secure = url?.protocol === 'smtps:'
  const host = url?.hostname.replace(/^\[|\]$/g, '') ?? ''
  const isPlace = url !== undefined && /^\/?$/.test(url.pathname) && url.hash === '' && isHost(host)
  if (!isPlace || (!secure && url.protocol !== 'smtp:')) return `expected an address such as ${EXAMPLE}`
  const [user, password] = [decoded(url.username), decoded(url.password)]
  if (user === undefined || password === undefined || (user === '') !== (password === '')) {
    return 'expected both a user and a password, or neither; characters such as @ : / % in them as %40 %3A %2F %25'
  }
  const options = [...url.searchParams.keys()]
  if (options.some((name) => !['tls', 'name'].includes(name)) || new Set(options).size < options.length) {
    return 'expected no options but tls and name, once each'
  }
  const isOpen = user === '' || isLoopback(host)
  const tls = readTls(url.searchParams.get('tls'), { secure, isOpen })
  if (tls === null) return 'expected tls=required, or, where no password would go in the clear, tls=optional or tls=off'
  const name = url.searchParams.get('name') ?? undefined
  if (name !== undefined && !isHost(name)) return 'expected the name of this machine in name, such as mail.example.com'
  const port = url.port === '' ? (secure ? 465 : user === '' ? 25 : 587) : Number(url.port)
  if (port === 0) return 'expected a port from 1 to 65535'
  return { host, port, secure, tls, user: user || undefined, password: password || undefined, name }
}

const EXAMPLE = 'smtp://user:password@mail.example.com:587 or smtps://user:password@mail.example.com'

type Safety = { readonly secure: boolean; readonly isOpen: boolean }

/** Null: not a word that is known, or one that would send a password in the clear. */
function readTls(word: string | null, { secure, isOpen }: Safety): SmtpAddress['tls'] | null {
  if (secure) return word === null || word === 'required' ? 'required' : null
  if (word === null) return isOpen ? 'optional' : 'required'
  if (word === 'required') return word
  return (word === 'optional' || word === 'off') && isOpen ? word : null
}

function decoded(text: string): string | undefined {
  try {
    const plain = decodeURIComponent(text)
    return /\p{Cc}/u.test(plain) ? undefined : plain
  } catch {
    return undefined
  }
}

function isHost(text: string): boolean {
  return isIP(text) !== 0 || /^(?!-)[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?$/i.test(text)
}

function isLoopback(host: string): boolean {
  return host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host) || /^(?:.+\.)?localhost$/i.test(host)
}
