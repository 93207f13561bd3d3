import { BlockList, isIP } from 'node:net'

/**
 * Whether an IP address belongs to the public internet. Addresses of this machine, of local networks and of no machine
 * at all are not (IANA's registries of special-purpose addresses); neither is what is no address.
 */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  return family === 6 ? !SPECIAL_6.check(address, 'ipv6') : family === 4 && !SPECIAL_4.check(address, 'ipv4')
}

// A list each: in one, an IPv4 address would match the mapped ones of IPv6.
const [SPECIAL_4, SPECIAL_6] = [new BlockList(), new BlockList()]
const RANGES_4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const
// Among them what leads to IPv4 addresses in disguise: mapped, translated, 6to4 and Teredo.
const RANGES_6 = [
  ['::', 96],
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const
for (const [net, prefix] of RANGES_4) SPECIAL_4.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of RANGES_6) SPECIAL_6.addSubnet(net, prefix, 'ipv6')
