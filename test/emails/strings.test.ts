import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { counted, languages, numeral, phrase, type Strings, stringsFor, wordsIn } from '../../emails/strings.ts'

const FOLDER = join(import.meta.dirname, '..', '..', 'emails', 'strings')
const found = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.slice(0, -5))
  .sort()

test('a file in the folder is a language: the index of them is as the folder says (-u writes it anew)', async () => {
  const imports = found.map((language) => `import ${language} from './${language}.json' with { type: 'json' }\n`)
  const index = [
    '// Written by `npx vitest run -u test/emails/strings.test.ts` from the files in this folder.\n',
    ...imports,
    `\nexport default { ${found.join(', ')} }\n`,
  ]
  await expect(index.join('')).toMatchFileSnapshot(join(FOLDER, 'all.ts'))
  expect(languages).toEqual(found)
})

describe.each(found)('the sentences in %s', (language) => {
  const sentences = read(language)
  const english = read('en')

  test('are all there, and no others', () => {
    expect(Object.keys(sentences).sort()).toEqual(Object.keys(english).sort())
    expect(sentences.lang).toBe(language)
    expect(sentences.dir).toBe(new Set(['ar', 'fa', 'he', 'ur']).has(language) ? 'rtl' : 'ltr')
  })

  test('have the same places to fill as the English ones', () => {
    for (const [key, value] of Object.entries(sentences)) {
      const expected = placesIn(typeof english[key] === 'string' ? english[key] : english[key]?.other)
      if (typeof value === 'string') expect([key, placesIn(value)]).toEqual([key, expected])
      else expect([key, placesIn(value.other)]).toEqual([key, expected])
    }
  })

  test('have every form of number that the language has', () => {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories.toSorted()
    const plurals = Object.entries(sentences).flatMap(([key, value]) =>
      typeof value === 'string' ? [] : [[key, value]],
    )
    expect(plurals.map(([key, value]) => [key, Object.keys(value ?? {}).sort()])).toEqual(
      plurals.map(([key]) => [key, forms]),
    )
  })

  test('are not left in English, nor empty, nor with spaces at their ends', () => {
    for (const [key, value] of Object.entries(sentences)) {
      for (const sentence of typeof value === 'string' ? [value] : Object.values(value)) {
        expect([key, sentence.trim()]).toEqual([key, sentence])
        expect(sentence).not.toBe('')
      }
    }
    const same = Object.keys(sentences).filter((key) => sentences[key] === english[key])
    expect(language === 'en' ? [] : same.filter((key) => !['dir', 'notes'].includes(key))).toEqual([])
  })
})

test('a region falls back to its language, an unknown language to English', () => {
  expect(stringsFor('en-GB').unsubscribe).toBe('Unsubscribe')
  expect(stringsFor('de_AT').unsubscribe).toBe('Abbestellen')
  expect(stringsFor('tlh')).toEqual(stringsFor('en'))
  expect(stringsFor('constructor')).toEqual(stringsFor('en'))
})

test('numbers are written, and sentences about them chosen, as the language does', () => {
  const minutes = (locale: string, count: number) =>
    counted(stringsFor(locale).minutesToRead, count, stringsFor(locale))
  expect(minutes('en', 1)).toBe('1 min read')
  expect([1, 2, 3, 11, 100].map((count) => minutes('ar', count))).toEqual([
    'قراءة في دقيقة واحدة',
    'قراءة في دقيقتين',
    'قراءة في 3 دقائق',
    'قراءة في 11 دقيقة',
    'قراءة في 100 دقيقة',
  ])
  expect(counted(stringsFor('de').moreInIssue, 1, stringsFor('de'))).toBe('1 weiterer Artikel in dieser Ausgabe')
  expect(numeral(12_345, 'de')).toBe('12.345')
})

test('values are put in as they are, whatever they look like', () => {
  expect(phrase('By {name}', { name: '$& {name} <b>' })).toBe('By $& {name} <b>')
  expect(phrase('{unknown} {known} {constructor}', { known: 0 })).toBe('{unknown} 0 {constructor}')
})

test('fixed words name their language only where it differs from the text around them', () => {
  expect(wordsIn(stringsFor('en'), { lang: 'en-US' })).toEqual({})
  expect(wordsIn(stringsFor('en'), { lang: 'ar' })).toEqual({ lang: 'en', dir: 'ltr' })
  expect(wordsIn(stringsFor('ar'), { lang: 'en' })).toEqual({ lang: 'ar', dir: 'rtl' })
})

type File = Readonly<Record<string, string | Strings['minutesToRead']>>

function read(language: string): File {
  return JSON.parse(readFileSync(join(FOLDER, `${language}.json`), 'utf8'))
}

function placesIn(sentence = ''): string[] {
  return [...sentence.matchAll(/\{(\w+)\}/g)].map(([, place]) => place ?? '').sort()
}
