import type { Edition, Piece, SlotValues } from '../edition/edition.ts'
import { longValues } from '../edition/long-values.ts'
import { isChoice, partsOf } from '../edition/pieces.ts'
import { slotNames } from '../edition/slot-names.ts'

/**
 * Readers as whom every stretch of an edition is seen: one of whom nothing is known, one of whom everything is, and one
 * for each side of each conditional block, however deep it stands. `links` fills the URL slots.
 */
export function readersOf(edition: Edition, links: SlotValues): readonly SlotValues[] {
  const long = longValues(edition)
  const known = Object.fromEntries(slotNames(edition).texts.map((name) => [name, long[name] ?? '']))
  const asked = partsOf(edition).flatMap(([, pieces]) => sidesIn(pieces, {}))
  const chosen = new Map([{}, ...asked].map((values) => [JSON.stringify(values), values]))
  return [links, ...[...chosen.values()].map((values) => ({ ...known, ...values, ...links }))]
}

/** What a reader has to be to see each side of the blocks, by attribute: `around` is what brings them to `pieces`. */
function sidesIn(pieces: readonly Piece[], around: SlotValues): readonly SlotValues[] {
  return pieces.flatMap((piece) => {
    if (!isChoice(piece)) return []
    const { attribute, is, shown, otherwise } = piece
    // Of whom everything is known, an attribute is something, and none of the values that blocks ask for.
    const holds = is === undefined ? around : { ...around, [attribute]: is }
    const fails = is === undefined ? { ...around, [attribute]: '' } : around
    return [holds, fails, ...sidesIn(shown, holds), ...sidesIn(otherwise, fails)]
  })
}
