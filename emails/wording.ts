import type { ArticleProps, IssueProps } from './props.ts'
import { phrase, type Strings } from './strings.ts'

// The lines that both parts of a mail say in the same words.

/** The folio line: date and number of the issue. */
export function folioOf({ date, number }: IssueProps['issue'], strings: Strings): readonly string[] {
  const folio = [date, number === undefined ? undefined : phrase(strings.issueNumber, { number })]
  return folio.filter((part) => part !== undefined)
}

/** The byline's sentence with a place for the name; an AI is called an AI journalist. */
export function bylineOf({ byline }: ArticleProps, strings: Strings): string {
  return byline.isAI ? strings.bylineAi : strings.byline
}

/** When the article appeared and changed, and how long it takes to read. */
export function datesOf({ publishedText, updatedText, readMinutes }: ArticleProps, strings: Strings): string {
  return dotted([
    publishedText,
    updatedText === undefined ? undefined : phrase(strings.updated, { when: updatedText }),
    phrase(strings.minutesToRead, { minutes: readMinutes }),
  ])
}

/** That an AI wrote the article, and where its instructions stand; nothing when people wrote it. */
export function disclosureOf({ byline, perspective }: ArticleProps, strings: Strings): string | undefined {
  if (!byline.isAI) return undefined
  return perspective ? strings.disclosureBelow : strings.disclosure
}

/** The words of the listen button, with the length when it is known; nothing for an article without audio. */
export function listenLabelOf({ audio }: ArticleProps, strings: Strings): string | undefined {
  if (audio === undefined) return undefined
  if (audio.durationSeconds === undefined) return strings.listen
  return phrase(strings.listenMinutes, { minutes: Math.max(1, Math.round(audio.durationSeconds / 60)) })
}

/** What there is of the parts, with dots between. */
export function dotted(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(' · ')
}
