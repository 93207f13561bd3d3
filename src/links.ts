import type { NewsletterId, SubscriberId } from './id.ts'
import type { Tokens } from './subscriber/token.ts'

/** Addresses that a reader's mail does something at; see `inbound/addresses.ts`. */
export type ReplyAddresses = {
  leave(reader: Reader): string
  confirm(reader: Reader, expiresAt: Date): string
}

/** Whose subscription a link is about. */
export type Reader = { readonly newsletterId: NewsletterId; readonly subscriberId: SubscriberId }

/** All addresses that readers are given. Pure: the same reader and secret give the same link. */
export type Links = {
  /** The page of a newsletter, with its form; by slug or id. */
  newsletter(slugOrId: string): string
  /** The page with the button that ends a subscription. */
  unsubscribe(reader: Reader): string
  /** For `List-Unsubscribe`: a POST there ends the subscription (RFC 8058). */
  oneClick(reader: Reader): string
  preferences(reader: Reader): string
  /** The page with the button that confirms; works until `expiresAt`. */
  confirm(reader: Reader, expiresAt: Date): string
  /** Where a reply to the confirmation mail goes, which confirms; null while no mail is taken in. */
  confirmByMail(reader: Reader, expiresAt: Date): string | null
  /** The edition in the browser. */
  view(editionHash: string): string
  /** The values of the URL slots that differ by reader. */
  slotUrls(newsletterId: NewsletterId, subscriberId: SubscriberId | null): SlotUrls
}

/** `leave`: a mail to it leaves; while no mail is taken in, the page to leave. */
export type SlotUrls = {
  readonly unsubscribe: string
  readonly preferences: string
  readonly one_click: string
  readonly leave: string
}

/** What links are made of. */
export type LinkParts = {
  /** Where readers reach this installation, with or without a path of its own. */
  readonly publicUrl: string
  readonly tokens: Tokens
  /** Where mail is taken in; default: nowhere. */
  readonly mail?: ReplyAddresses | undefined
}

export function createLinks({ publicUrl, tokens, mail }: LinkParts): Links {
  const base = publicUrl.replace(/\/+$/, '')
  const page = (path: string, token: string) => `${base}/${path}/${token}`
  const newsletter = (slugOrId: string) => page('n', slugOrId)
  return {
    newsletter,
    unsubscribe: (reader) => page('unsubscribe', tokens.sign('unsubscribe', reader)),
    oneClick: (reader) => page('u', tokens.sign('unsubscribe', reader)),
    preferences: (reader) => page('preferences', tokens.sign('preferences', reader)),
    confirm: (reader, expiresAt) => page('confirm', tokens.sign('confirm', { ...reader, expiresAt })),
    confirmByMail: (reader, expiresAt) => mail?.confirm(reader, expiresAt) ?? null,
    view: (editionHash) => page('view', editionHash),
    slotUrls: (newsletterId, subscriberId) => {
      // A test mail goes to nobody in particular: its links lead to the newsletter, and its one click ends nothing.
      const reader = { newsletterId, subscriberId: subscriberId ?? NOBODY }
      const leave = tokens.sign('unsubscribe', reader)
      return {
        unsubscribe: subscriberId === null ? newsletter(newsletterId) : page('unsubscribe', leave),
        preferences:
          subscriberId === null ? newsletter(newsletterId) : page('preferences', tokens.sign('preferences', reader)),
        one_click: page('u', leave),
        // Made when it is asked for: most mail is frozen in great numbers.
        get leave() {
          return mail ? `mailto:${mail.leave(reader)}` : page('unsubscribe', leave)
        },
      }
    },
  }
}

// The nil UUID (RFC 9562 section 5.9), which no row has.
const NOBODY = '00000000-0000-0000-0000-000000000000' as SubscriberId
