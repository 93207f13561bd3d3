import { isCollection, isMap, isNode, isScalar, LineCounter, type Node, parseDocument } from 'yaml'
import type { Problem } from '../error.ts'
import { type Path, pathText } from './check.ts'
import { isRecord } from './fields.ts'

/** The fields before a Markdown text, and the text after them. */
export type FrontMatter = {
  readonly fields: Readonly<Record<string, unknown>>
  readonly body: string
  /** How many lines of the source come before the body. */
  readonly linesBefore: number
  /** Says on which line of the source a path of `fields` is written. */
  readonly where: (path: Path) => string
}

const MAX_CHARACTERS = 65_536
const MAX_LINES = 2_000
// The parser of YAML goes a level deeper in its own stack, and tries again, with each.
const MAX_STRUCTURES = 500
const MAX_STRUCTURES_A_LINE = 50

/**
 * Parts a Markdown source at its YAML front matter (between two lines `---`, from the first line on); without one
 * there are no fields. Returns problems when the front matter does not end or is no YAML mapping. Aliases are refused:
 * a few lines of them can stand for gigabytes.
 */
export function splitFrontMatter(source: string): FrontMatter | { readonly problems: readonly Problem[] } {
  const lines = source.split('\n')
  if (/^\+\+\+[ \t]*$/.test(lines[0] ?? '') && lines.some((line, index) => index > 0 && /^\+\+\+[ \t]*$/.test(line))) {
    return problem(1, 'expected front matter in YAML between two lines ---, found TOML between +++')
  }
  if (!/^---[ \t]*$/.test(lines[0] ?? '')) return { fields: {}, body: source, linesBefore: 0, where: pathText }
  const end = lines.findIndex((line, index) => index > 0 && /^(?:---|\.\.\.)[ \t]*$/.test(line))
  if (end < 0) return problem(1, 'expected a second line --- where the front matter ends')
  const yaml = lines.slice(1, end).join('\n')
  if (yaml.length > MAX_CHARACTERS || end > MAX_LINES) {
    const [characters, count] = [MAX_CHARACTERS, MAX_LINES].map((max) => max.toLocaleString('en'))
    return problem(1, `expected at most ${characters} characters and ${count} lines of front matter`)
  }
  return parsedFields(yaml, { body: lines.slice(end + 1).join('\n'), linesBefore: end + 1 })
}

function parsedFields(
  yaml: string,
  rest: { readonly body: string; readonly linesBefore: number },
): FrontMatter | { readonly problems: readonly Problem[] } {
  const nested = lineOfNesting(yaml)
  if (nested !== undefined) return problem(nested + 1, 'expected plain fields, not structures inside structures')
  const lineCounter = new LineCounter()
  const document = parseDocument(yaml, { lineCounter, prettyErrors: false, logLevel: 'silent' })
  const lineAt = (offset: number) => lineCounter.linePos(offset).line + 1
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => ({
      where: `line ${lineAt(error.pos[0])}`,
      message: inWords(error),
    }))
    return { problems: problems.slice(0, 20) }
  }
  if (document.contents === null) return { fields: {}, ...rest, where: pathText }
  if (!isMap(document.contents)) return problem(2, 'expected fields such as "headline: The tide turns"')
  let fields: unknown
  try {
    fields = document.toJS({ maxAliasCount: 0 })
  } catch {
    return problem(1, 'expected no aliases (*name) in the front matter')
  }
  const where = (path: Path) => {
    const offset = offsetOf(document.contents, path)
    return offset === undefined ? pathText(path) : `line ${lineAt(offset)} (${pathText(path)})`
  }
  return { fields: isRecord(fields) ? fields : {}, ...rest, where }
}

/** The line of `yaml` on which more structures begin than fields ever need. */
function lineOfNesting(yaml: string): number | undefined {
  let brackets = 0
  for (const [index, line] of yaml.split('\n').entries()) {
    brackets += line.match(/[[{]/g)?.length ?? 0
    const structures = line.match(/[[{]|[-?:](?= )/g)?.length ?? 0
    if (brackets > MAX_STRUCTURES || structures > MAX_STRUCTURES_A_LINE) return index + 1
  }
  return undefined
}

/** Where the value at a path begins, or the nearest thing around it that is written at all. */
function offsetOf(contents: Node | null, path: Path): number | undefined {
  let offset: number | undefined
  let node: unknown = contents
  for (const key of path) {
    if (!isCollection(node)) break
    if (isMap(node)) {
      const pair = node.items.find(({ key: name }) => isScalar(name) && String(name.value) === key)
      if (!pair) break
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset
      node = pair.value
    } else node = node.get(key, true)
  }
  return offset
}

const CODES: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'expected each key once, found it again',
  TAB_AS_INDENT: 'expected spaces for indentation, found a tab',
  MISSING_CHAR: 'expected the closing quote or bracket',
  BLOCK_AS_IMPLICIT_KEY: 'expected quotes around a value that holds a colon',
  MULTILINE_IMPLICIT_KEY: 'expected "key: value" on this line',
}

function inWords(error: { readonly code: string; readonly message: string }): string {
  return CODES[error.code] ?? `expected YAML: ${error.message}`
}

function problem(line: number, message: string): { readonly problems: readonly Problem[] } {
  return { problems: [{ where: `line ${line}`, message }] }
}
