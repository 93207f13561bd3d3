import en from './strings/en.json' with { type: 'json' }

/** Every fixed sentence a reader sees. A language is one more JSON file with the same keys. */
export type Strings = Readonly<typeof en>

const LANGUAGES: ReadonlyMap<string, Strings> = new Map([[en.lang, en]])

/** The sentences in the language of `locale` (`de-AT` finds `de`); English where there is none. */
export function stringsFor(locale: string): Strings {
  return LANGUAGES.get(languageOf(locale)) ?? en
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
  return pattern.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place))
}

function languageOf(locale: string): string {
  return locale.toLowerCase().split(/[-_]/)[0] ?? locale
}
