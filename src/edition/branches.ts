import type { Edition, Piece, SlotValues } from './edition.ts'
import { choiceHolds } from './escape.ts'
import { type Choice, type Condition, conditionOf, isChoice, partsOf, piecesOf } from './pieces.ts'
import { valueNamed } from './slot-names.ts'

/** Readers by what the blocks ask of them, one for each mail that the blocks can make. */
export type Branches = {
  /** Attributes by name; empty stands for "has none". What makes no difference to a mail is left out. */
  readonly readers: readonly SlotValues[]
  /** False: there are more. */
  readonly isComplete: boolean
}

/** What the conditional blocks of an edition ask, each question once, in the order in which they stand. */
export function conditionsOf(edition: Edition): readonly Condition[] {
  const asked = [...piecesOf(edition)].flatMap(([, piece]) => (isChoice(piece) ? [conditionOf(piece)] : []))
  return [...new Map(asked.map((one) => [JSON.stringify(one), one])).values()]
}

/**
 * Every mail that an edition's conditional blocks can make of it, at most the first `most`. Where any value of an
 * attribute will do, it is that of `own`, if there is one.
 */
export function branchesOf(edition: Edition, most = 32, own: SlotValues = {}): Branches {
  const pieces = partsOf(edition).flatMap(([, outermost]) => outermost)
  const byChoices = new Map<string, SlotValues>()
  const found = (isComplete: boolean): Branches => ({ readers: [...byChoices.values()], isComplete })
  let repeated = 0
  for (const reader of readersOf(pieces, conditionsOf(edition), own, {})) {
    const choices = choicesIn(pieces, reader).join()
    const isKnown = byChoices.has(choices)
    if (isKnown) repeated += 1
    if (repeated > most * REPEATED_A_BRANCH || (!isKnown && byChoices.size === most)) return found(false)
    if (!isKnown) byChoices.set(choices, reader)
  }
  return found(true)
}

// A value that is asked for only inside another block is tried outside of it too, and leads to a mail known already.
const REPEATED_A_BRANCH = 64

/** Asks for one attribute after the other, as the blocks come that cannot be decided without it. */
function* readersOf(
  pieces: readonly Piece[],
  conditions: readonly Condition[],
  own: SlotValues,
  known: SlotValues,
): Generator<SlotValues> {
  const attribute = firstUnknown(pieces, known)
  if (attribute === undefined) yield known
  else {
    for (const value of tellingValues(attribute, conditions, own)) {
      yield* readersOf(pieces, conditions, own, { ...known, [attribute]: value })
    }
  }
}

function firstUnknown(pieces: readonly Piece[], known: SlotValues): string | undefined {
  for (const piece of pieces) {
    if (!isChoice(piece)) continue
    if (!Object.hasOwn(known, piece.attribute)) return piece.attribute
    const inside = firstUnknown(sideOf(piece, known), known)
    if (inside !== undefined) return inside
  }
  return undefined
}

/** One value for each thing that blocks can find an attribute to be. */
function tellingValues(attribute: string, conditions: readonly Condition[], own: SlotValues): readonly string[] {
  const asked = conditions.filter((one) => one.attribute === attribute).map(({ is }) => is)
  const exact = asked.filter((is) => is !== undefined)
  const mine = valueNamed(own, attribute) ?? ''
  let other = choiceHolds(attribute, undefined, own) && !exact.includes(mine) ? mine : `«${attribute}»`
  while (exact.includes(other)) other = `«${other}»`
  return [...new Set([...(asked.includes(undefined) ? [other] : []), ...exact, ''])]
}

function choicesIn(pieces: readonly Piece[], reader: SlotValues): readonly boolean[] {
  return pieces.flatMap((piece) =>
    isChoice(piece)
      ? [choiceHolds(piece.attribute, piece.is, reader), ...choicesIn(sideOf(piece, reader), reader)]
      : [],
  )
}

function sideOf({ attribute, is, shown, otherwise }: Choice, reader: SlotValues): readonly Piece[] {
  return choiceHolds(attribute, is, reader) ? shown : otherwise
}
