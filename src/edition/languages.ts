import { languages } from '../../emails/strings.ts'
import { languageOf } from '../locale.ts'

/** The locale that a reader's mail is written for: their language, where mail has its sentences in it; else the newsletter's. */
export function mailLocale(reader: string | null | undefined, newsletter: string): string {
  if (reader === null || reader === undefined) return newsletter
  return otherLanguages(newsletter).find((language) => language === languageOf(reader)) ?? newsletter
}

/** The languages that mail has its sentences in, without the newsletter's own. */
export function otherLanguages(newsletter: string): readonly string[] {
  return languages.filter((language) => language !== languageOf(newsletter))
}
