import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { NewsletterId, SubscriberId } from '../id.ts'

/** What a link may be used for; a token made for one purpose is worth nothing for another. */
export type TokenPurpose = 'unsubscribe' | 'preferences' | 'confirm'

/** Whose subscription a token is about. Without `expiresAt` it works for ever; with it, whole seconds count. */
export type TokenClaim = {
  readonly newsletterId: NewsletterId
  readonly subscriberId: SubscriberId
  readonly expiresAt?: Date | undefined
}

export type TokenReading =
  | { readonly kind: 'ok'; readonly newsletterId: NewsletterId; readonly subscriberId: SubscriberId }
  /** Ours, but too old; whom it was about is known all the same. */
  | { readonly kind: 'expired'; readonly newsletterId: NewsletterId; readonly subscriberId: SubscriberId }
  | { readonly kind: 'invalid' }

/** Makes and reads the tokens in readers' links. */
export type Tokens = {
  /** The same claim gives the same token as long as the first secret stays: frozen bytes can be made again. */
  sign(purpose: TokenPurpose, claim: TokenClaim): string
  read(purpose: TokenPurpose, token: string, now: Date): TokenReading
  /** Tells whether two texts (addresses of machines, say) are the same without saying what they are. */
  pseudonym(text: string): string
}

/**
 * Tokens under the first of `secrets`; those made under any of the others are still read, so that a secret can be
 * replaced while old links go on working. A token is some 70 letters, digits, `-` and `_`: the id of its secret, the two
 * ids, perhaps an end, and an HMAC-SHA256 cut to 128 bits (RFC 2104 section 5) over all of it and the purpose.
 */
export function createTokens(secrets: readonly [string, ...string[]]): Tokens {
  const [first, ...others] = secrets
  const newest = deriveKey(first)
  const keys = [newest, ...others.map(deriveKey)]
  return {
    sign: (purpose, claim) => {
      const payload = Buffer.concat([newest.id, writeClaim(claim)])
      return Buffer.concat([payload, mac(newest, purpose, payload)]).toString('base64url')
    },
    read: (purpose, token, now) => {
      const bytes = Buffer.from(token, 'base64url')
      // Decoding skips what it does not know: only the one spelling that we made is ours.
      const ours =
        token.length <= MAX_LENGTH && bytes.toString('base64url') === token && isGenuine(keys, purpose, bytes)
      return ours ? readClaim(bytes.subarray(KEY_ID, -MAC), now) : { kind: 'invalid' }
    },
    pseudonym: (text) => mac(newest, 'pseudonym', Buffer.from(text, 'utf8')).toString('base64url'),
  }
}

type Key = { readonly id: Buffer; readonly secret: Buffer }

const KEY_ID = 2
const UUID = 16
const END = 4
const MAC = 16
const MAX_LENGTH = 128

function deriveKey(secret: string): Key {
  const derived = createHmac('sha256', secret).update('pressroom reader links v1').digest()
  return { secret: derived, id: createHash('sha256').update(derived).digest().subarray(0, KEY_ID) }
}

function mac(key: Key, purpose: string, payload: Buffer): Buffer {
  // A zero byte ends the purpose, so that no purpose and payload can be mistaken for another pair.
  return createHmac('sha256', key.secret).update(`${purpose}\0`).update(payload).digest().subarray(0, MAC)
}

function isGenuine(keys: readonly Key[], purpose: TokenPurpose, bytes: Buffer): boolean {
  const claimLength = bytes.length - KEY_ID - MAC
  if (claimLength !== 2 * UUID && claimLength !== 2 * UUID + END) return false
  const payload = bytes.subarray(0, -MAC)
  const given = bytes.subarray(-MAC)
  const candidates = keys.filter((key) => key.id.equals(bytes.subarray(0, KEY_ID)))
  return candidates.some((key) => timingSafeEqual(mac(key, purpose, payload), given))
}

function writeClaim({ newsletterId, subscriberId, expiresAt }: TokenClaim): Buffer {
  const ids = Buffer.from(`${newsletterId}${subscriberId}`.replaceAll('-', ''), 'hex')
  if (expiresAt === undefined) return ids
  const end = Buffer.alloc(END)
  end.writeUInt32BE(Math.floor(expiresAt.getTime() / 1000))
  return Buffer.concat([ids, end])
}

function readClaim(claim: Buffer, now: Date): TokenReading {
  const about = {
    newsletterId: readUuid(claim.subarray(0, UUID)) as NewsletterId,
    subscriberId: readUuid(claim.subarray(UUID, 2 * UUID)) as SubscriberId,
  }
  const isExpired = claim.length > 2 * UUID && claim.readUInt32BE(2 * UUID) * 1000 <= now.getTime()
  return { kind: isExpired ? 'expired' : 'ok', ...about }
}

function readUuid(bytes: Buffer): string {
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
