import { domainToASCII, domainToUnicode } from 'node:url'
import { z } from 'zod'
import { hasControlCharacter } from '../text.ts'

/**
 * An address as we keep it: `address` as it was typed with its domain in A-labels, ready for the wire; `key` to compare
 * it by, in lower case. A refusal gives a reason in words that does not repeat the address.
 */
export type AddressReading =
  | { readonly kind: 'ok'; readonly address: string; readonly key: string }
  | { readonly kind: 'refused'; readonly reason: string }

/**
 * Reads one bare e-mail address, outer spaces ignored. Refused are: control characters, display names, comments and
 * folding, quoted local parts and IP addresses in place of a domain, domains without a dot or that can never receive
 * mail, local parts beyond ASCII (most providers do not take them) unless `international`, and what is longer than SMTP
 * carries. Letters beyond ASCII are composed (NFC), as RFC 6532 wants them.
 */
export function readAddress(text: string, { international = false } = {}): AddressReading {
  if (hasControlCharacter(text)) return refused('An address must not hold line breaks or control characters.')
  const typed = text.trim()
  const at = typed.lastIndexOf('@')
  if (at < 0) return refused('An address needs an @, as in name@example.com.')
  const local = typed.slice(0, at).normalize('NFC')
  const domain = readDomain(typed.slice(at + 1))
  const reason = localProblem(local, international) ?? domain.problem
  if (reason !== undefined) return refused(reason)
  const address = `${local}@${domain.ascii}`
  if (Buffer.byteLength(address) > MAX_ADDRESS) return refused(`An address has at most ${MAX_ADDRESS} characters.`)
  return { kind: 'ok', address, key: address.toLowerCase() }
}

/** A bare address in an input; what comes out is what `readAddress` keeps. */
export const addressSchema = schemaOf({ international: false })

/** The same, also with letters beyond ASCII before the @: where the provider can write to it. */
export const internationalAddressSchema = schemaOf({ international: true })

function schemaOf(how: { readonly international: boolean }) {
  return z
    .string()
    .superRefine((text, context) => {
      const reading = readAddress(text, how)
      if (reading.kind === 'refused') context.addIssue({ code: 'custom', message: reading.reason })
    })
    .overwrite((text) => {
      const reading = readAddress(text, how)
      return reading.kind === 'ok' ? reading.address : text
    })
    .meta({ format: 'email' })
}

/** Why an address with letters beyond ASCII before the @ is refused. */
export const NOT_YET = 'Letters beyond A to Z before the @ cannot be written to yet.'

/** Whether only a provider that takes international addresses (RFC 6531) can write to it. */
export function isInternational(address: string): boolean {
  return /[^\u0020-\u007e]/.test(address)
}

/** A domain that mail can go to; what comes out is in lower case and A-labels. */
export const domainSchema = z
  .string()
  .trim()
  .superRefine((text, context) => {
    const { problem } = readDomain(text)
    if (problem !== undefined) context.addIssue({ code: 'custom', message: 'expected a domain such as example.com' })
  })
  .overwrite((text) => readDomain(text).ascii || text)

/** Whether an address is of one of these domains, or of one below it. */
export function isOfDomain(address: string, domains: readonly string[]): boolean {
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase()
  return domains.some((one) => domain === one || domain.endsWith(`.${one}`))
}

// RFC 5321 section 4.5.3.1: 64 octets before the @, and 254 in all, because a path of 256 holds two angle brackets.
const MAX_LOCAL = 64
const MAX_ADDRESS = 254

// RFC 5322 section 3.2.3, dot-atom.
const DOT_ATOM = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
// Invisible, unassigned, private and space characters: mapping would drop some of them and so reach another domain.
const UNSEEN = /[\p{C}\p{Z}]/u
// RFC 6531 section 3.3: any of them may stand where a letter may.
const BEYOND_ASCII = /[\u00a1-\u{10ffff}]/gu
const ASCII_BEYOND_DOMAINS = /[^a-z0-9.\u0080-\u{10ffff}-]/iu

// Names that no mail server answers to (RFC 6761, 6762, 7686, 9476, 3172). `test` stays: RFC 6761 gives it to test
// networks, which may well have one. `example.com` and its sisters are ordinary names here.
const DEAD_TOP_LEVELS = new Set(['invalid', 'localhost', 'local', 'onion', 'alt', 'arpa'])

function localProblem(local: string, international: boolean): string | undefined {
  if (local === '') return 'Something is missing before the @.'
  if (local.startsWith('"'))
    return 'Addresses in quotation marks are not taken; expected a form such as name@example.com.'
  if (/[<>(),;:"\s]/.test(local))
    return 'Expected the bare address alone, without a name, brackets, comments or spaces.'
  if (!international && isInternational(local)) return NOT_YET
  const plain = international ? local.replace(BEYOND_ASCII, 'x') : local
  if (UNSEEN.test(local) || !DOT_ATOM.test(plain)) return 'The part before the @ is not valid.'
  if (Buffer.byteLength(local) > MAX_LOCAL) return `The part before the @ has at most ${MAX_LOCAL} characters.`
  return undefined
}

function readDomain(text: string): { readonly ascii: string; readonly problem?: string } {
  if (text === '') return { ascii: '', problem: 'The domain after the @ is missing.' }
  if (text.startsWith('[')) return { ascii: '', problem: 'Expected a domain after the @, not an IP address.' }
  if (!text.isWellFormed() || UNSEEN.test(text) || ASCII_BEYOND_DOMAINS.test(text))
    return { ascii: '', problem: BAD_DOMAIN }
  // A numeric ending would be read as an IPv4 address and rewritten.
  const ascii = /[0-9]$/.test(text) && isNumeric(lastLabel(text)) ? text : domainToASCII(text)
  return { ascii, problem: domainProblem(ascii) }
}

const BAD_DOMAIN = 'The domain after the @ is not valid.'

function domainProblem(ascii: string): string | undefined {
  const labels = ascii.split('.')
  if (!labels.every((label) => LABEL.test(label) && standsForSomething(label))) return BAD_DOMAIN
  if (labels.length < 2) return 'The domain after the @ needs a dot, as in example.com.'
  if (isNumeric(lastLabel(ascii))) return 'Expected a domain after the @, not an IP address.'
  if (DEAD_TOP_LEVELS.has(lastLabel(ascii))) return 'The domain after the @ cannot receive mail.'
  return undefined
}

/** An A-label has to have letters behind it (RFC 5890 section 2.3.2.1); from Node 24 on, turning it to ASCII does not tell. */
function standsForSomething(label: string): boolean {
  return !label.startsWith('xn--') || !domainToUnicode(label).startsWith('xn--')
}

function lastLabel(domain: string): string {
  return domain.slice(domain.lastIndexOf('.') + 1)
}

function isNumeric(label: string): boolean {
  return /^(0x[0-9a-f]*|[0-9]+)$/i.test(label)
}

function refused(reason: string): AddressReading {
  return { kind: 'refused', reason }
}
