const ELLIPSIS = '…'
// What is cut may have lost the end of an embedding of writing direction, and would turn what follows it on the page.
const DIRECTIONS = /[\u202A-\u202E\u2066-\u2069]/g

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/**
 * The beginning of `text`, at most `limit` characters as readers count them, cut after a whole word and marked with an
 * ellipsis. A text that fits comes back as it is.
 */
export function excerpt(text: string, limit: number): { readonly text: string; readonly isWhole: boolean } {
  const characters: string[] = []
  // Not all of them: each carries a copy of the text.
  for (const { segment } of GRAPHEMES.segment(text)) {
    if (characters.push(segment) > limit) break
  }
  if (characters.length <= limit) return { text, isWhole: true }

  const kept = limit - ELLIPSIS.length
  return { text: atWordEnd(characters.slice(0, kept).join(''), characters[kept]) + ELLIPSIS, isWhole: false }
}

/** The beginning of `text`, at most `length` UTF-16 units, cut and marked as by `excerpt`; for texts of any size. */
export function shortenedTo(text: string, length: number): string {
  if (text.length <= length) return text
  const end = GRAPHEMES.segment(text.slice(0, length + 100)).containing(Math.max(0, length - ELLIPSIS.length))
  const at = end?.index ?? 0
  return at === 0 ? '' : atWordEnd(text.slice(0, at), text.slice(at, at + 1)) + ELLIPSIS
}

// A script without spaces, or one endless word, is cut where the limit falls, but never inside a number: a slot's token
// is one.
function atWordEnd(head: string, next = ''): string {
  const words = /\s/.test(next) ? head : withoutEnd(head, /\S/)
  const kept = words.length > head.length / 2 ? words : head
  const whole = kept === head && /\d/.test(next) ? withoutEnd(head, /\d/) : kept
  return withoutEnd(whole, /[\s.,;:–—-]/).replace(DIRECTIONS, '')
}

// By hand, because a regular expression that is anchored at the end takes a time that grows with the square.
function withoutEnd(text: string, part: RegExp): string {
  let end = text.length
  while (end > 0 && part.test(text.charAt(end - 1))) end -= 1
  return text.slice(0, end)
}
