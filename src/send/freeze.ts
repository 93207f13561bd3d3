import type { Edition, SlotValues } from '../edition/edition.ts'
import { type SlotNames, slotNames, valueNamed } from '../edition/slot-names.ts'
import type { NewsletterId, SubscriberId } from '../id.ts'
import { mailbox } from '../newsletter/mailbox.ts'
import type { Newsletter } from '../newsletter/newsletter.ts'
import type { Body, FrozenBatch, FrozenRecipient, Provider } from '../provider/provider.ts'
import type { FreshBatch, Frozen, Member } from '../store/batches.ts'

/** The links that a recipient's slots are filled with. */
export type SlotLinks = {
  /** By slot name, for one reader of one newsletter (null: nobody in particular). Always the same for the same reader: frozen bytes depend on it. */
  slotUrls(newsletterId: NewsletterId, subscriberId: SubscriberId | null): SlotValues
  /** The edition on the web. */
  view(editionHash: string): string
}

/** A batch frozen, with the bytes it was frozen for; none where its messages are put together one by one. */
export type FrozenBody = { readonly frozen: Frozen; readonly body: Body | undefined }

/** Writes down what a batch's bytes are made of, and makes them. Pure: the same batch freezes to the same bytes. */
export function freezeBatch(
  fresh: FreshBatch,
  using: { readonly edition: Edition; readonly provider: Provider; readonly links: SlotLinks },
): FrozenBody {
  const { edition, provider, links } = using
  const { newsletter } = fresh
  const names = slotNames(edition)
  const batch: FrozenBatch = {
    editionHash: edition.hash,
    from: mailbox(newsletter.fromName, newsletter.fromAddress),
    replyTo: replyAddress(fresh) ?? newsletter.replyTo ?? undefined,
    tags: { newsletter: newsletter.slug, ...(fresh.sendId ? { send: fresh.sendId } : {}) },
    shared: { view: links.view(edition.hash) },
    recipients: fresh.members.map((member) => freezeMember(member, newsletter, names, links)),
  }
  const body = provider.flags.batch ? provider.assemble(edition, batch) : undefined
  const { name, account, wire } = provider
  return { frozen: { batch, wire, provider: name, account, sha256: body?.sha256 ?? null }, body }
}

/** Where an answer to a single mail does something: to one that asks for confirmation. */
function replyAddress({ kind, members: [only] }: FreshBatch): string | undefined {
  return kind === 'single' && only ? valueNamed(only.slotValues, 'confirm_by_mail') : undefined
}

/** The bytes of a frozen batch once more, or why they must not be submitted. */
export function rebuildBody(
  frozen: Frozen,
  using: { readonly edition: Edition; readonly provider: Provider },
): { readonly kind: 'same'; readonly body: Body } | { readonly kind: 'bytes_changed' | 'account_changed' } {
  const { edition, provider } = using
  if (frozen.account !== provider.account || frozen.provider !== provider.name) return { kind: 'account_changed' }
  if (frozen.wire !== provider.wire) return { kind: 'bytes_changed' }
  const body = provider.assemble(edition, frozen.batch)
  return body.sha256 === frozen.sha256 ? { kind: 'same', body } : { kind: 'bytes_changed' }
}

/** The values that a member has a value for; what the delivery itself knows goes first. */
function freezeMember(member: Member, newsletter: Newsletter, names: SlotNames, links: SlotLinks): FrozenRecipient {
  const { deliveryId, address, firstName, attributes, slotValues } = member
  const urls = links.slotUrls(newsletter.id, member.subscriberId)
  // Without a prototype, `__proto__` is a name like any other.
  const values: Record<string, string> = Object.create(null)
  const put = (name: string, common: string | undefined) => {
    const value = valueNamed(slotValues, name) ?? common
    if (value) values[name] = value
  }
  for (const name of names.texts) put(name, name === 'first_name' ? firstName : valueNamed(attributes, name))
  for (const name of names.urls) put(name, valueNamed(urls, name))
  return { deliveryId, address, values }
}
