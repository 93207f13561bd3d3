import { expect, test } from 'vitest'
import { excerpt, shortenedTo } from '../../emails/excerpt.ts'

test('a text of exactly the limit stays whole, one more is cut', () => {
  expect(excerpt('12345', 5)).toEqual({ text: '12345', isWhole: true })
  expect(excerpt('abcdef', 5)).toEqual({ text: 'abcd…', isWhole: false })
})

test('the cut falls after a whole word and drops a pause before it', () => {
  expect(excerpt('Ask who pays, then why', 15).text).toBe('Ask who pays…')
  expect(excerpt('Ask who pays and why', 13).text).toBe('Ask who pays…')
})

test('characters made of several parts are counted once and never split', () => {
  expect(excerpt('👩‍🚒👩‍🚒👩‍🚒', 3).isWhole).toBe(true)
  expect(excerpt('👩‍🚒👩‍🚒👩‍🚒👩‍🚒', 3).text).toBe('👩‍🚒👩‍🚒…')
})

test('a number is not cut in two, because a slot may hide in it', () => {
  expect(excerpt('新聞新聞90317741000000新聞', 10).text).toBe('新聞新聞…')
  expect(excerpt('A 新聞新聞90317741000000新聞', 10).text).toBe('A 新聞新聞…')
})

test('a full stop gives way to the ellipsis', () => {
  expect(excerpt('Ask who pays. Then ask why.', 14).text).toBe('Ask who pays…')
})

test('a text of any size is cut in no time, and never inside a character', () => {
  expect(shortenedTo('The water rose', 20)).toBe('The water rose')
  expect(shortenedTo('The water rose', 12)).toBe('The water…')
  expect(shortenedTo('👩‍🚒👩‍🚒👩‍🚒', 14)).toBe('👩‍🚒👩‍🚒…')
  expect(shortenedTo('👩‍🚒👩‍🚒', 3)).toBe('')
  for (const odd of ['- '.repeat(500_000), ' '.repeat(1_000_000), `${'-'.repeat(900_000)}x`, '0'.repeat(1_000_000)]) {
    expect(shortenedTo(odd, 900_000).length).toBeLessThanOrEqual(900_000)
  }
})
