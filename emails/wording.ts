import { excerpt } from './excerpt.ts'
import type { ArticleProps, IssueProps } from './props.ts'
import { counted, numeral, phrase, type Strings } from './strings.ts'
import { inlineAsText } from './text.ts'

// The lines that both parts of a mail say in the same words.

/** Date and number of the issue, as far as it has them. */
export function folioOf({ date, number }: IssueProps['issue'], strings: Strings) {
  return {
    date,
    number: number === undefined ? undefined : phrase(strings.issueNumber, { number: numeral(number, strings.locale) }),
  }
}

/** The byline's sentence with a place for the name; an AI is called an AI journalist. */
export function bylineOf({ byline }: ArticleProps, strings: Strings): string {
  return byline.isAI ? strings.bylineAi : strings.byline
}

/** How long the article takes to read. */
export function minutesOf({ readMinutes }: ArticleProps, strings: Strings): string {
  return counted(strings.minutesToRead, readMinutes, strings)
}

/** When the article appeared and changed, and how long it takes to read. */
export function datesOf(article: ArticleProps, strings: Strings): string {
  const { publishedText, updatedText } = article
  return dotted([
    publishedText,
    updatedText === undefined ? undefined : phrase(strings.updated, { when: updatedText }),
    minutesOf(article, strings),
  ])
}

/** The words of the listen button, with the length when it is known; nothing for an article without audio. */
export function listenLabelOf({ audio }: ArticleProps, strings: Strings): string | undefined {
  if (audio === undefined) return undefined
  if (audio.durationSeconds === undefined) return strings.listen
  return counted(strings.listenMinutes, Math.max(1, Math.round(audio.durationSeconds / 60)), strings)
}

const TEASER = 160

/** What an article is about, in a sentence or two: its dek, else its beginning. */
export function teaserOf({ dek, blocks }: ArticleProps): string | undefined {
  const opening = blocks.find((block) => block.type === 'paragraph')
  return dek ?? (opening && excerpt(inlineAsText(opening.content).trim(), TEASER).text)
}

/** What there is of the parts, with dots between. */
export function dotted(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(' · ')
}

/** Who signs a letter; an AI signs as one. */
export function signatureOf({ byline }: ArticleProps, strings: Strings): string {
  return byline.isAI ? strings.signedAi : '{name}'
}
