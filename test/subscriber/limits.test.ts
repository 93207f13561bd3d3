import { describe, expect, test } from 'vitest'
import { addressCount, isInternal, networkCounts } from '../../src/subscriber/limits.ts'

const tokens = { pseudonym: (text: string) => text }
const mailbox = (address: string) => addressCount(tokens, address).key
const networks = (ip: string) => networkCounts(tokens, { ip, weight: 1 }).map(({ key }) => key)

describe('a mailbox', () => {
  test.each([
    ['Ada@Example.com', 'mailbox ada@example.com'],
    ['ada+news+more@example.com', 'mailbox ada@example.com'],
    ['a.d.a@example.com', 'mailbox a.d.a@example.com'],
    ['a.d.a+x@gmail.com', 'mailbox ada@gmail.com'],
    ['ada@googlemail.com', 'mailbox ada@gmail.com'],
  ])('%s is counted as %s', (address, key) => {
    expect(mailbox(address)).toBe(key)
  })
})

describe('a network', () => {
  test.each([
    ['203.0.113.7', ['network 203.0.113.7', 'network 203.0.113']],
    ['::ffff:203.0.113.7', ['network 203.0.113.7', 'network 203.0.113']],
    ['2001:db8:1:2:3:4:5:6', ['network 2001:db8:1:2', 'network 2001:db8:1']],
    ['2001:0DB8:0001:0002::9', ['network 2001:db8:1:2', 'network 2001:db8:1']],
    // As some proxies pass it on.
    ['203.0.113.7:49152', ['network 203.0.113.7', 'network 203.0.113']],
    ['[2001:db8:1:2::9]:49152', ['network 2001:db8:1:2', 'network 2001:db8:1']],
    ['2001:db8::1', ['network 2001:db8:0:0', 'network 2001:db8:0']],
  ])('of %s is counted near and wide', (ip, keys) => {
    expect(networks(ip)).toEqual(keys)
  })

  test.each([
    '127.0.0.1',
    '::1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '169.254.1.1',
    'fd00::1',
    'fe80::1',
    '::ffff:10.0.0.1',
    'nonsense',
  ])('that is not of the internet, such as %s, is not counted', (ip) => {
    expect([isInternal(ip), networks(ip)]).toEqual([true, []])
  })

  test.each(['172.32.0.1', '100.128.0.1', '2001:db8::1', '11.0.0.1'])('%s is of the internet', (ip) => {
    expect(isInternal(ip)).toBe(false)
  })
})
