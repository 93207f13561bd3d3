import { expect, test } from 'vitest'
import { phrase, stringsFor, wordsIn } from '../../emails/strings.ts'

test('a region falls back to its language, an unknown language to English', () => {
  expect(stringsFor('en-GB').unsubscribe).toBe('Unsubscribe')
  expect(stringsFor('tlh')).toBe(stringsFor('en'))
  expect(stringsFor('constructor')).toBe(stringsFor('en'))
})

test('values are put in as they are, whatever they look like', () => {
  expect(phrase('By {name}', { name: '$& {name} <b>' })).toBe('By $& {name} <b>')
  expect(phrase('{unknown} {known}', { known: 0 })).toBe('{unknown} 0')
})

test('fixed words name their language only where it differs from the text around them', () => {
  expect(wordsIn(stringsFor('en'), { lang: 'en-US' })).toEqual({})
  expect(wordsIn(stringsFor('en'), { lang: 'ar' })).toEqual({ lang: 'en', dir: 'ltr' })
})
