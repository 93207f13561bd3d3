import en from './strings/en.json' with { type: 'json' }

/** Every sentence of the pages for readers. A language is one more JSON file with the same keys. */
export type Strings = Readonly<typeof en>

const LANGUAGES: Readonly<Record<string, Strings>> = { en }

/** The sentences in the language of `locale` (`de-AT` finds `de`); English where there is none. */
export function stringsFor(locale: string): { readonly strings: Strings; readonly lang: string } {
  const [language = 'en'] = locale.toLowerCase().split('-')
  const strings = LANGUAGES[language]
  return strings ? { strings, lang: locale } : { strings: en, lang: 'en' }
}

/** A sentence with its `{places}` filled. */
export function phrase(pattern: string, values: Readonly<Record<string, string | number>>): string {
  return pattern.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place))
}
