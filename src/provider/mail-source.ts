/** What came of fetching a mail. */
export type Fetched =
  | { readonly kind: 'fetched'; readonly raw: Uint8Array }
  /** Not there any more, or not to be had ever. */
  | { readonly kind: 'gone'; readonly detail: string }
  | { readonly kind: 'later'; readonly detail: string }

/** A provider that takes mail in, tells of it by webhook, and keeps its content to be fetched. */
export interface MailSource {
  /** As it stands beside the mail. */
  readonly name: string
  /** Never throws for what a provider or a network can do. @param id the provider's id of the mail */
  fetch(id: string, signal: AbortSignal): Promise<Fetched>
}
