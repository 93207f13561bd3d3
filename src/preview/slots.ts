import { cut, readPage, textOf } from '../check/page.ts'
import type { Edition, Piece, SlotValues } from '../edition/edition.ts'
import { choiceHolds } from '../edition/escape.ts'
import { fillPieces } from '../edition/fill.ts'
import { type Condition, conditionOf, isChoice, type Part, piecesOf } from '../edition/pieces.ts'

/** A place of an edition that is filled for each reader, with how often it stands in each part. */
export type ShownSlot = {
  readonly name: string
  readonly kind: 'text' | 'url'
  /** What readers see whose value is empty; a name may have several. Of texts only. */
  readonly fallbacks: readonly string[]
  readonly value: string
  readonly places: Readonly<Partial<Record<Part, number>>>
}

/** A block that only some readers see, with the words of both its sides. */
export type ShownCondition = Condition & {
  readonly holds: boolean
  readonly shown: string
  readonly otherwise: string
}

/** Every slot of an edition once, as `values` fill it. */
export function shownSlots(edition: Edition, values: SlotValues): readonly ShownSlot[] {
  const slots = new Map<string, ShownSlot>()
  for (const [part, piece] of piecesOf(edition)) {
    if (typeof piece === 'string' || !('slot' in piece)) continue
    const { slot } = piece
    const { name, kind } = slot
    const known = slots.get(`${kind} ${name}`) ?? { name, kind, fallbacks: [], value: values[name] ?? '', places: {} }
    const fallbacks = slot.kind === 'text' ? [...new Set([...known.fallbacks, slot.fallback])] : []
    const places = { ...known.places, [part]: (known.places[part] ?? 0) + 1 }
    slots.set(`${kind} ${name}`, { ...known, fallbacks, places })
  }
  return [...slots.values()]
}

/** Every conditional block of an edition; one that stands in html and text alike is told of once, from the html. */
export function shownConditions(edition: Edition, values: SlotValues): readonly ShownCondition[] {
  const blocks = [...piecesOf(edition)].flatMap(([part, piece]) => (isChoice(piece) ? [{ part, piece }] : []))
  const inHtml = blocks.filter(({ part }) => part === 'html')
  const known = new Set(inHtml.map(({ piece }) => keyOf(conditionOf(piece))))
  const elsewhere = blocks.filter(({ part, piece }) => part !== 'html' && !known.has(keyOf(conditionOf(piece))))
  return [...inHtml, ...elsewhere].map(({ part, piece }) => ({
    ...conditionOf(piece),
    holds: choiceHolds(piece.attribute, piece.is, values),
    shown: wordsOf(piece.shown, part, values),
    otherwise: wordsOf(piece.otherwise, part, values),
  }))
}

function keyOf({ attribute, is }: Condition): string {
  return JSON.stringify([attribute, is ?? null])
}

function wordsOf(pieces: readonly Piece[], part: Part, values: SlotValues): string {
  const filled = fillPieces(pieces, values)
  const words = part === 'html' ? textOf(readPage(withoutTags(filled)).root) : filled.trim()
  return cut(words, 200)
}

// The tags of a stretch need not be whole; of those that end a line, a space is left.
function withoutTags(html: string): string {
  return html.replace(/<\/?(?:p|div|t[dr]|table|li|h\d|br)\b[^>]*>/gi, ' ').replace(/<[^>]*>/g, '')
}
