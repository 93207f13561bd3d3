/** Where a text stops being JSON, and what would have had to stand there. */
export type SyntaxFault = { readonly line: number; readonly column: number; readonly expected: string }

const TOKEN =
  /[ \t\n\r]*(?:("(?:[^"\\\t\n]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)|([[\]{},:]))/y

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or ]' | ', or }' | 'end'

/**
 * The first place at which `text` is not JSON, or undefined when it is (the messages of JSON.parse differ from one
 * version of Node to the next, and some name no place). Tab and line feed are the only control characters in `text`.
 */
export function jsonSyntaxFault(text: string): SyntaxFault | undefined {
  const open: ('[' | '{')[] = []
  let expected: Expected = 'value'
  let at = 0
  while (true) {
    TOKEN.lastIndex = at
    const token = TOKEN.exec(text)
    const next: Expected | undefined = token ? after(token, expected, open) : undefined
    if (!token || next === undefined) break
    expected = next
    at = TOKEN.lastIndex
  }
  const stop = at + (/^[ \t\n\r]*/.exec(text.slice(at))?.[0].length ?? 0)
  if (expected === 'end' && stop === text.length) return undefined
  const before = text.slice(0, stop).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, expected: NAMES[expected] }
}

const NAMES: Readonly<Record<Expected, string>> = {
  value: 'a value',
  'value or ]': 'a value or "]"',
  key: 'a key in double quotes',
  'key or }': 'a key in double quotes, or "}"',
  ':': '":"',
  ', or ]': '"," or "]"',
  ', or }': '"," or "}"',
  end: 'nothing more',
}

/** What may follow a token, or undefined when the token itself may not stand there. */
function after(token: RegExpExecArray, expected: Expected, open: ('[' | '{')[]): Expected | undefined {
  const [, text, scalar, mark] = token
  const wantsValue = expected === 'value' || expected === 'value or ]'
  if (text !== undefined && (expected === 'key' || expected === 'key or }')) return ':'
  if (text !== undefined || scalar !== undefined) return wantsValue ? afterValue(open) : undefined
  if ((mark === '[' || mark === '{') && wantsValue) {
    open.push(mark)
    return mark === '[' ? 'value or ]' : 'key or }'
  }
  if (mark === ':' && expected === ':') return 'value'
  if (mark === ',' && expected === ', or ]') return 'value'
  if (mark === ',' && expected === ', or }') return 'key'
  if ((mark === ']' || mark === '}') && expected.endsWith(`or ${mark}`)) {
    open.pop()
    return afterValue(open)
  }
  return undefined
}

function afterValue(open: readonly ('[' | '{')[]): Expected {
  const around = open.at(-1)
  return around === undefined ? 'end' : around === '[' ? ', or ]' : ', or }'
}
