/** One declaration of CSS, its name in lower case. */
export type Declaration = { readonly property: string; readonly value: string; readonly isImportant: boolean }

/** One rule of a style block: what it applies to, and inside which at-rules it stands. */
export type StyleRule = {
  /** As they are written, one each. */
  readonly selectors: readonly string[]
  readonly declarations: readonly Declaration[]
  /** `@media (prefers-color-scheme:dark)`, from the outside in. */
  readonly inside: readonly string[]
  /** It stands inside another rule, which few mail clients know. */
  readonly isNested: boolean
}

/** A style block, read as far as mail uses CSS: rules, at-rules around them, and statements such as @import. */
export type StyleSheet = { readonly rules: readonly StyleRule[]; readonly statements: readonly string[] }

/** The declarations of a `style` attribute or of a rule; what is no declaration is passed over. */
export function readDeclarations(css: string): readonly Declaration[] {
  return split(withoutComments(css), ';').flatMap((part) => {
    const colon = part.indexOf(':')
    if (colon < 1) return []
    const whole = part.slice(colon + 1).trim()
    const value = whole.replace(/\s*!\s*important\s*$/i, '')
    return [{ property: part.slice(0, colon).trim().toLowerCase(), value, isImportant: value !== whole }]
  })
}

/** Reads a style block. Never throws; what does not end ends with the text. */
export function readStyleSheet(css: string): StyleSheet {
  const sheet: { rules: StyleRule[]; statements: string[] } = { rules: [], statements: [] }
  readBlock(withoutComments(css), { inside: [], parent: null, isNested: false }, sheet)
  return sheet
}

type Context = Pick<StyleRule, 'inside' | 'isNested'> & { readonly parent: readonly string[] | null }
type Collected = { readonly rules: StyleRule[]; readonly statements: string[] }

function readBlock(css: string, context: Context, into: Collected): void {
  const { inside, parent } = context
  let own = ''
  let from = 0
  for (let open = css.indexOf('{'); open !== -1; open = css.indexOf('{', from)) {
    const head = css.slice(from, open)
    // What stands before the last semicolon belongs to the block itself: declarations, or statements outside of rules.
    const last = head.lastIndexOf(';')
    own += head.slice(0, last + 1)
    const close = endOfBlock(css, open)
    readInner(head.slice(last + 1).trim(), css.slice(open + 1, close), context, into)
    from = close + 1
  }
  own += css.slice(from)
  if (parent !== null)
    into.rules.push({ selectors: parent, declarations: readDeclarations(own), inside, isNested: context.isNested })
  else into.statements.push(...split(own, ';').flatMap((part) => (part.trim() === '' ? [] : [part.trim()])))
}

function readInner(prelude: string, body: string, { inside, parent, isNested }: Context, into: Collected): void {
  const nested = isNested || parent !== null
  if (!prelude.startsWith('@')) {
    const selectors = split(prelude, ',').map((selector) => selector.trim())
    readBlock(body, { inside, parent: selectors, isNested: nested }, into)
  } else if (/^@(?:media|supports|layer|container)\b/i.test(prelude)) {
    readBlock(body, { inside: [...inside, prelude], parent, isNested: nested }, into)
  } else into.statements.push(prelude)
}

function endOfBlock(css: string, open: number): number {
  let depth = 0
  for (let at = open; at < css.length; at++) {
    if (css[at] === '{') depth++
    if (css[at] === '}' && --depth === 0) return at
  }
  return css.length
}

function withoutComments(css: string): string {
  return css.replace(/\/\*[\s\S]*?(?:\*\/|$)/g, ' ')
}

/** Cuts at a character where it stands outside of brackets and quotes. */
function split(css: string, at: string): readonly string[] {
  if (!/[("'[]/.test(css)) return css.split(at)
  const parts: string[] = []
  let [part, depth, quote] = ['', 0, '']
  for (const character of css) {
    if (quote !== '') quote = character === quote ? '' : quote
    else if (character === '"' || character === "'") quote = character
    else if (character === '(' || character === '[') depth++
    else if (character === ')' || character === ']') depth--
    if (character === at && depth === 0 && quote === '') {
      parts.push(part)
      part = ''
    } else part += character
  }
  return [...parts, part]
}
