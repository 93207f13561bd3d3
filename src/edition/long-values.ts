import { branchesOf } from './branches.ts'
import type { Edition, Message, SlotValues } from './edition.ts'
import { fillEdition } from './fill.ts'
import { slotNames } from './slot-names.ts'

/** Values as long as they plausibly get, for limits that must hold for what arrives, not for what was written. */
export function longValues(edition: Edition): SlotValues {
  const { texts, urls } = slotNames(edition)
  return Object.fromEntries([
    ...texts.map((name) => [name, 'x'.repeat(40)]),
    ...urls.map((name) => [name, `https://example.com/${'x'.repeat(180)}`]),
  ])
}

/** The longest messages that an edition plausibly becomes, one for each way in which its blocks can show it. */
export function longMessages(edition: Edition): readonly Message[] {
  const long = longValues(edition)
  return branchesOf(edition, undefined, long).readers.map((asked) => fillEdition(edition, { ...long, ...asked }))
}

/** The bytes of the longest html that an edition plausibly becomes, for readers whom its blocks show the most. */
export function mostHtmlBytes(edition: Edition): number {
  return Math.max(...longMessages(edition).map(({ html }) => Buffer.byteLength(html)))
}
