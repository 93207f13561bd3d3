import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { languageOf } from '../../locale.ts'
import { type Html, html } from './html.ts'
import en from './strings/en.json' with { type: 'json' }

/** Every sentence of the pages for readers. A language is one more JSON file in `strings/` with the same keys. */
export type Strings = Readonly<typeof en>

/** The sentences of one language, and what a page in it says its language is. */
export type Words = { readonly strings: Strings; readonly lang: string }

const LANGUAGES = readLanguages(new URL('./strings/', import.meta.url))

/** The languages that pages are written in, sorted. */
export const pageLanguages: readonly string[] = [...LANGUAGES.keys()].sort()

/** The sentences in the language of `locale` (`de-AT` finds `de`); English where there is none. */
export function wordsIn(locale: string): Words {
  const strings = LANGUAGES.get(languageOf(locale))
  return strings ? { strings, lang: locale } : { strings: en, lang: 'en' }
}

/** Which words a reader agreed to: their language, and what tells one wording from another. */
export function versionOf({ strings, lang }: Words, sentence: keyof Strings): string {
  return `${languageOf(lang)}-${createHash('sha256').update(strings[sentence]).digest('hex').slice(0, 8)}`
}

/** What a language calls itself, its first letter as it is written there. */
export function nameOf(language: string): string {
  return new Intl.DisplayNames([language], { type: 'language' }).of(language) ?? language
}

/** A sentence with its `{places}` filled, as text. */
export function phrase(pattern: string, values: Readonly<Record<string, string | number>>): string {
  return pattern.replace(PLACE, (place, name: string) => (Object.hasOwn(values, name) ? String(values[name]) : place))
}

/** The same for a page, where a name from the left must not mix up a sentence from the right, or the other way round. */
export function phraseHtml(pattern: string, values: Readonly<Record<string, string | number>>): Html {
  const parts = pattern.split(PLACE)
  return html`${parts.map((part, index) => {
    if (index % 2 === 0) return part
    return Object.hasOwn(values, part) ? html`<bdi>${values[part]}</bdi>` : `{${part}}`
  })}`
}

const PLACE = /\{(\w+)\}/g

function readLanguages(folder: URL): ReadonlyMap<string, Strings> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
  return new Map(
    files.map((name) => {
      const strings: Partial<Strings> = JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
      return [name.slice(0, -'.json'.length), { ...en, ...strings }]
    }),
  )
}
