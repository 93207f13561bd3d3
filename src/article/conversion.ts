import type { Definition, FootnoteDefinition, Nodes, Root } from 'mdast'
import type { Problem } from '../error.ts'
import { hrefOf } from './clean.ts'
import type { MarkdownOptions } from './markdown-body.ts'
import {
  type FoundPicture,
  findPicture,
  isTemplateExpression,
  type MissingPicture,
  noPicture,
  type PictureSources,
} from './pictures.ts'

/** The most characters of link and picture addresses in one article; short references can stand for long addresses. */
const MAX_ADDRESS_CHARACTERS = 1_000_000

/**
 * What is carried along while one Markdown text becomes blocks: where references lead, the footnotes met so far in
 * their order, the picture files it asks for that are not at hand, and what was left out or is wrong, by line.
 */
export class Conversion {
  readonly warnings: Problem[] = []
  readonly faults: Problem[] = []
  /** Footnotes in the order of their first mention; the number of a note is its place from 1. */
  readonly footnotes: FootnoteDefinition[] = []
  readonly missingPictures: MissingPicture[] = []
  /** The level of the highest headings, which are those of level 2 in an article. */
  readonly #topDepth: number
  readonly #definitions = new Map<string, Definition>()
  readonly #notes = new Map<string, FootnoteDefinition>()
  readonly #addresses = new Map<string, string | null>()
  readonly #linesBefore: number
  readonly #sources: PictureSources
  #addressCharacters = 0

  /** A first heading of the first level counts as the title, and not among the headings. */
  constructor(root: Root, { linesBefore = 0, ...sources }: MarkdownOptions) {
    this.#linesBefore = linesBefore
    this.#sources = sources
    collect(root, this.#definitions, this.#notes)
    this.#topDepth = topDepth(root)
  }

  /** The level in an article of a heading in the text. */
  level(depth: number): 2 | 3 | 4 {
    const level = 2 + depth - this.#topDepth
    return level <= 2 ? 2 : level === 3 ? 3 : 4
  }

  line(node: Nodes): number {
    return (node.position?.start.line ?? 1) + this.#linesBefore
  }

  warn(node: Nodes, message: string): void {
    this.warnings.push({ where: `line ${this.line(node)}`, message })
  }

  fault(node: Nodes, message: string): void {
    this.faults.push({ where: `line ${this.line(node)}`, message })
  }

  definition(identifier: string): Definition | undefined {
    return this.#definitions.get(identifier)
  }

  /** The number of a footnote, or undefined when there is no such note. */
  footnoteNumber(identifier: string): number | undefined {
    const note = this.#notes.get(identifier)
    if (!note) return undefined
    const at = this.footnotes.indexOf(note)
    return at >= 0 ? at + 1 : this.footnotes.push(note)
  }

  /** Where a link may lead, or null with a warning. */
  href(node: Nodes, address: string): string | null {
    const href = isTemplateExpression(address) ? null : this.#resolved(address)
    if (href === null)
      this.warn(node, `link left out, its text stays: ${shown(address)} is not an https or mailto address`)
    return href
  }

  /** Where a picture is, or null: with a warning, or as one of the missing. */
  picture(node: Nodes, address: string): Extract<FoundPicture, { kind: 'found' }> | null {
    const found = findPicture(address, this.#sources)
    if (found.kind === 'found' && this.#hasRoomFor(found.src)) return found
    if (found.kind === 'missing' && (this.#sources.pictures !== undefined || this.#sources.seeksFiles)) {
      this.missingPictures.push({ path: found.path, where: `line ${this.line(node)}` })
    } else this.warn(node, `image left out: ${shown(address)} is ${noPicture(found)}`)
    return null
  }

  #resolved(address: string): string | null {
    let resolved = this.#addresses.get(address)
    if (resolved === undefined) {
      resolved = hrefOf(address, this.#sources.base)
      this.#addresses.set(address, resolved)
    }
    return this.#hasRoomFor(resolved ?? '') ? resolved : null
  }

  #hasRoomFor(address: string): boolean {
    this.#addressCharacters += address.length
    return this.#addressCharacters <= MAX_ADDRESS_CHARACTERS
  }
}

/** The smallest level of the headings but the title. */
function topDepth({ children }: Root): number {
  const [first] = children.filter((node) => node.type !== 'html' && node.type !== 'definition')
  const headings = children.filter((node) => node.type === 'heading')
  const depths = headings.filter((node) => node !== first || node.depth > 1).map(({ depth }) => depth)
  return depths.reduce<number>((least, depth) => Math.min(least, depth), 6)
}

/** A stretch of the source as a message may quote it: on one line, short. */
export function shown(source: string): string {
  const line = source.replace(/\s+/g, ' ').trim()
  return line.length > 60 ? `${line.slice(0, 59)}…` : line || 'an empty address'
}

/** Definitions may stand in quotes and lists too; of several with one name the first counts. */
function collect(root: Root, definitions: Map<string, Definition>, notes: Map<string, FootnoteDefinition>): void {
  const waiting: Nodes[] = [root]
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (node.type === 'definition' && !definitions.has(node.identifier)) definitions.set(node.identifier, node)
    if (node.type === 'footnoteDefinition' && !notes.has(node.identifier)) notes.set(node.identifier, node)
    if ('children' in node) for (let i = node.children.length - 1; i >= 0; i--) waiting.push(node.children[i] as Nodes)
  }
}
