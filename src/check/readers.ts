import type { Edition, Piece, SlotValues } from '../edition/edition.ts'
import { longValues } from '../edition/long-values.ts'
import { slotNames } from '../edition/slot-names.ts'

/**
 * Readers as whom every branch of an edition is seen: one of whom nothing is known, one of whom everything is, and one
 * for each value that a block asks for. `links` fills the URL slots.
 */
export function readersOf(edition: Edition, links: SlotValues): readonly SlotValues[] {
  const { texts } = slotNames(edition)
  const everything = { ...longValues(edition), ...links }
  const known = Object.fromEntries(texts.map((name) => [name, everything[name] ?? '']))
  const asked = [edition.subject, edition.html, edition.text, ...edition.headers.map(({ value }) => value)].flatMap(
    valuesAskedFor,
  )
  const chosen = [...new Map(asked.map((one) => [JSON.stringify(one), one])).values()]
  return [links, { ...known, ...links }, ...chosen.map(([attribute, is]) => ({ ...known, [attribute]: is, ...links }))]
}

function valuesAskedFor(pieces: readonly Piece[]): readonly (readonly [attribute: string, is: string])[] {
  return pieces.flatMap((piece) => {
    if (typeof piece === 'string' || 'slot' in piece) return []
    const own = piece.is === undefined ? [] : [[piece.attribute, piece.is] as const]
    return [...own, ...valuesAskedFor(piece.shown), ...valuesAskedFor(piece.otherwise)]
  })
}
