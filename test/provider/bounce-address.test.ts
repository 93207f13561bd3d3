import { expect, test } from 'vitest'
import { createBounceAddresses } from '../../src/provider/bounce-address.ts'
import { deliveryId } from './batches.ts'

const [OLD, NEW, OTHER] = ['o'.repeat(32), 'n'.repeat(32), 'x'.repeat(32)]
const addresses = createBounceAddresses('bounces.example.com', [NEW, OLD])
const address = addresses.of(deliveryId(7))
const [local = ''] = address.split('@')

test('is an address of plain small letters that fits into what a local part may hold, always the same', () => {
  expect(address).toMatch(/^bounce\+[a-z2-7]{55}@bounces\.example\.com$/)
  expect(local.length).toBeLessThanOrEqual(64)
  expect(createBounceAddresses('bounces.example.com', [NEW]).of(deliveryId(7))).toBe(address)
})

test('names its delivery, whatever a server on the way did to its case', () => {
  expect([address, address.toUpperCase(), `${local}@elsewhere.example`].map(addresses.read)).toEqual(
    Array(3).fill(deliveryId(7)),
  )
})

test('is still read when the secret it was made with has been replaced', () => {
  const before = createBounceAddresses('bounces.example.com', [OLD])
  expect(addresses.read(before.of(deliveryId(8)))).toBe(deliveryId(8))
  expect(before.read(address)).toBeNull()
})

test('cannot be made up', () => {
  const flipped = [...local.slice(7)].map((letter, at) => {
    const token = `${local.slice(7, 7 + at)}${letter === 'a' ? 'b' : 'a'}${local.slice(8 + at)}`
    return addresses.read(`bounce+${token}@bounces.example.com`)
  })
  expect(flipped).toEqual(flipped.map(() => null))
  const forged = createBounceAddresses('bounces.example.com', [OTHER]).of(deliveryId(7))
  const wrong = [forged, '', 'bounce+@x', `${local}`, `bounce+${'a'.repeat(55)}@x`, `${address}.evil`.slice(7)]
  expect(wrong.map(addresses.read)).toEqual(wrong.map(() => null))
})
