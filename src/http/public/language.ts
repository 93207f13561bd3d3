import type { FastifyRequest } from 'fastify'
import { languageOf } from '../../locale.ts'
import { pageLanguages, type Words, wordsIn } from './strings.ts'

/** Whose language a page is in, the first that is known and written in: the reader's, their browser's, the newsletter's. */
export type About = {
  /** A choice just made, or the locale of the subscriber whom the page is about. */
  readonly reader?: string | null | undefined
  readonly newsletter?: { readonly locale: string } | undefined
}

/** The words of a page that answers `request`. */
export function wordsFor(request: FastifyRequest, { reader, newsletter }: About = {}): Words {
  const language = knownLanguage(reader) ?? acceptedLanguage(request)
  if (language === null) return wordsIn(newsletter?.locale ?? 'en')
  // The newsletter may know more than the language: `en-GB`.
  return wordsIn(newsletter && languageOf(newsletter.locale) === language ? newsletter.locale : language)
}

/** The language of a locale, when there are pages in it. */
export function knownLanguage(locale: string | null | undefined): string | null {
  if (locale === null || locale === undefined) return null
  const language = languageOf(locale)
  return pageLanguages.includes(language) ? language : null
}

/** The language among ours that a browser likes best (RFC 9110 section 12.5.4); null when it names none of them. */
export function acceptedLanguage({ headers }: FastifyRequest): string | null {
  const ranges = (headers['accept-language'] ?? '').slice(0, MAX_HEADER).split(',').map(readRange)
  const liked = ranges.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight)
  for (const { tag } of liked) {
    if (tag === '*') return null
    const language = knownLanguage(tag)
    if (language !== null) return language
  }
  return null
}

const MAX_HEADER = 500

function readRange(range: string): { readonly tag: string; readonly weight: number } {
  const [tag = '', ...parameters] = range.split(';').map((part) => part.trim())
  const weight = parameters.find((parameter) => /^q=/i.test(parameter))?.slice(2)
  return { tag, weight: weight === undefined ? 1 : Number(weight) || 0 }
}
