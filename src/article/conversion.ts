import type { Definition, FootnoteDefinition, Nodes, Root } from 'mdast'
import type { Problem } from '../error.ts'
import { hrefOf, isHttps } from './clean.ts'

/** The most characters of link and picture addresses in one article; short references can stand for long addresses. */
const MAX_ADDRESS_CHARACTERS = 1_000_000

/**
 * What is carried along while one Markdown text becomes blocks: where references lead, the footnotes met so far in
 * their order, and what was left out or is wrong, by line.
 */
export class Conversion {
  readonly warnings: Problem[] = []
  readonly faults: Problem[] = []
  /** Footnotes in the order of their first mention; the number of a note is its place from 1. */
  readonly footnotes: FootnoteDefinition[] = []
  readonly #definitions = new Map<string, Definition>()
  readonly #notes = new Map<string, FootnoteDefinition>()
  readonly #addresses = new Map<string, string | null>()
  readonly #linesBefore: number
  readonly #base: string | undefined
  #addressCharacters = 0

  /** `linesBefore` is added to every line number; relative addresses are resolved against `base`. */
  constructor(root: Root, { linesBefore = 0, base }: { linesBefore?: number | undefined; base?: string | undefined }) {
    this.#linesBefore = linesBefore
    this.#base = base
    collect(root, this.#definitions, this.#notes)
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
    const href = this.#resolved(address)
    if (href === null)
      this.warn(node, `link left out, its text stays: ${shown(address)} is not an https or mailto address`)
    return href
  }

  /** Where a picture is fetched from, or null with a warning. */
  src(node: Nodes, address: string): string | null {
    const src = this.#resolved(address)
    if (isHttps(src)) return src
    this.warn(node, `image left out: ${shown(address)} is not an https address`)
    return null
  }

  #resolved(address: string): string | null {
    let resolved = this.#addresses.get(address)
    if (resolved === undefined) {
      resolved = hrefOf(address, this.#base)
      this.#addresses.set(address, resolved)
    }
    this.#addressCharacters += resolved?.length ?? 0
    return this.#addressCharacters > MAX_ADDRESS_CHARACTERS ? null : resolved
  }
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
