import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'
import { z } from 'zod'

/** Text that must pass a test. What was found is never repeated: it could be a secret. */
function text(expected: string, accepts: (value: string) => boolean) {
  return z
    .string()
    .trim()
    .refine(accepts, { error: `expected ${expected}` })
}

/** A whole number within limits that count as allowed. */
export function wholeNumber(min: number, max: number) {
  const expected = `a whole number from ${min} to ${max}`
  return text(expected, (value) => /^\d{1,9}$/.test(value) && Number(value) >= min && Number(value) <= max).transform(
    Number,
  )
}

/** A number within limits that count as allowed; it may have decimals. */
export function decimal(min: number, max: number) {
  const expected = `a number from ${min} to ${max}`
  return text(
    expected,
    (value) => /^\d{1,9}(\.\d{1,6})?$/.test(value) && Number(value) >= min && Number(value) <= max,
  ).transform(Number)
}

/** A domain of mail; other letters come back as A-labels. */
export function domain() {
  const name = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/
  return text('a domain such as news.example.com', (value) => name.test(domainToASCII(value))).transform(domainToASCII)
}

/** A label that names a key below a domain. */
export function selector() {
  const expected = 'letters, digits, hyphens and dots, such as pressroom'
  return text(expected, (value) => /^(?=.{1,63}$)[a-z0-9]+(?:[.-]+[a-z0-9]+)*$/i.test(value))
}

/** An address to connect to, of one of the protocols; `example` shows what is meant. */
export function url(protocols: readonly string[], example: string) {
  return text(`an address such as ${example}`, (value) => {
    const parsed = parseUrl(value)
    return parsed !== null && protocols.includes(parsed.protocol)
  })
}

/** A web address that others can be appended to: no query, no fragment, no password; comes back without a slash at the end. */
export function baseUrl(example: string) {
  return text(`an address such as ${example}, without a query, fragment or password`, (value) => {
    const parsed = parseUrl(value)
    if (!parsed || !['http:', 'https:'].includes(parsed.protocol)) return false
    return !/[?#\s]/.test(value) && parsed.username === '' && parsed.password === ''
  }).transform((value) => new URL(value).href.replace(/\/+$/, ''))
}

/** An address of this machine to listen on. */
export function host() {
  const name = /^(?!-)[a-z0-9-]+(?:\.[a-z0-9-]+)*$/i
  return text(
    'an IP address or host name to listen on, such as 127.0.0.1 or 0.0.0.0',
    (value) => isIP(value) !== 0 || (name.test(value) && !/^[\d.]+$/.test(value)),
  )
}

/** Who is believed about where a request came from: addresses, networks, and names of such. */
export function proxies() {
  const expected = 'addresses or networks with commas between them, such as 10.0.0.5, 172.16.0.0/12 or loopback'
  return text(expected, (value) => split(value).every(isProxy)).transform(split)
}

function isProxy(text: string): boolean {
  const [address = '', bits] = text.split('/')
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true
  const most = isIP(address) === 4 ? 32 : 128
  return isIP(address) !== 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most))
}

/** A path; a NUL would end it early. */
export function path() {
  return text('a path', (value) => !value.includes('\0'))
}

/** One or more secrets, the newest first. */
export function secrets(minLength: number) {
  const expected = `at least ${minLength} random characters, or several secrets, all different, with commas between them, the newest first`
  return text(expected, (value) => {
    const list = split(value)
    return list.every((secret) => secret.length >= minLength) && new Set(list).size === list.length
  }).transform(split)
}

/** One or more signing secrets of a webhook, the newest first: base64 of 16 bytes or more, as a rule behind `whsec_`. */
export function webhookSecrets() {
  const expected = 'the signing secret of a webhook, which starts with whsec_, or several with commas between them'
  const isOne = (secret: string) => /^(?:whsec_)?[A-Za-z0-9+/]{22,}={0,2}$/.test(secret)
  return text(expected, (value) => split(value).every(isOne)).transform(split)
}

/** A key that travels in a header. */
export function key(prefix: string) {
  return text(
    `a key that starts with ${prefix}`,
    (value) => value.startsWith(prefix) && /^[\x21-\x7e]{8,}$/.test(value),
  )
}

/** One of several words. */
export function oneOf<const Word extends string>(words: readonly [Word, ...Word[]]) {
  return z.enum(words, { error: `expected ${words.slice(0, -1).join(', ')} or ${words.at(-1)}` })
}

function split(value: string): readonly string[] {
  return value.split(',').map((secret) => secret.trim())
}

function parseUrl(value: string): URL | null {
  return URL.canParse(value) ? new URL(value) : null
}
