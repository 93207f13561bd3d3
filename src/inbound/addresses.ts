import { createHmac, timingSafeEqual } from 'node:crypto'
import { fromBase32, toBase32 } from '../base32.ts'
import type { DeliveryId, NewsletterId, SubscriberId } from '../id.ts'
import type { Reader } from '../links.ts'
import type { Newsletter } from '../newsletter/newsletter.ts'
import type { BounceAddresses } from '../provider/bounce-address.ts'

/** Whose mail an address of ours takes, and what for. */
export type Recipient =
  | { readonly kind: 'bounce'; readonly deliveryId: DeliveryId }
  | { readonly kind: 'leave'; readonly newsletterId: NewsletterId; readonly subscriberId: SubscriberId }
  | {
      readonly kind: 'confirm'
      readonly newsletterId: NewsletterId
      readonly subscriberId: SubscriberId
      /** Ours, but too old. */
      readonly isExpired: boolean
    }
  | { readonly kind: 'subscribe'; readonly newsletterId: NewsletterId; readonly slug: string }
  /** What every domain of mail has to take (RFC 5321, RFC 2142), and where complaints may be sent. */
  | { readonly kind: 'desk'; readonly name: 'postmaster' | 'abuse' | 'complaints' }

/** Makes and reads the addresses that mail comes in at. Nobody can make one up: all but the plain ones carry a MAC. */
export type MailAddresses = {
  /** Mail to it ends the reader's subscription. It works for ever. */
  leave(reader: Reader): string
  /** Mail to it confirms, until `expiresAt`; whole seconds count. */
  confirm(reader: Reader, expiresAt: Date): string
  /** Mail to it asks for the newsletter, for whoever wrote it. */
  subscribe(slug: string): string
  /** What an address is for, in whatever case it comes; null: none of ours. `newsletters`: all there are. */
  read(address: string, newsletters: readonly Pick<Newsletter, 'id' | 'slug'>[], now: Date): Recipient | null
}

/**
 * Addresses at `domain`, beside those that `bounces` makes. A token holds the subscriber's id, the first four bytes of
 * the newsletter's, for `confirm` its end, and 80 bits of an HMAC-SHA256 over the whole ids, the end and the purpose: it
 * has to fit into the 64 octets of a local part. Made under the first of `secrets`, read under any.
 */
export function createMailAddresses(
  domain: string,
  secrets: readonly [string, ...string[]],
  bounces: Pick<BounceAddresses, 'read'>,
): MailAddresses {
  const keys = secrets.map((secret) => createHmac('sha256', secret).update('pressroom mail addresses v1').digest())
  const [newest = Buffer.alloc(0)] = keys
  const own = domain.toLowerCase()
  const token = (purpose: Purpose, reader: Reader, end: Buffer) => {
    const head = Buffer.concat([bytesOf(reader.subscriberId), bytesOf(reader.newsletterId).subarray(0, PREFIX), end])
    return `${purpose}+${toBase32(Buffer.concat([head, mac(newest, purpose, reader, end)]))}@${domain}`
  }
  const readToken = (purpose: Purpose, text: string, newsletters: readonly Pick<Newsletter, 'id'>[]) => {
    const bytes = fromBase32(text)
    const endLength = purpose === 'confirm' ? END : 0
    if (bytes?.length !== UUID + PREFIX + endLength + MAC) return null
    const subscriberId = idOf(bytes.subarray(0, UUID)) as SubscriberId
    const prefix = bytes.subarray(UUID, UUID + PREFIX)
    const end = bytes.subarray(UUID + PREFIX, -MAC)
    const found = newsletters.find(({ id: newsletterId }) => {
      if (!bytesOf(newsletterId).subarray(0, PREFIX).equals(prefix)) return false
      const given = bytes.subarray(-MAC)
      return keys.some((key) => timingSafeEqual(mac(key, purpose, { newsletterId, subscriberId }, end), given))
    })
    return found ? { newsletterId: found.id, subscriberId, end } : null
  }
  return {
    leave: (reader) => token('leave', reader, Buffer.alloc(0)),
    confirm: (reader, expiresAt) => {
      const end = Buffer.alloc(END)
      end.writeUInt32BE(Math.floor(expiresAt.getTime() / 1_000))
      return token('confirm', reader, end)
    },
    subscribe: (slug) => `${slug}+subscribe@${domain}`,
    read: (address, newsletters, now) => {
      const deliveryId = bounces.read(address)
      if (deliveryId) return { kind: 'bounce', deliveryId }
      const at = address.lastIndexOf('@')
      if (address.slice(at + 1).toLowerCase() !== own) return null
      const local = address.slice(0, at).toLowerCase()
      if (isDesk(local)) return { kind: 'desk', name: local }
      const [name = '', detail = '', ...others] = local.split('+')
      if (others.length > 0) return null
      // A newsletter may be called "leave" too; a token is longer.
      const asked = detail === 'subscribe' ? newsletters.find(({ slug }) => slug === name) : undefined
      if (asked) return { kind: 'subscribe', newsletterId: asked.id, slug: asked.slug }
      if (name === 'leave') {
        const read = readToken(name, detail, newsletters)
        return read && { kind: name, newsletterId: read.newsletterId, subscriberId: read.subscriberId }
      }
      if (name === 'confirm') {
        const read = readToken(name, detail, newsletters)
        if (!read) return null
        const { newsletterId, subscriberId, end } = read
        return { kind: name, newsletterId, subscriberId, isExpired: end.readUInt32BE() * 1_000 <= now.getTime() }
      }
      return null
    },
  }
}

type Purpose = 'leave' | 'confirm'

const UUID = 16
const PREFIX = 4
const END = 4
const MAC = 10

function mac(key: Buffer, purpose: Purpose, { subscriberId, newsletterId }: Reader, end: Buffer): Buffer {
  // A zero byte ends the purpose, so that no purpose and payload can be mistaken for another pair.
  const made = createHmac('sha256', key).update(`${purpose}\0`).update(bytesOf(subscriberId))
  return made.update(bytesOf(newsletterId)).update(end).digest().subarray(0, MAC)
}

function isDesk(local: string): local is 'postmaster' | 'abuse' | 'complaints' {
  return local === 'postmaster' || local === 'abuse' || local === 'complaints'
}

function bytesOf(id: string): Buffer {
  return Buffer.from(id.replaceAll('-', ''), 'hex')
}

function idOf(bytes: Buffer): string {
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
