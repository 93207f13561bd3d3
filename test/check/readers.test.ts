import { expect, test } from 'vitest'
import { readersOf } from '../../src/check/readers.ts'
import type { Piece } from '../../src/edition/edition.ts'
import { fillPieces } from '../../src/edition/fill.ts'
import { anEdition } from './mails.ts'

function choice(attribute: string, is: string | undefined, shown: Piece, otherwise: Piece): Piece {
  return { attribute, ...(is === undefined ? {} : { is }), shown: [shown], otherwise: [otherwise] }
}

test('every side of every block is seen by somebody, however deep it stands', () => {
  const inner = choice('plan', 'gold', 'gold', choice('city', undefined, 'city', 'no city'))
  const text = [
    choice('paid', 'yes', inner, 'free'),
    choice('city', undefined, 'in town', choice('lang', 'de', 'de', 'en')),
  ]
  const seen = readersOf({ ...anEdition(), text }, {}).map((reader) => fillPieces(text, reader))
  const all = ['gold', 'city', 'no city', 'free', 'in town', 'de', 'en']
  expect(all.filter((words) => !seen.some((message) => message.includes(words)))).toEqual([])
})

test('readers are one who told nothing, one who told everything, and one for each side', () => {
  const edition = { ...anEdition({ page: '' }), text: [choice('plan', 'paid', 'thanks', 'join')] }
  const other = 'x'.repeat(40)
  expect(readersOf(edition, { view: 'https://a.example' })).toEqual([
    { view: 'https://a.example' },
    { plan: other, view: 'https://a.example' },
    { plan: 'paid', view: 'https://a.example' },
  ])
})
