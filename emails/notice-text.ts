import { imprintText, toReader } from './issue-text.ts'
import type { SingleProps } from './props.ts'
import type { SlotSheet } from './slots.tsx'
import { stringsFor } from './strings.ts'
import { joined } from './text.ts'

/** The plain-text part of a mail to one reader: title, greeting, what `lines` say, and who sent it. */
export function noticeText(
  { newsletter }: SingleProps,
  sheet: SlotSheet,
  title: string,
  lines: readonly (string | undefined)[],
): string {
  const { greeting, greetingNamed } = stringsFor(newsletter.locale)
  const end = `--\n${imprintText(newsletter)}`
  return joined([title, toReader(greetingNamed, greeting, sheet), ...lines, end]).concat('\n')
}

/** A link one is asked to follow, on a line of its own. */
export function actionText(label: string, url: string): string {
  return `${label}:\n${url}`
}
