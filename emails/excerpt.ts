const ELLIPSIS = '…'

/**
 * The beginning of `text`, at most `limit` characters as readers count them, cut after a whole word and marked with an
 * ellipsis. A text that fits comes back as it is.
 */
export function excerpt(text: string, limit: number): { readonly text: string; readonly isWhole: boolean } {
  const characters = [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)]
  if (characters.length <= limit) return { text, isWhole: true }

  const head = characters
    .slice(0, limit - ELLIPSIS.length)
    .map((character) => character.segment)
    .join('')
  return { text: atWordEnd(head, characters[limit - ELLIPSIS.length]?.segment) + ELLIPSIS, isWhole: false }
}

// A script without spaces, or one endless word, is cut where the limit falls, but never inside a number: a slot's token
// is one.
function atWordEnd(head: string, next = ''): string {
  const words = /\s/.test(next) ? head : head.replace(/\s+\S*$/, '')
  const kept = words.length > head.length / 2 ? words : head
  const whole = kept === head && /\d/.test(next) ? head.replace(/\d+$/, '') : kept
  return whole.trimEnd().replace(/[.,;:–—-]+$/, '')
}
