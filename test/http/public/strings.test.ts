import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { nameOf, pageLanguages, phrase, phraseHtml, wordsIn } from '../../../src/http/public/strings.ts'

const FOLDER = join(import.meta.dirname, '..', '..', '..', 'src', 'http', 'public', 'strings')
const files = readdirSync(FOLDER).sort()
const read = (file: string): Record<string, string> => JSON.parse(readFileSync(join(FOLDER, file), 'utf8'))
const english = read('en.json')

test('a file in the folder is a language', () => {
  expect(files).toEqual(pageLanguages.map((language) => `${language}.json`))
  expect(pageLanguages).toEqual(expect.arrayContaining(['ar', 'de', 'en', 'es', 'fr', 'ja']))
})

describe.each(files)('the sentences in %s', (file) => {
  const sentences = read(file)

  test('are all there, in the same order, and no others', () => {
    expect(Object.keys(sentences)).toEqual(Object.keys(english))
  })

  test('have the same places to fill as the English ones', () => {
    const places = (all: Record<string, string>) =>
      Object.entries(all).map(([key, text]) => [key, [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort()])
    expect(places(sentences)).toEqual(places(english))
  })

  test('are not left in English, nor empty, nor with spaces at their ends', () => {
    for (const [key, text] of Object.entries(sentences)) expect([key, text.trim() || 'empty']).toEqual([key, text])
    // What two languages happen to call the same.
    const alike = new Set(['newsletters', 'listenPause'])
    const left = Object.keys(english).filter((key) => sentences[key] === english[key] && !alike.has(key))
    expect(file === 'en.json' ? [] : left).toEqual([])
  })
})

test('a region falls back to its language, what is unknown to English', () => {
  expect(wordsIn('de-AT')).toMatchObject({ lang: 'de-AT', strings: { unsubscribeButton: 'Abbestellen' } })
  for (const locale of ['tlh', 'constructor', '__proto__', '']) expect(wordsIn(locale).lang).toBe('en')
})

test('values are put in as they are, and on a page apart from the text around', () => {
  expect(phrase('{a} {b} {constructor}', { a: '$& {b}', b: 0 })).toBe('$& {b} 0 {constructor}')
  expect(phraseHtml('To {a} <b> {c}', { a: '{c} <i>' }).markup).toBe('To <bdi>{c} &lt;i&gt;</bdi> &lt;b&gt; {c}')
})

test('languages are called what they call themselves', () => {
  expect(['ar', 'de', 'ja'].map(nameOf)).toEqual(['العربية', 'Deutsch', '日本語'])
})
