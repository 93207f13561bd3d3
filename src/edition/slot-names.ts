import type { Edition, Piece, SlotValues } from './edition.ts'

/** What an edition asks to know of a recipient: names of texts and attributes, names of URLs. */
export type SlotNames = { readonly texts: readonly string[]; readonly urls: readonly string[] }

/** Every name that an edition's slots and conditions look up, each once. */
export function slotNames(edition: Edition): SlotNames {
  const texts = new Set<string>()
  const urls = new Set<string>()
  const visit = (pieces: readonly Piece[]): void => {
    for (const piece of pieces) {
      if (typeof piece === 'string') continue
      if ('slot' in piece) {
        const names = piece.slot.kind === 'url' ? urls : texts
        names.add(piece.slot.name)
      } else {
        texts.add(piece.attribute)
        visit(piece.shown)
        visit(piece.otherwise)
      }
    }
  }
  for (const part of [edition.subject, edition.html, edition.text]) visit(part)
  for (const header of edition.headers) visit(header.value)
  return { texts: [...texts], urls: [...urls] }
}

/** The value of that name. Names come from templates and editors: `constructor`, which every object has, is one too. */
export function valueNamed(values: SlotValues, name: string): string | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined
}
