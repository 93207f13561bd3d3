import type { Edition, SlotValues } from './edition.ts'
import { slotNames } from './slot-names.ts'

/** Values as long as they plausibly get, for limits that must hold for what arrives, not for what was written. */
export function longValues(edition: Edition): SlotValues {
  const { texts, urls } = slotNames(edition)
  return Object.fromEntries([
    ...texts.map((name) => [name, 'x'.repeat(40)]),
    ...urls.map((name) => [name, `https://example.com/${'x'.repeat(180)}`]),
  ])
}
