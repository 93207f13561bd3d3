import type { Message, SlotValues } from '../edition/edition.ts'
import { fillEdition } from '../edition/fill.ts'
import { mostHtmlBytes } from '../edition/long-values.ts'
import { slotNames } from '../edition/slot-names.ts'
import { type Matrix, matrixOf } from './branches.ts'
import type { Choice } from './choice.ts'
import { findingsIn, type ShownFinding } from './findings.ts'
import type { RenderedChoice } from './rendering.ts'
import { type ShownCondition, type ShownSlot, shownConditions, shownSlots } from './slots.ts'

/** A mail as the page shows it: what one reader gets, and what can be said about it. */
export type PreviewedMail = Message & {
  readonly kind: 'issue' | 'single'
  readonly preheader: string
  /** BCP 47, of everything but the articles. */
  readonly locale: string
  readonly hash: string
  /** Of the html in UTF-8, for this reader, and for one whose name and links are as long as they get. */
  readonly bytes: { readonly now: number; readonly most: number; readonly text: number }
  readonly findings: readonly ShownFinding[]
  readonly slots: readonly ShownSlot[]
  readonly conditions: readonly ShownCondition[]
  readonly matrix: Matrix
}

/** The message that the chosen reader would get, filled as for a send. `origin` is where its links lead. */
export function fillChoice(rendered: RenderedChoice, choice: Choice, origin: string): Message {
  return fillEdition(rendered.edition, readerValues(rendered, choice, origin))
}

/** All that there is to see of a mail. */
export function previewMail(rendered: RenderedChoice, choice: Choice, origin: string): PreviewedMail {
  const { edition, newsletter, preheader, template } = rendered
  const values = readerValues(rendered, choice, origin)
  const message = fillEdition(edition, values)
  const outside = [
    { name: 'From', value: `${newsletter.fromName} <${newsletter.fromAddress}>` },
    { name: 'Subject', value: message.subject },
  ]
  return {
    ...message,
    headers: [...outside, ...message.headers],
    kind: template.kind,
    preheader,
    locale: edition.locale,
    hash: edition.hash,
    bytes: {
      now: Buffer.byteLength(message.html),
      most: mostHtmlBytes(edition),
      text: Buffer.byteLength(message.text),
    },
    findings: findingsIn(rendered, values),
    slots: shownSlots(edition, values),
    conditions: shownConditions(edition, values),
    matrix: matrixOf(edition, values, message),
  }
}

/** What texts and conditions find of the reader: what the page was told by hand, else what is known of them. */
export function readerTexts({ edition, reader }: RenderedChoice, { values }: Choice): SlotValues {
  const { texts } = slotNames(edition)
  const known = texts.map((name) => [name, values[name] ?? reader.values[name] ?? reader.rest?.(name) ?? ''])
  return Object.fromEntries(known)
}

function readerValues(rendered: RenderedChoice, choice: Choice, origin: string): SlotValues {
  const links = slotNames(rendered.edition).urls.map((name) => [name, `${origin}/link/${name}`])
  return { ...readerTexts(rendered, choice), ...Object.fromEntries(links) }
}
