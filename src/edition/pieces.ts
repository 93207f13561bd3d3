import type { Edition, Piece } from './edition.ts'

/** A piece that is a choice between two stretches: a conditional block. */
export type Choice = Extract<Piece, { readonly attribute: string }>

export function isChoice(piece: Piece): piece is Choice {
  return typeof piece !== 'string' && 'attribute' in piece
}

/** What a conditional block asks of a reader: that `attribute` is `is`, or, without `is`, that there is one. */
export type Condition = { readonly attribute: string; readonly is?: string }

export function conditionOf({ attribute, is }: Choice): Condition {
  return { attribute, ...(is === undefined ? {} : { is }) }
}

/** The parts of an edition that are filled. */
export type Part = 'subject' | 'html' | 'text' | 'headers'

/** Each part with its outermost pieces; all headers are one. */
export function partsOf({ subject, html, text, headers }: Edition): readonly (readonly [Part, readonly Piece[]])[] {
  return [
    ['subject', subject],
    ['html', html],
    ['text', text],
    ['headers', headers.flatMap(({ value }) => value)],
  ]
}

/** Every piece of an edition with the part it stands in, a block before what is inside of it. */
export function* piecesOf(edition: Edition): Iterable<readonly [Part, Piece]> {
  for (const [part, pieces] of partsOf(edition)) {
    for (const piece of within(pieces)) yield [part, piece]
  }
}

function* within(pieces: readonly Piece[]): Iterable<Piece> {
  for (const piece of pieces) {
    yield piece
    if (!isChoice(piece)) continue
    yield* within(piece.shown)
    yield* within(piece.otherwise)
  }
}
