import type { Edition, Message, SlotValues } from '../edition/edition.ts'
import { slotText } from '../edition/escape.ts'
import { fillEdition } from '../edition/fill.ts'
import { slotNames } from '../edition/slot-names.ts'
import { outward, type Page, readPage, textOf } from './page.ts'
import { readStyleSheet, type StyleSheet } from './style.ts'
import { isHidden } from './visibility.ts'

/** What has to be known of a mail beside its edition. */
export type MailFacts = {
  /** An issue must say how to leave; mail that answers one reader has nothing to leave. */
  readonly kind: 'issue' | 'single'
  /** The newsletter's, which the mail has to show; null: it has none. */
  readonly postalAddress: string | null
  /** Whether the template writes the plain-text part itself. */
  readonly hasOwnText: boolean
  /** The size of images whose size is known, by the address that they have in the mail. */
  readonly imageBytes?: ReadonlyMap<string, number> | undefined
}

/** An edition to be checked. */
export type MailToCheck = {
  readonly edition: Edition
  readonly facts: MailFacts
  /** What fills it, once for each reader it is to be seen as; at least one. */
  readonly readers: readonly SlotValues[]
}

/** A mail as one reader gets it, opened up for the rules. */
export type CheckedMail = {
  readonly edition: Edition
  readonly facts: MailFacts
  readonly values: SlotValues
  readonly message: Message
  readonly page: Page
  readonly styles: StyleSheet
  /** What the style blocks hold, as written. */
  readonly css: string
}

/**
 * Fills an edition and reads it as a mail client would. Links that differ by reader lead to `readersLink`, so that no
 * finding shows whose they are, and a rule can tell them from each other.
 */
export function openMail(edition: Edition, facts: MailFacts, values: SlotValues): CheckedMail {
  const links = slotNames(edition).urls.map((name) => [name, readersLink(name)])
  const message = fillEdition(edition, { ...values, ...Object.fromEntries(links) })
  const page = readPage(message.html)
  const css = page.elements
    .filter(({ tagName }) => tagName === 'style')
    .map(({ childNodes }) => childNodes.map((node) => ('value' in node ? node.value : '')).join(''))
    .join('\n')
  return { edition, facts, values, message, page, css, styles: readStyleSheet(css) }
}

/** Where the URL slot of that name leads in a mail that is being checked: nowhere, so nobody is unsubscribed. */
export function readersLink(name: string): string {
  return `https://${READERS_HOST}/${name}`
}

/** The host of all links that are filled in for each reader. */
export const READERS_HOST = 'reader.invalid'

/** Why a URL slot cannot be filled; null when it can. */
export function urlProblem(name: string, values: SlotValues): string | null {
  if (!Object.hasOwn(values, name)) return `There is no link of the name ${name}.`
  try {
    slotText({ kind: 'url', name }, 'url', values)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/**
 * What an inbox shows behind the subject: the first words of the mail. `isOwn` when they are hidden in the mail itself,
 * and so written for that.
 */
export function preheaderOf({ page }: Pick<CheckedMail, 'page'>): { readonly text: string; readonly isOwn: boolean } {
  const [first] = page.texts
  if (first === undefined) return { text: '', isOwn: false }
  return { text: textOf(first.element), isOwn: isHidden(outward(first.element)) }
}
