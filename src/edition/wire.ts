import type { Edition, EditionSlot, Piece, SlotContext, SlotValues } from './edition.ts'
import { choiceHolds, slotText, wellFormed } from './escape.ts'
import { slotNames } from './slot-names.ts'

/**
 * An edition as bytes that are ready for a JSON body: literals are UTF-8 and escaped as the inside of a JSON string,
 * once. Make it once per edition and batch, or keep it by the edition's hash; it never changes.
 */
export type PreparedEdition = {
  readonly subject: readonly WirePiece[]
  readonly html: readonly WirePiece[]
  readonly text: readonly WirePiece[]
  readonly headers: readonly { readonly name: string; readonly value: readonly WirePiece[] }[]
  /** The names of all values that may be looked up. */
  readonly names: readonly string[]
  /** Every slot that occurs, once per context; pieces refer to it by place. */
  readonly slots: readonly { readonly slot: EditionSlot; readonly context: SlotContext }[]
}

/** Bytes as they are, the place of a slot in `slots`, or a choice. */
export type WirePiece =
  | Uint8Array
  | number
  | {
      readonly attribute: string
      readonly is: string | undefined
      readonly shown: readonly WirePiece[]
      readonly otherwise: readonly WirePiece[]
    }

/** Escapes the literals of `edition` for JSON and numbers its slots. */
export function prepareEdition(edition: Edition): PreparedEdition {
  const slots: { slot: EditionSlot; context: SlotContext }[] = []
  const prepare = (pieces: readonly Piece[]) => pieces.map((piece) => preparePiece(piece, slots))
  const { texts, urls } = slotNames(edition)
  return {
    names: [...texts, ...urls],
    subject: prepare(edition.subject),
    html: prepare(edition.html),
    text: prepare(edition.text),
    headers: edition.headers.map(({ name, value }) => ({ name, value: prepare(value) })),
    slots,
  }
}

/**
 * Writes one message as members of a JSON object, without the braces:
 * `"subject":"…","html":"…","text":"…","headers":{…}` (`headers` only when there are any). Parsed, they equal what
 * `fillEdition` returns for the same values. The same edition and values give the same bytes for ever; a change here
 * is a new `wire` version of every provider that uses it.
 * @throws AppError `invalid_input` as `fillEdition` does; what was written before the error stays in `sink`
 */
export function appendJsonMessage(prepared: PreparedEdition, values: SlotValues, sink: ByteSink): void {
  // A slot that only an untaken block shows may have no value, so values are looked up when they are needed.
  const filled: (string | undefined)[] = new Array(prepared.slots.length)
  const slotAt = (place: number): string => {
    const text = filled[place] ?? slotJson(prepared, place, values)
    filled[place] = text
    return text
  }
  const append = (pieces: readonly WirePiece[]): void => {
    for (const piece of pieces) {
      if (piece instanceof Uint8Array) sink.bytes(piece)
      else if (typeof piece === 'number') sink.text(slotAt(piece))
      else append(choiceHolds(piece.attribute, piece.is, values) ? piece.shown : piece.otherwise)
    }
  }
  sink.text('"subject":"')
  append(prepared.subject)
  sink.text('","html":"')
  append(prepared.html)
  sink.text('","text":"')
  append(prepared.text)
  sink.text('"')
  prepared.headers.forEach(({ name, value }, index) => {
    sink.text(index === 0 ? `,"headers":{"${name}":"` : `,"${name}":"`)
    append(value)
    sink.text('"')
  })
  if (prepared.headers.length > 0) sink.text('}')
}

/** `text` as the inside of a JSON string; a lone surrogate becomes U+FFFD. */
export function jsonInside(text: string): string {
  return PLAIN.test(text) ? text : JSON.stringify(wellFormed(text)).slice(1, -1)
}

/** A buffer that grows, for bodies of some megabytes: plain appends, one copy at the end. */
export class ByteSink {
  #buffer: Buffer
  #length = 0

  /** @param memory to start with, from its first byte; give a close upper bound and it never has to grow */
  constructor(memory: Buffer = Buffer.allocUnsafeSlow(1 << 20)) {
    this.#buffer = memory
  }

  /** How many bytes were appended. */
  get length(): number {
    return this.#length
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** Appends `text` in UTF-8. */
  text(text: string): void {
    this.#reserve(text.length * 3)
    this.#length += this.#buffer.write(text, this.#length)
  }

  /** Forgets what was appended and keeps the memory; what `view` gave before is overwritten from then on. */
  clear(): void {
    this.#length = 0
  }

  /** The bytes so far, without copying: good until the next append, `clear` or growth. */
  view(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#buffer.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#length + more))
    this.#buffer.copy(larger, 0, 0, this.#length)
    this.#buffer = larger
  }
}

const PLAIN = /^[^"\\\p{Cc}\ud800-\udfff]*$/u

function preparePiece(piece: Piece, slots: { slot: EditionSlot; context: SlotContext }[]): WirePiece {
  if (typeof piece === 'string') return Buffer.from(jsonInside(piece))
  if ('slot' in piece) {
    const known = slots.findIndex(
      ({ slot, context }) => context === piece.context && JSON.stringify(slot) === JSON.stringify(piece.slot),
    )
    return known === -1 ? slots.push(piece) - 1 : known
  }
  const prepare = (pieces: readonly Piece[]) => pieces.map((inner) => preparePiece(inner, slots))
  const { attribute, is } = piece
  return { attribute, is, shown: prepare(piece.shown), otherwise: prepare(piece.otherwise) }
}

function slotJson(prepared: PreparedEdition, index: number, values: SlotValues): string {
  const place = prepared.slots[index]
  return place === undefined ? '' : jsonInside(slotText(place.slot, place.context, values))
}
