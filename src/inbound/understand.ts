import { type DeliveryId, isId } from '../id.ts'
import type { Reader } from '../links.ts'
import { readAddress } from '../subscriber/address.ts'
import type { Recipient } from './addresses.ts'
import { isAutomatic } from './automatic.ts'
import { type Reported, readBounce } from './bounce.ts'
import { readComplaint } from './complaint.ts'
import type { InboundKind, InboundReason } from './inbound.ts'
import { addressIn, type Headers, headerOf, type ParsedMail, writtenIn } from './parse.ts'

/** What proves which delivery a report is about. */
export type Proof =
  | { readonly kind: 'delivery'; readonly deliveryId: DeliveryId; readonly by: 'address' | 'original' }
  /** The link to leave in the mail that is enclosed: it says whose it was, not which. */
  | { readonly kind: 'link'; readonly token: string }
  | { readonly kind: 'none' }

/** What a mail wants, before it is known whether that can be. */
export type Understanding =
  | {
      readonly kind: 'report'
      readonly proof: Proof
      readonly told: readonly Told[]
      readonly messageId: string | null
    }
  | ({ readonly kind: 'leave' | 'confirm' } & Reader)
  | { readonly kind: 'subscribe'; readonly slug: string; readonly address: string }
  | { readonly kind: 'nothing'; readonly was: InboundKind; readonly reason: InboundReason }

/** What a report says of one recipient. */
export type Told = Pick<Reported, 'addresses' | 'status' | 'words'> & {
  readonly report: Reported['result'] | 'complained'
}

/** A mail, with what its envelope said and whether its writer is one of our own addresses. */
export type Incoming = {
  readonly recipient: Recipient
  readonly mail: ParsedMail
  readonly sender: string | null
  readonly isFromUs: boolean
}

/** More servers than any mail passes that is not going round in circles. */
const MAX_HOPS = 50

/**
 * Decides what a mail is, by the address it came to first and its content then. Pure. Leaving is taken from whoever
 * writes, machines too, for the address alone proves whose mail it was in; confirming never is.
 */
export function understand({ recipient, mail, sender, isFromUs }: Incoming): Understanding {
  const isReport = /^multipart\/report\b/i.test(headerOf(mail.headers, 'content-type') ?? '')
  if (recipient.kind === 'leave' && !isReport) {
    return { kind: 'leave', newsletterId: recipient.newsletterId, subscriberId: recipient.subscriberId }
  }
  if ((mail.headers.get('received')?.length ?? 0) > MAX_HOPS) return nothing('loop', 'from_us')
  const complaint = readComplaint(mail)
  if (complaint) {
    const { isAbuse, addresses } = complaint
    const told = { addresses, report: 'complained', words: '' } as const
    return isAbuse ? reportOn([told], recipient, mail) : nothing('notice', 'nothing_to_do')
  }
  switch (recipient.kind) {
    case 'bounce':
    case 'desk':
    case 'leave': {
      const reported = readBounce(mail)
      if (reported)
        return reportOn(
          reported.map(({ result, ...one }) => ({ ...one, report: result })),
          recipient,
          mail,
        )
      if (isFromUs) return nothing('loop', 'from_us')
      return isAutomatic(mail, null) ? nothing('auto_reply', 'automatic') : nothing('unknown', 'not_understood')
    }
    case 'confirm':
      if (isFromUs) return nothing('loop', 'from_us')
      if (isMachines(mail, sender)) return nothing('auto_reply', 'automatic')
      if (recipient.isExpired) return nothing('confirm', 'expired')
      return { kind: 'confirm', newsletterId: recipient.newsletterId, subscriberId: recipient.subscriberId }
    case 'subscribe': {
      if (isFromUs) return nothing('loop', 'from_us')
      if (isMachines(mail, sender)) return nothing('auto_reply', 'automatic')
      const reading = readAddress(writtenIn(headerOf(mail.headers, 'from')) ?? '')
      if (reading.kind === 'refused') return nothing('subscribe', 'no_sender')
      return { kind: 'subscribe', slug: recipient.slug, address: reading.address }
    }
  }
}

/** Some servers give back what they could not deliver to wherever an answer would go, and from an ordinary address. */
function isMachines(mail: ParsedMail, sender: string | null): boolean {
  return isAutomatic(mail, sender) || readBounce(mail) !== null
}

function nothing(was: InboundKind, reason: InboundReason): Understanding {
  return { kind: 'nothing', was, reason }
}

function reportOn(told: readonly Told[], recipient: Recipient, { original }: ParsedMail): Understanding {
  const said = original && headerOf(original, 'message-id')
  const messageId = /<?([\x21-\x3b\x3d\x3f-\x7e]{1,200})>?/.exec(said ?? '')?.[1] ?? null
  return { kind: 'report', proof: proofOf(recipient, original, messageId), told, messageId }
}

function proofOf(recipient: Recipient, original: Headers | null, messageId: string | null): Proof {
  if (recipient.kind === 'bounce') return { kind: 'delivery', deliveryId: recipient.deliveryId, by: 'address' }
  const id = messageId?.split('@')[0]?.toLowerCase() ?? ''
  if (isId<'delivery'>(id)) return { kind: 'delivery', deliveryId: id, by: 'original' }
  const ways = (original?.get('list-unsubscribe')?.join(' ') ?? '').slice(0, 2_000)
  const token = /<https?:\/\/[^>\s]*\/u\/([\w-]{40,128})>/.exec(ways)?.[1]
  return token === undefined ? { kind: 'none' } : { kind: 'link', token }
}

/**
 * What a report says of the reader with this address; null: it names others. A report that names nobody is about
 * whoever its proof names, unless that is only the enclosed mail, which then has to be to them.
 */
export function toldOf(told: readonly Told[], addressKey: string, proof: Proof, original: Headers | null): Told | null {
  const named = told.find(({ addresses }) => addresses.some((address) => keyOf(address) === addressKey))
  if (named) return named
  const [first] = told
  if (!first || told.some(({ addresses }) => addresses.length > 0)) return null
  const isTheirs = proof.kind === 'delivery' && proof.by === 'address'
  const to = original?.get('to')?.map(addressIn) ?? []
  return isTheirs || to.some((address) => address !== null && keyOf(address) === addressKey) ? first : null
}

function keyOf(address: string): string {
  const reading = readAddress(address)
  return reading.kind === 'ok' ? reading.key : address
}
