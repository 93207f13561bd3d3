import type { ReadEvent } from '../outcome/event.ts'

/** A request as it came in: header names in lower case, the body to the last byte. */
export type SignedRequest = {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: Uint8Array
}

/** Whether a request is from the provider. `eventId` is the provider's, the same however often it tells. */
export type Verified =
  | { readonly kind: 'signed'; readonly eventId: string }
  | { readonly kind: 'not_signed'; readonly reason: string }
  /** There is nothing to verify it with; `setting` is what to set. */
  | { readonly kind: 'no_secret'; readonly setting: string }

/** A mail that a provider took in; its content is fetched by `MailSource`. */
export type ReceivedMail = {
  /** The provider's. */
  readonly id: string
  readonly recipients: readonly string[]
}

/** A provider that tells by webhook what became of messages. Independent of which provider mail goes out by now. */
export interface EventSource {
  /** As it stands in the path, `/webhooks/<name>`, and beside its events. */
  readonly name: string
  verify(request: SignedRequest): Verified
  /** The mail that an event says has come in; null: it is about something else. Of a source that takes in none: none. */
  receivedMail?(raw: Uint8Array): ReceivedMail | null
  /** Never throws, whatever was signed. Pure, so that a stored event can be read again. */
  read(raw: Uint8Array): ReadEvent
}
