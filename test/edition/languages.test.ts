import { expect, test } from 'vitest'
import { mailLocale, otherLanguages } from '../../src/edition/languages.ts'

test.each([
  [null, 'en-GB', 'en-GB'],
  ['de', 'en-GB', 'de'],
  ['de-AT', 'en-GB', 'de'],
  ['DE_ch', 'en-GB', 'de'],
  ['en-US', 'en-GB', 'en-GB'],
  ['tlh', 'en-GB', 'en-GB'],
  ['', 'sv', 'sv'],
  ['en', 'sv', 'en'],
])('mail to a reader of %s of a newsletter in %s is in %s', (reader, newsletter, locale) => {
  expect(mailLocale(reader, newsletter)).toBe(locale)
})

test('the newsletter’s language is none of the others', () => {
  expect(otherLanguages('de-AT')).not.toContain('de')
  expect(otherLanguages('sv')).toEqual(expect.arrayContaining(['ar', 'de', 'en', 'es', 'fr', 'ja']))
})
