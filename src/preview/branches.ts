import { branchesOf, conditionsOf } from '../edition/branches.ts'
import type { Edition, Message, SlotValues } from '../edition/edition.ts'
import { choiceHolds } from '../edition/escape.ts'
import { fillEdition } from '../edition/fill.ts'
import type { Condition } from '../edition/pieces.ts'

/** One of the mails that an edition can become by its conditional blocks. */
export type ShownBranch = {
  /** What a reader has to be for it: attributes by name; empty stands for "has none". */
  readonly attributes: SlotValues
  /** Whether each of the conditions holds, in their order. */
  readonly holds: readonly boolean[]
  readonly subject: string
  /** Of the html, in UTF-8. */
  readonly bytes: number
  /** Whether the reader who was chosen gets this one. */
  readonly isReaders: boolean
}

/** All of them, unless they are too many to be shown. */
export type Matrix = {
  readonly conditions: readonly Condition[]
  readonly branches: readonly ShownBranch[]
  readonly isComplete: boolean
}

/** Every mail that an edition can become, for readers who differ from `values` in nothing but what its blocks ask for. */
export function matrixOf(edition: Edition, values: SlotValues, own: Message): Matrix {
  const conditions = conditionsOf(edition)
  const { readers, isComplete } = branchesOf(edition, undefined, values)
  const branches = readers.map((attributes) => {
    const reader = { ...values, ...attributes }
    const { subject, html, text } = fillEdition(edition, reader)
    return {
      attributes,
      holds: conditions.map(({ attribute, is }) => choiceHolds(attribute, is, reader)),
      subject,
      bytes: Buffer.byteLength(html),
      isReaders: subject === own.subject && html === own.html && text === own.text,
    }
  })
  return { conditions, branches, isComplete }
}
