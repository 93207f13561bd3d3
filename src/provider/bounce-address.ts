import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { fromBase32, toBase32 } from '../base32.ts'
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
      return `bounce+${toBase32(Buffer.concat([payload, mac(newest, payload)]))}@${domain}`
    },
    read: (address) => {
      const token = /^bounce\+([a-z2-7]{55})@/.exec(address.toLowerCase())?.[1]
      const bytes = fromBase32(token ?? '')
      if (!bytes) return null
      const payload = bytes.subarray(0, KEY_ID + UUID)
      const given = bytes.subarray(KEY_ID + UUID)
      const ours = keys.some((key) => key.id.equals(payload.subarray(0, KEY_ID)) && isMac(mac(key, payload), given))
      return ours ? readUuid(payload.subarray(KEY_ID)) : null
    },
  }
}

type Key = { readonly id: Buffer; readonly secret: Buffer }

const KEY_ID = 2
const UUID = 16
const MAC = 16

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

function readUuid(bytes: Buffer): DeliveryId | null {
  const hex = bytes.toString('hex')
  const id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
  return isId<'delivery'>(id) ? id : null
}
