import type { Problem } from '../error.ts'
import type { Block, Byline } from './article.ts'
import { invalidArticle, type Path, pathText } from './check.ts'
import { pageDate } from './page-date.ts'
import { type PageLine, pageLines } from './page-lines.ts'
import { finishArticle, type ReadArticle, type SourceHints, sourceText } from './source.ts'

/**
 * The Article of plain text pasted from its page: headline, dek, `AI Journalist: NAME` or `By NAME`, a bio line, the
 * label of the editorial perspective with the quoted prompt under it, the label of the audio player, and the body, one
 * paragraph a line. Only headline, byline and body must be there. Labels of the page become structure or go; they are
 * never text. Throws `invalid_input` with every problem and its line, `too_large` above 1 MB.
 */
export async function articleFromText(source: string | Uint8Array, hints: SourceHints = {}): Promise<ReadArticle> {
  const all = pageLines(sourceText(source, hints.name))
  const warnings: Problem[] = []
  const perspective = takePerspective(all, warnings)
  const top = takeTop(perspective.rest)
  if ('problems' in top) throw invalidArticle(top.problems, hints.name)
  const { headline, above, byline, below } = top
  const dates = takeDates([...above, ...below.filter(isText).slice(0, 3)], warnings)
  const dek = above.filter((line) => !dates.lines.has(line))
  const bio = takeBio(
    below.filter((line) => !dates.lines.has(line)),
    warnings,
  )
  const body = bio.rest.filter(isText)

  const where = (path: Path) => {
    const line = { headline, dek: dek[0], byline: byline.line, perspective: perspective.label }[String(path[0])]
    const number = path[0] === 'blocks' ? body[Number(path[1])]?.number : line?.number
    if (path[0] === 'blocks' && body.length === 0) return `line ${(all.at(-1)?.number ?? 0) + 1}`
    return number === undefined ? pathText(path) : `line ${number}`
  }
  const value = {
    lang: hints.lang,
    headline: headline.text,
    dek: dek.length > 0 ? dek.map((line) => line.text).join(' ') : undefined,
    ...dates.found,
    byline: { name: byline.name, isAI: byline.isAI, bio: bio.text } satisfies Partial<Byline>,
    perspective: perspective.text === undefined ? undefined : { text: perspective.text },
    audio: all.some((line) => line.kind === 'listen') ? {} : undefined,
    blocks: body.map((line): Block => ({ type: 'paragraph', content: [{ type: 'text', text: line.text }] })),
  }
  return finishArticle(value, { faults: [], bodyFaults: [], warnings, where }, hints)
}

function isText(line: PageLine): boolean {
  return line.kind === 'text'
}

type Top = {
  readonly headline: PageLine
  readonly above: readonly PageLine[]
  readonly byline: { readonly line: PageLine; readonly name: string; readonly isAI: boolean }
  readonly below: readonly PageLine[]
}

// A byline further down is a sentence of the story.
const MAX_LINES_ABOVE_BYLINE = 6
const AI_BYLINE = /^AI[ -]Journalist\s*:\s*(.*)$/i
const BYLINE = /^By:?\s+(?=\p{Lu})([^.!?]{1,80}(?:\.\s?[^.!?]{1,60}){0,5})$/u

/** Headline and byline, and what stands between and below them. */
function takeTop(lines: readonly PageLine[]): Top | { readonly problems: readonly Problem[] } {
  const head = lines.slice(0, MAX_LINES_ABOVE_BYLINE)
  const aiAt = head.findIndex((line) => AI_BYLINE.test(line.text))
  const at = aiAt >= 0 ? aiAt : head.findIndex((line, index) => index > 0 && BYLINE.test(line.text))
  const [headline] = lines
  const line = lines[at]
  const number = headline?.number ?? 1
  if (at === 0 || headline?.kind !== 'text') {
    return { problems: [{ where: `line ${number}`, message: 'expected the headline, found a label of the page' }] }
  }
  if (!line) {
    const message = 'expected a line "AI Journalist: NAME" or "By NAME" soon after the headline, found none'
    return { problems: [{ where: `line ${lines[1]?.number ?? number + 1}`, message }] }
  }
  const written = (aiAt >= 0 ? AI_BYLINE : BYLINE).exec(line.text)?.[1]?.trim() ?? ''
  // A page may put the name on a line of its own.
  const name = written || lines[at + 1]?.text || ''
  return {
    headline,
    above: lines.slice(1, at).filter(isText),
    byline: { line, name, isAI: aiAt >= 0 },
    below: lines.slice(written ? at + 1 : at + 2),
  }
}

const MAX_BIO_LINES = 2
const MAX_GUESSED_BIO = 300

/** The bio: what stands between the byline and the first label, or a short line that clings to the byline. */
function takeBio(
  lines: readonly PageLine[],
  warnings: Problem[],
): { readonly text?: string; readonly rest: readonly PageLine[] } {
  const label = lines.findIndex((line) => line.kind !== 'text')
  if (label === 0) return { rest: lines }
  if (label > 0 && label <= MAX_BIO_LINES) {
    const bio = lines.slice(0, label)
    return { text: bio.map((line) => line.text).join(' '), rest: lines.slice(label) }
  }
  const [first, second] = lines
  if (!first || !second?.afterBlank || first.afterBlank || first.text.length > MAX_GUESSED_BIO) return { rest: lines }
  warnings.push({
    where: `line ${first.number}`,
    message: 'taken for the journalist\u2019s bio, as it stands right under the name',
  })
  return { text: first.text, rest: lines.slice(1) }
}

/** Lines that say when it was published or updated. */
function takeDates(lines: readonly PageLine[], warnings: Problem[]) {
  const found: { publishedAt?: string; updatedAt?: string } = {}
  const taken = new Set<PageLine>()
  for (const line of lines) {
    const date = pageDate(line.text)
    if (!date) continue
    taken.add(line)
    if (date.kind === 'date') found[date.of] ??= date.day
    else
      warnings.push({
        where: `line ${line.number}`,
        message: 'date left out: expected one such as 21 March 2026 or 2026-03-21',
      })
  }
  return { found, lines: taken }
}

const QUOTES: Readonly<Record<string, string>> = { '"': '"', '“': '”', '„': '“', '«': '»', '‘': '’', "'": "'" }
const MAX_PROMPT_LINES = 20

type Perspective = { readonly text?: string; readonly label?: PageLine; readonly rest: readonly PageLine[] }

/** The prompt under its label, without the quotes around it. The label stays, to mark where the bio ends. */
function takePerspective(lines: readonly PageLine[], warnings: Problem[]): Perspective {
  const at = lines.findIndex((line) => line.kind === 'perspective')
  const label = lines[at]
  if (!label) return { rest: lines }
  const under = lines.slice(at + 1, at + 1 + MAX_PROMPT_LINES)
  const count = promptLength(under)
  const rest = [...lines.slice(0, at + 1), ...lines.slice(at + 1 + count)]
  if (count === 0) {
    warnings.push({ where: `line ${label.number}`, message: 'no editorial perspective found under its label' })
    return { rest }
  }
  const text = under.slice(0, count).map((line) => line.text)
  return { text: withoutQuotes(text.join('\n')), label, rest }
}

/** How many lines the prompt has: up to its closing quote; without quotes, the one line that belongs to the label. */
function promptLength(under: readonly PageLine[]): number {
  const [first, second] = under
  if (first?.kind !== 'text') return 0
  const closing = QUOTES[first.text.charAt(0)]
  const end = closing
    ? under.findIndex((line, i) => line.text.endsWith(closing) && (i > 0 || line.text.length > 1))
    : -1
  const interrupted = under.slice(0, end + 1).some((line) => line.kind !== 'text')
  if (end >= 0 && !interrupted) return end + 1
  return closing || !first.afterBlank || second?.kind === 'listen' ? 1 : 0
}

function withoutQuotes(text: string): string {
  const closing = QUOTES[text.charAt(0)]
  if (!closing) return text
  return text.endsWith(closing) && text.length > 2 ? text.slice(1, -1) : text.slice(1)
}
