import type { Element, Page } from './page.ts'

/** A tag that is not where it can be: its place in the html, and what is wrong with it. */
export type Misplaced = { readonly at: number; readonly message: string }

/**
 * Tags that do not close what was opened last, and elements that a browser puts elsewhere than they are written, such as
 * a table inside of a paragraph. The parser mends both without a word.
 */
export function misplacedTags(html: string, page: Pick<Page, 'elements'>): readonly Misplaced[] {
  const { parents, misplaced } = readTags(html)
  // What follows a tag that closes something else is all elsewhere.
  return misplaced.length > 0 ? misplaced : page.elements.flatMap((element) => movedFrom(element, parents))
}

type Open = { readonly name: string; readonly at: number }

const TAG = /<!--[\s\S]*?-->|<(\/?)([a-z][\w:-]*)(?:"[^"]*"|'[^']*'|[^'">])*>/gi
const VOID: ReadonlySet<string> = new Set(
  'area base br col embed hr img input link meta param source track wbr'.split(' '),
)
const RAW: ReadonlySet<string> = new Set(['style', 'script', 'title', 'textarea'])

/** Reads tags as they are written: the element that each stands in, by their places. */
function readTags(html: string): {
  readonly parents: ReadonlyMap<number, Open | null>
  readonly misplaced: readonly Misplaced[]
} {
  const parents = new Map<number, Open | null>()
  const misplaced: Misplaced[] = []
  const open: Open[] = []
  const tags = new RegExp(TAG)
  for (let tag = tags.exec(html); tag !== null; tag = tags.exec(html)) {
    const name = (tag[2] ?? '').toLowerCase()
    if (name === '') continue
    if (tag[1] === '/') {
      const last = open.pop()
      if (last?.name === name) continue
      misplaced.push({
        at: tag.index,
        message: `</${name}> ${last ? `stands where </${last.name}> should` : 'closes nothing'}.`,
      })
      break
    }
    parents.set(tag.index, open.at(-1) ?? null)
    if (VOID.has(name)) continue
    open.push({ name, at: tag.index })
    if (RAW.has(name)) tags.lastIndex = endOf(html, name, tags.lastIndex)
  }
  const [left] = misplaced.length === 0 ? open.slice(-1) : []
  if (left) misplaced.push({ at: left.at, message: `<${left.name}> is not closed.` })
  return { parents, misplaced }
}

function endOf(html: string, name: string, from: number): number {
  const end = html.toLowerCase().indexOf(`</${name}`, from)
  return end === -1 ? html.length : end
}

function movedFrom(element: Element, parents: ReadonlyMap<number, Open | null>): readonly Misplaced[] {
  const at = placeOf(element)
  const written = at === undefined ? undefined : parents.get(at)
  if (at === undefined || written === undefined || written === null) return []
  let around = element.parentNode
  // Elements that the parser adds, such as tbody, are written nowhere.
  while (around !== null && 'tagName' in around && placeOf(around) === undefined) around = around.parentNode
  if (around !== null && 'tagName' in around && placeOf(around) === written.at) return []
  return [{ at, message: `<${element.tagName}> cannot stand in <${written.name}>; browsers put it elsewhere.` }]
}

function placeOf({ sourceCodeLocation }: Element): number | undefined {
  return sourceCodeLocation?.startTag?.startOffset ?? sourceCodeLocation?.startOffset
}
