/** Where a slot's value lands, which decides how it is escaped. */
export type SlotContext =
  /** text or attribute of the html part */
  | 'html'
  /** a part of a URL in an attribute of the html part */
  | 'url_part'
  /** a whole URL in the html part; must be https, or http on loopback */
  | 'url'
  /** the plain-text part */
  | 'text'
  /** a header's value, the subject included */
  | 'header'

/** A declared slot of an edition. Text and URL slots are looked up by `name`, conditions by `attribute`. */
export type EditionSlot =
  | { readonly kind: 'text'; readonly name: string; readonly fallback: string }
  | { readonly kind: 'url'; readonly name: string }

/**
 * A stretch of an edition: literal characters, a slot to fill, or a choice between two stretches. A choice takes
 * `shown` for a recipient whose `attribute` equals `is` (without `is`: is not empty), else `otherwise`.
 */
export type Piece =
  | string
  | { readonly slot: EditionSlot; readonly context: SlotContext }
  | {
      readonly attribute: string
      readonly is?: string
      readonly shown: readonly Piece[]
      readonly otherwise: readonly Piece[]
    }

/** One header of every message of an edition; its value may hold slots. */
export type EditionHeader = { readonly name: string; readonly value: readonly Piece[] }

/**
 * An issue rendered once, for one variant: what was previewed, what is sent, and what the web view shows. Immutable
 * and addressed by `hash`, the sha256 (hex) of everything else in it.
 */
export type Edition = {
  readonly hash: string
  readonly template: string
  /** BCP 47 tag of the text. */
  readonly locale: string
  readonly subject: readonly Piece[]
  readonly html: readonly Piece[]
  readonly text: readonly Piece[]
  readonly headers: readonly EditionHeader[]
}

/**
 * What fills an edition for one recipient: text slots and attributes by name, URL slots by name. A text that is
 * missing or empty falls back; a URL that is missing is an error, because a dead link must not go out.
 */
export type SlotValues = Readonly<Record<string, string>>

/** An edition filled for one recipient. */
export type Message = {
  readonly subject: string
  readonly html: string
  readonly text: string
  readonly headers: readonly { readonly name: string; readonly value: string }[]
}
