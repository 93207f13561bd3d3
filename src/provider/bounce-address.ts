import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { type DeliveryId, isId } from '../id.ts'

/** Makes and reads the addresses that bounces go to. */
export type BounceAddresses = {
  /** `bounce+<token>@<domain>`: the same for the same delivery as long as the first secret stays. */
  of(deliveryId: DeliveryId): string
  /** The delivery that an address was made for, in whatever case it comes back; null: not made by us. */
  read(address: string): DeliveryId | null
}

/**
 * A return address of its own for each delivery (VERP), so that a bounce says which mail it is about, and nobody can
 * make one up: the token is the id of the secret, the delivery and an HMAC-SHA256 cut to 128 bits. It is base32 in
 * lower case (RFC 4648 section 6), because servers on the way may change the case of a local part; with `bounce+` it has
 * 62 of the 64 octets that one may have. Made under the first of `secrets`, read under any.
 */
export function createBounceAddresses(domain: string, secrets: readonly [string, ...string[]]): BounceAddresses {
  const [first, ...others] = secrets
  const newest = deriveKey(first)
  const keys = [newest, ...others.map(deriveKey)]
  return {
    of: (deliveryId) => {
      const payload = Buffer.concat([newest.id, Buffer.from(deliveryId.replaceAll('-', ''), 'hex')])
      return `bounce+${base32(Buffer.concat([payload, mac(newest, payload)]))}@${domain}`
    },
    read: (address) => {
      const token = /^bounce\+([a-z2-7]{55})@/.exec(address.toLowerCase())?.[1]
      if (token === undefined) return null
      const bytes = fromBase32(token)
      const payload = bytes.subarray(0, KEY_ID + UUID)
      const given = bytes.subarray(KEY_ID + UUID)
      const ours = keys.some((key) => key.id.equals(payload.subarray(0, KEY_ID)) && isMac(mac(key, payload), given))
      // The last letter has bits to spare: only the one spelling that we made is ours.
      return ours && base32(bytes) === token ? readUuid(payload.subarray(KEY_ID)) : null
    },
  }
}

type Key = { readonly id: Buffer; readonly secret: Buffer }

const KEY_ID = 2
const UUID = 16
const MAC = 16
const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567'

function deriveKey(secret: string): Key {
  const derived = createHmac('sha256', secret).update('pressroom bounce addresses v1').digest()
  return { secret: derived, id: createHash('sha256').update(derived).digest().subarray(0, KEY_ID) }
}

function mac(key: Key, payload: Buffer): Buffer {
  return createHmac('sha256', key.secret).update(payload).digest().subarray(0, MAC)
}

function isMac(made: Buffer, given: Buffer): boolean {
  return made.length === given.length && timingSafeEqual(made, given)
}

function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{1,5}/g) ?? []).map((group) => LETTERS[Number.parseInt(group.padEnd(5, '0'), 2)]).join('')
}

function fromBase32(text: string): Buffer {
  const bits = [...text].map((letter) => LETTERS.indexOf(letter).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

function readUuid(bytes: Buffer): DeliveryId | null {
  const hex = bytes.toString('hex')
  const id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
  return isId<'delivery'>(id) ? id : null
}
