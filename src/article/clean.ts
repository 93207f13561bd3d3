// Every C0 and C1 control character but tab and line feed, which callers decide about.
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g
// Unpaired surrogates, and code points that are no characters and never will be.
const NO_CHARACTERS = /\p{Surrogate}|\p{Noncharacter_Code_Point}/gu

/**
 * The text without control characters, with every line end as a line feed and whatever is no character as U+FFFD
 * (PostgreSQL, JSON readers and HTML refuse them). Tabs, line feeds, bidirectional and zero-width characters stay.
 */
export function withoutControls(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(CONTROLS, '').replace(NO_CHARACTERS, '\uFFFD')
}

const DIRECTIONS = /[\u202A-\u202E\u2066-\u2069\n]/g
const [POP, END_ISOLATE] = ['\u202C', '\u2069']

/**
 * The text with every embedding, override and isolate of writing direction closed before the line ends, and without
 * ends of what was never begun: whatever stands behind it on a page keeps its own direction.
 */
export function balanced(text: string): string {
  const open: string[] = []
  const closed = text.replace(DIRECTIONS, (mark) => {
    if (mark === '\n') return open.splice(0).reverse().join('') + mark
    if (mark !== POP && mark !== END_ISOLATE) {
      open.push(mark >= '\u2066' ? END_ISOLATE : POP)
      return mark
    }
    const begun = open.lastIndexOf(mark)
    // The end of an isolate ends what was begun inside it too; that of an embedding does not reach out of an isolate.
    if (begun < 0 || (mark === POP && open.lastIndexOf(END_ISOLATE) > begun)) return ''
    open.length = begun
    return mark
  })
  return closed + open.reverse().join('')
}

/** The longest address that is taken, in characters. */
export const MAX_URL_LENGTH = 2_048

/**
 * The address a link may lead to, absolute and normalised, or null: only https without a name and password in it,
 * and mailto. A relative address is resolved against `base` when there is one.
 */
export function hrefOf(text: string, base?: string): string | null {
  if (text.length > MAX_URL_LENGTH || !URL.canParse(text, base)) return null
  const url = new URL(text, base)
  if (url.href.length > MAX_URL_LENGTH) return null
  if (url.protocol === 'mailto:') return url.pathname.includes('@') ? url.href : null
  // https://bank.example@evil.example/ leads to evil.example, whatever it looks like.
  return url.protocol === 'https:' && url.username === '' && url.password === '' ? url.href : null
}

/** Whether an address from `hrefOf` is one that can be fetched. */
export function isHttps(href: string | null): href is string {
  return href?.startsWith('https:') ?? false
}
