import type { NewsletterId, SubscriberId } from './id.ts'
import type { TokenClaim, Tokens } from './subscriber/token.ts'

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
  /** The edition in the browser. */
  view(editionHash: string): string
  /** The values of the URL slots that differ by reader. */
  slotUrls(newsletterId: NewsletterId, subscriberId: SubscriberId | null): SlotUrls
}

export type SlotUrls = { readonly unsubscribe: string; readonly preferences: string; readonly one_click: string }

/** `publicUrl` is where readers reach this installation, with or without a path of its own. */
export function createLinks({ publicUrl, tokens }: { readonly publicUrl: string; readonly tokens: Tokens }): Links {
  const base = publicUrl.replace(/\/+$/, '')
  const signed = (path: string, purpose: 'unsubscribe' | 'preferences' | 'confirm') => (claim: TokenClaim) =>
    `${base}/${path}/${tokens.sign(purpose, claim)}`
  const newsletter = (slugOrId: string) => `${base}/n/${slugOrId}`
  const unsubscribe = signed('unsubscribe', 'unsubscribe')
  const oneClick = signed('u', 'unsubscribe')
  const preferences = signed('preferences', 'preferences')
  const confirm = signed('confirm', 'confirm')
  return {
    newsletter,
    unsubscribe,
    oneClick,
    preferences,
    confirm: (reader, expiresAt) => confirm({ ...reader, expiresAt }),
    view: (editionHash) => `${base}/view/${editionHash}`,
    slotUrls: (newsletterId, subscriberId) => {
      // A test mail goes to nobody in particular: its links lead to the newsletter, and its one click ends nothing.
      const reader = { newsletterId, subscriberId: subscriberId ?? NOBODY }
      const page = newsletter(newsletterId)
      return {
        unsubscribe: subscriberId === null ? page : unsubscribe(reader),
        preferences: subscriberId === null ? page : preferences(reader),
        one_click: oneClick(reader),
      }
    },
  }
}

// The nil UUID (RFC 9562 section 5.9), which no row has.
const NOBODY = '00000000-0000-0000-0000-000000000000' as SubscriberId
