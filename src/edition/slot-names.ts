import type { Edition, SlotValues } from './edition.ts'
import { piecesOf } from './pieces.ts'

/** What an edition asks to know of a recipient: names of texts and attributes, names of URLs. */
export type SlotNames = { readonly texts: readonly string[]; readonly urls: readonly string[] }

/** Every name that an edition's slots and conditions look up, each once. */
export function slotNames(edition: Edition): SlotNames {
  const texts = new Set<string>()
  const urls = new Set<string>()
  for (const [, piece] of piecesOf(edition)) {
    if (typeof piece === 'string') continue
    if ('attribute' in piece) texts.add(piece.attribute)
    else (piece.slot.kind === 'url' ? urls : texts).add(piece.slot.name)
  }
  return { texts: [...texts], urls: [...urls] }
}

/** The value of that name. Names come from templates and editors: `constructor`, which every object has, is one too. */
export function valueNamed(values: SlotValues, name: string): string | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined
}
