import type { Edition, Message, Piece, SlotValues } from './edition.ts'
import { choiceHolds, slotText } from './escape.ts'

/**
 * The message that one recipient gets. Pure and synchronous; every value is escaped for the place it lands in, and
 * arrives as it was typed. Names that the edition does not use are ignored.
 * @throws AppError `invalid_input` when a URL that the message needs is missing or unsafe
 */
export function fillEdition(edition: Edition, values: SlotValues): Message {
  return {
    subject: fillPieces(edition.subject, values),
    html: fillPieces(edition.html, values),
    text: fillPieces(edition.text, values),
    headers: edition.headers.map(({ name, value }) => ({ name, value: fillPieces(value, values) })),
  }
}

/** One stretch of an edition, filled; see `fillEdition`. */
export function fillPieces(pieces: readonly Piece[], values: SlotValues): string {
  let filled = ''
  for (const piece of pieces) {
    if (typeof piece === 'string') filled += piece
    else if ('slot' in piece) filled += slotText(piece.slot, piece.context, values)
    else filled += fillPieces(choiceHolds(piece.attribute, piece.is, values) ? piece.shown : piece.otherwise, values)
  }
  return filled
}
