import { expect, test } from 'vitest'
import type { NewsletterId, SubscriberId } from '../../src/id.ts'
import { createMailAddresses, type MailAddresses } from '../../src/inbound/addresses.ts'
import { createBounceAddresses } from '../../src/provider/bounce-address.ts'
import { deliveryId } from '../provider/batches.ts'

const [OLD, NEW, OTHER] = ['o'.repeat(32), 'n'.repeat(32), 'x'.repeat(32)]
const DOMAIN = 'in.example.com'
const reader = {
  newsletterId: '11111111-2222-4333-8444-555555555555' as NewsletterId,
  subscriberId: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee' as SubscriberId,
}
const tides = { id: reader.newsletterId, slug: 'tides' }
/** Begins with the same bytes. */
const sister = { id: '11111111-0000-4000-8000-000000000000' as NewsletterId, slug: 'leave' }
const NOW = new Date('2026-01-05T08:00:00.000Z')
const IN_AN_HOUR = new Date('2026-01-05T09:00:00.700Z')
const ours = made([NEW, OLD])

function made(secrets: readonly [string, ...string[]]): MailAddresses {
  return createMailAddresses(DOMAIN, secrets, createBounceAddresses('bounces.example.com', secrets))
}
const read = (address: string, now = NOW) => ours.read(address, [sister, tides], now)

test('are plain small letters that fit into what a local part may hold', () => {
  const all = [ours.leave(reader), ours.confirm(reader, IN_AN_HOUR)]
  expect(all).toEqual([
    expect.stringMatching(/^leave\+[a-z2-7]{48}@in\.example\.com$/),
    expect.stringMatching(/^confirm\+[a-z2-7]{55}@in\.example\.com$/),
  ])
  expect(all.map((address) => (address.split('@')[0]?.length ?? 65) <= 64)).toEqual([true, true])
})

test('say whose they are, whatever a server on the way did to their case', () => {
  expect([ours.leave(reader), ours.leave(reader).toUpperCase()].map((one) => read(one))).toEqual(
    Array(2).fill({ kind: 'leave', ...reader }),
  )
  expect(read(ours.confirm(reader, IN_AN_HOUR).toUpperCase())).toEqual({ kind: 'confirm', ...reader, isExpired: false })
  expect(read(ours.subscribe('tides').toUpperCase())).toEqual({
    kind: 'subscribe',
    newsletterId: tides.id,
    slug: 'tides',
  })
  const bounces = createBounceAddresses('bounces.example.com', [OLD])
  expect(read(bounces.of(deliveryId(3)))).toEqual({ kind: 'bounce', deliveryId: deliveryId(3) })
  expect(read('Postmaster@IN.example.com')).toEqual({ kind: 'desk', name: 'postmaster' })
})

test('confirm until their end, and leave for ever', () => {
  const confirm = ours.confirm(reader, IN_AN_HOUR)
  expect(read(confirm, new Date('2026-01-05T08:59:59.999Z'))).toMatchObject({ isExpired: false })
  expect(read(confirm, new Date('2026-01-05T09:00:00.000Z'))).toEqual({ kind: 'confirm', ...reader, isExpired: true })
  expect(read(ours.leave(reader), new Date('2100-01-01T00:00:00.000Z'))).toEqual({ kind: 'leave', ...reader })
})

test('are still read when the secret they were made with has been replaced', () => {
  expect(read(made([OLD]).leave(reader))).toEqual({ kind: 'leave', ...reader })
  expect(made([OLD]).read(ours.leave(reader), [tides], NOW)).toBeNull()
})

test('are of one newsletter, also when another begins with the same bytes', () => {
  const other = { ...reader, newsletterId: sister.id }
  expect(read(ours.leave(other))).toEqual({ kind: 'leave', ...other })
  expect(ours.read(ours.leave(other), [tides], NOW)).toBeNull()
})

test('cannot be made up, nor one be turned into another', () => {
  const [leave, confirm] = [ours.leave(reader), ours.confirm(reader, IN_AN_HOUR)]
  const flipped = [leave, confirm].flatMap((address) =>
    [...(address.split('@')[0] ?? '')].map((letter, at) => {
      if (at <= address.indexOf('+')) return null
      return read(`${address.slice(0, at)}${letter === 'a' ? 'b' : 'a'}${address.slice(at + 1)}`)
    }),
  )
  expect(flipped).toEqual(flipped.map(() => null))
  const wrong = [
    made([OTHER]).leave(reader),
    leave.replace('leave', 'confirm'),
    confirm.replace('confirm', 'leave'),
    leave.replace('leave', 'bounce'),
    leave.replace('@', '+x@'),
    leave.replace(DOMAIN, 'elsewhere.example'),
    `${leave}.evil.example`,
    'nothing+subscribe@in.example.com',
    'tides+subscribe@elsewhere.example',
    'tides@in.example.com',
    'leave+@in.example.com',
    '@in.example.com',
    '',
    `leave+${'a'.repeat(10_000)}@in.example.com`,
  ]
  expect(wrong.map((address) => read(address))).toEqual(wrong.map(() => null))
})

test('are taken for a newsletter whose name is that of a purpose', () => {
  expect(read('leave+subscribe@in.example.com')).toEqual({ kind: 'subscribe', newsletterId: sister.id, slug: 'leave' })
})
