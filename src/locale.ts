import { z } from 'zod'

/** A language tag by BCP 47, such as `en` or `de-AT`. */
export const localeSchema = z.string().max(60).refine(isLocale, 'expected a language tag such as "en" or "de-AT"')

/** Whether `text` is a language tag that `Intl` takes. */
export function isLocale(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1
  } catch {
    return false
  }
}

/** The language of a locale: `de-AT` is `de`. The SQL function `language_of` says the same. */
export function languageOf(locale: string): string {
  return locale.toLowerCase().split(/[-_]/)[0] ?? locale
}
