import all from './strings/all.ts'
import type en from './strings/en.json'

/** A sentence in each of the forms that its language has for numbers. */
export type Plural = { readonly other: string } & { readonly [Form in Intl.LDMLPluralRule]?: string }

type Sentences = { readonly [Key in keyof typeof en]: (typeof en)[Key] extends string ? string : Plural }

/** Every fixed sentence a reader sees. A language is one more JSON file in `strings/` with the same keys. */
export type Strings = Sentences & {
  /** How numbers are written: the locale that was asked for, or that of the language that took its place. */
  readonly locale: string
}

const LANGUAGES: Readonly<Record<string, Sentences>> = all

/** The languages there are sentences in, sorted. */
export const languages: readonly string[] = Object.keys(LANGUAGES).sort()

/** The sentences in the language of `locale` (`de-AT` finds `de`); English where there is none. */
export function stringsFor(locale: string): Strings {
  const language = languageOf(locale)
  const sentences = Object.hasOwn(LANGUAGES, language) ? LANGUAGES[language] : undefined
  return sentences ? { ...sentences, locale } : { ...all.en, locale: 'en' }
}

/**
 * The attributes of fixed words that stand in text of another language: an Arabic article in an English newsletter,
 * say. Without them "14 May" would read "May 14" from right to left.
 */
export function wordsIn(strings: Strings, around: { readonly lang: string }): { lang?: string; dir?: string } {
  return languageOf(around.lang) === strings.lang ? {} : { lang: strings.lang, dir: strings.dir }
}

/** A sentence with its `{places}` filled. */
export function phrase(pattern: string, values: Readonly<Record<string, string | number>>): string {
  return pattern.replace(/\{(\w+)\}/g, (place, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : place,
  )
}

/** A sentence about `count` things, in the form that its language has for so many. */
export function counted(forms: Plural, count: number, { locale }: Pick<Strings, 'locale'>): string {
  const form = new Intl.PluralRules(locale).select(count)
  return phrase(forms[form] ?? forms.other, { count: numeral(count, locale) })
}

/** A number as it is written in `locale`. */
export function numeral(value: number, locale: string): string {
  return new Intl.NumberFormat(locale).format(value)
}

function languageOf(locale: string): string {
  return locale.toLowerCase().split(/[-_]/)[0] ?? locale
}
