import { BlockList, isIP } from 'node:net'
import type { RequestCount } from '../store/subscribers.ts'
import type { Tokens } from './token.ts'

/** Where a request that anybody can make came from; one that shows no sign of a person counts several times. */
export type RequestOrigin = { readonly ip: string; readonly weight: number }

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/** Confirmation mails that one mailbox can be made to get in a day, of all newsletters together. */
const MAILS_A_DAY = 6

/** A household or an office, and the network around it: a class may sign up at once, a botnet's corner may not. */
const NEAR = { max: 20, withinMs: 10 * MINUTE_MS }
const WIDE = { max: 200, withinMs: 60 * MINUTE_MS }

/**
 * What protects a mailbox from being bombed. What is behind a `+`, and Gmail's dots, lead to the same mailbox and make
 * no difference here; mail goes to the address as it was given.
 */
export function addressCount(tokens: Pick<Tokens, 'pseudonym'>, address: string): RequestCount {
  const [local = '', domain = ''] = address.toLowerCase().split('@')
  const isGmail = domain === 'gmail.com' || domain === 'googlemail.com'
  const name = local.replace(/\+.*$/, '')
  const mailbox = isGmail ? `${name.replaceAll('.', '')}@gmail.com` : `${name}@${domain}`
  return { key: tokens.pseudonym(`mailbox ${mailbox}`), weight: 1, max: MAILS_A_DAY, withinMs: DAY_MS }
}

/**
 * What one network may ask for: an IPv4 address and its /24, an IPv6 /64 and its /48. An address that is not of the
 * internet belongs to a proxy of which nothing was said (`TRUST_PROXY`), and would count all readers as one: none.
 */
export function networkCounts(
  tokens: Pick<Tokens, 'pseudonym'>,
  { ip: given, weight }: RequestOrigin,
): readonly RequestCount[] {
  const ip = given.replace(PORT, '$1')
  if (isInternal(ip)) return []
  const [near, wide] = networksOf(ip)
  return [
    { key: tokens.pseudonym(`network ${near}`), weight, ...NEAR },
    { key: tokens.pseudonym(`network ${wide}`), weight, ...WIDE },
  ]
}

// Some proxies say with which port somebody came: `203.0.113.7:49152`, `[2001:db8::1]:49152`.
const PORT = /^\[?([\d.]+|(?<=\[)[\da-f:.]+)\]?:\d+$/i

/** Whether an address is of this machine or of a private network. */
export function isInternal(ip: string): boolean {
  const family = isIP(ip)
  return family === 0 || INTERNAL.check(ip, family === 4 ? 'ipv4' : 'ipv6')
}

// RFC 1122, 1918, 6598, 3927; RFC 4291, 4193. A mapped address (::ffff:10.0.0.1) is checked as what it maps.
const INTERNAL = new BlockList()
for (const [network, bits] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
] as const) {
  INTERNAL.addSubnet(network, bits, 'ipv4')
}
INTERNAL.addAddress('::1', 'ipv6')
INTERNAL.addSubnet('fc00::', 7, 'ipv6')
INTERNAL.addSubnet('fe80::', 10, 'ipv6')

function networksOf(ip: string): readonly [near: string, wide: string] {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1] ?? ip
  if (isIP(mapped) === 4) return [mapped, mapped.replace(/\.\d+$/, '')]
  const groups = groupsOf(mapped)
  return [groups.slice(0, 4).join(':'), groups.slice(0, 3).join(':')]
}

/** The eight groups of an IPv6 address, written in one way only. */
function groupsOf(ip: string): readonly string[] {
  const [head = '', tail] = (ip.split('%')[0] ?? '').split('::')
  const before = head.split(':').filter(Boolean)
  const after = (tail ?? '').split(':').filter(Boolean)
  const between = tail === undefined ? [] : Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0')
  return [...before, ...between, ...after].map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
}
