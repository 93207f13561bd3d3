import { createHash } from 'node:crypto'
import type { SlotDeclaration } from '../../emails/slots.tsx'
import { AppError } from '../error.ts'
import type { Edition, EditionSlot, Piece, SlotContext } from './edition.ts'
import { oneLine, wellFormed } from './escape.ts'

/** A rendered issue whose slots are still tokens. */
export type RenderedIssue = Omit<Edition, 'hash' | 'subject' | 'html' | 'text' | 'headers'> & {
  readonly subject: string
  readonly html: string
  readonly text: string
  readonly headers: readonly { readonly name: string; readonly value: string }[]
}

/** What the tokens of a render stand for: its nonce, and the declarations in the order of their numbers. */
export type TokenKey = {
  readonly nonce: string
  readonly declared: readonly SlotDeclaration[]
  /** How many of the first `declared` may be missing: an editor's, in a line that the template shortens. Default 0. */
  readonly optional?: number
}

/**
 * Cuts a rendered issue at its tokens. Where a token stands decides how its value will be escaped.
 * @throws AppError `invalid_input` when a declared slot is nowhere, a token is damaged, or conditional blocks do not nest
 */
export function compileEdition(rendered: RenderedIssue, key: TokenKey): Edition {
  const seen = new Set<number>()
  const cut = (text: string, positionAt: (at: number) => Position) => cutAtTokens(text, key, positionAt, seen)
  const content = {
    template: rendered.template,
    locale: rendered.locale,
    subject: cut(oneLine(rendered.subject), () => 'header'),
    html: cut(wellFormed(rendered.html), htmlPositions(wellFormed(rendered.html))),
    text: cut(wellFormed(rendered.text), () => 'text'),
    headers: rendered.headers.map(({ name, value }) => ({
      name: headerName(name),
      value: cut(oneLine(value), () => 'header'),
    })),
  }
  requireUnique(content.headers.map(({ name }) => name.toLowerCase()))
  const missing = key.declared.filter((_, index) => index >= (key.optional ?? 0) && !seen.has(index))
  if (missing.length > 0) throw broken(`asks for slots it does not show: ${missing.map(slotName).join(', ')}`)
  return { hash: editionHash(content), ...content }
}

/** The address of an edition: sha256 (hex) of the rest of it as JSON with sorted keys. */
export function editionHash(content: Omit<Edition, 'hash'>): string {
  const { template, locale, subject, html, text, headers } = content
  const canonical = JSON.stringify({ template, locale, subject, html, text, headers }, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
  return createHash('sha256').update(canonical).digest('hex')
}

type When = Extract<SlotDeclaration, { kind: 'when' }>
type OpenChoice = { readonly when: When; readonly shown: Piece[]; otherwise: Piece[] | undefined }
type Position = 'html' | 'url_attribute' | 'text' | 'header'

function cutAtTokens(text: string, key: TokenKey, positionAt: (at: number) => Position, seen: Set<number>): Piece[] {
  const whole: Piece[] = []
  const open: OpenChoice[] = []
  let into = whole
  let from = 0
  for (const token of text.matchAll(tokenPattern(key.nonce))) {
    pushText(into, text.slice(from, token.index), key.nonce)
    from = token.index + token[0].length
    const declaration = key.declared[Number(token[2])]
    if (declaration === undefined) throw broken('shows a slot that nothing declared')
    seen.add(Number(token[2]))
    if (declaration.kind === 'when') into = turnChoice(open, declaration, token[3], whole)
    else into.push({ slot: declaration, context: slotContext(declaration, positionAt(token.index), token[1]) })
  }
  pushText(into, text.slice(from), key.nonce)
  if (open.length > 0) throw broken('opens a conditional block that it does not close')
  return whole
}

/** Opens, turns or closes a conditional block; returns where the pieces after this token belong. */
function turnChoice(open: OpenChoice[], when: When, role: string | undefined, whole: Piece[]): Piece[] {
  const choice = open.at(-1)
  if (role === '1') {
    const shown: Piece[] = []
    open.push({ when, shown, otherwise: undefined })
    return shown
  }
  if (choice?.when !== when || role !== (choice.otherwise === undefined ? '2' : '3')) {
    throw broken('has conditional blocks that do not nest')
  }
  if (role === '2') {
    choice.otherwise = []
    return choice.otherwise
  }
  open.pop()
  const outer = open.at(-1)
  const into = outer === undefined ? whole : (outer.otherwise ?? outer.shown)
  const { attribute, is } = when
  into.push({ attribute, ...(is === undefined ? {} : { is }), shown: choice.shown, otherwise: choice.otherwise ?? [] })
  return into
}

// A URL slot may have been percent-encoded into another URL (a share link); it then comes back as a part of that one.
function tokenPattern(nonce: string): RegExp {
  return new RegExp(`(https://slot\\.invalid/|https%3A%2F%2Fslot\\.invalid%2F)?${nonce}(\\d{3})([0-3])`, 'gi')
}

function slotContext(slot: EditionSlot, position: Position, prefix: string | undefined): SlotContext {
  if (prefix?.includes('%') === true) return 'url_part'
  if (position !== 'url_attribute') return slot.kind === 'url' && position === 'html' ? 'url' : position
  return slot.kind === 'url' ? 'url' : 'url_part'
}

function pushText(into: Piece[], text: string, nonce: string): void {
  if (text.includes(nonce)) throw broken('shows a part of a slot; a slot can be moved and copied, but not cut')
  if (text !== '') into.push(text)
}

/** Tells what a place in a rendered page is. React quotes every attribute, and escapes quotes everywhere else. */
function htmlPositions(html: string): (at: number) => Position {
  const urls = spans(html, /\s(?:href|src|background|cite)="[^"]*"/gi)
  const styles = spans(html, /\sstyle="[^"]*"|<style[\s>][\s\S]*?<\/style>/gi)
  return (at) => {
    if (styles.some((span) => span.from <= at && at < span.to)) throw broken('has a slot in a style')
    return urls.some((span) => span.from <= at && at < span.to) ? 'url_attribute' : 'html'
  }
}

function spans(text: string, pattern: RegExp): { from: number; to: number }[] {
  return [...text.matchAll(pattern)].map((match) => ({ from: match.index, to: match.index + match[0].length }))
}

function headerName(name: string): string {
  if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(name)) throw broken(`is given the header ${JSON.stringify(name)}`)
  return name
}

function requireUnique(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw broken(`is given the header ${twice} twice`)
}

function slotName(declaration: SlotDeclaration): string {
  return declaration.kind === 'when' ? `when ${declaration.attribute}` : declaration.name
}

function broken(what: string): AppError {
  return new AppError('invalid_input', `This edition cannot be made: the template ${what}.`)
}
