import { describe, expect, test } from 'vitest'
import { branchesOf, conditionsOf } from '../../src/edition/branches.ts'
import type { Edition, Piece, SlotValues } from '../../src/edition/edition.ts'
import { fillEdition } from '../../src/edition/fill.ts'

function editionOf(html: readonly Piece[], text: readonly Piece[] = []): Edition {
  return { hash: '', template: 't', locale: 'en', subject: [], html, text, headers: [] }
}

function when(attribute: string, is: string | undefined, shown: readonly Piece[], otherwise: readonly Piece[] = []) {
  return { attribute, ...(is === undefined ? {} : { is }), shown, otherwise }
}

const fill = (edition: Edition, readers: readonly SlotValues[]) =>
  readers.map((reader) => fillEdition(edition, reader).html)

describe('the branches of an edition', () => {
  test('without blocks are one, of anybody', () => {
    expect(branchesOf(editionOf(['a']))).toEqual({ readers: [{}], isComplete: true })
  })

  test('are every side of its blocks, with the readers who get them', () => {
    const edition = editionOf([when('plan', 'paid', ['P'], ['-']), when('city', undefined, ['C'], ['-'])])
    const { readers, isComplete } = branchesOf(edition)
    expect(readers).toEqual([
      { plan: 'paid', city: '«city»' },
      { plan: 'paid', city: '' },
      { plan: '', city: '«city»' },
      { plan: '', city: '' },
    ])
    expect([fill(edition, readers), isComplete]).toEqual([['PC', 'P-', '-C', '--'], true])
  })

  test('inside a block ask only whom they concern', () => {
    const edition = editionOf([when('plan', 'paid', [when('city', 'Hale', ['H'], ['P'])], ['F'])])
    expect(branchesOf(edition).readers).toEqual([
      { plan: 'paid', city: 'Hale' },
      { plan: 'paid', city: '' },
      { plan: '' },
    ])
  })

  test('that several questions about one attribute make are not counted twice', () => {
    const edition = editionOf([when('plan', 'paid', ['P'], [when('plan', 'trial', ['T'], ['F'])])])
    expect(fill(edition, branchesOf(edition).readers)).toEqual(['P', 'T', 'F'])
    const hidden = editionOf([when('a', undefined, ['A'], [when('a', 'x', ['never'], ['-'])])])
    expect(fill(hidden, branchesOf(hidden).readers)).toEqual(['A', '-'])
  })

  test('are the same whether a block stands in the html, the text or both', () => {
    const block = when('plan', 'paid', ['P'])
    expect(branchesOf(editionOf([block], [block])).readers).toEqual([{ plan: 'paid' }, { plan: '' }])
    expect(branchesOf(editionOf([], [block])).readers).toHaveLength(2)
  })

  test('have the own values of a reader where any will do, and those that blocks ask for where not', () => {
    const edition = editionOf([when('city', undefined, ['C'], ['-']), when('plan', 'paid', ['P'], ['-'])])
    const asked = (own: SlotValues) => branchesOf(edition, 32, own).readers[0]
    expect(asked({ city: 'Hale', plan: 'trial' })).toEqual({ city: 'Hale', plan: 'paid' })
    expect(asked({ city: ' ' })).toEqual({ city: '«city»', plan: 'paid' })
  })

  test('are as many as asked for where there are more, soon, however many there are', () => {
    const blocks = Array.from({ length: 40 }, (_, index) => when(`a${index}`, undefined, ['x']))
    const { readers, isComplete } = branchesOf(editionOf(blocks))
    expect([readers.length, isComplete]).toEqual([32, false])
    expect(branchesOf(editionOf(blocks.slice(0, 3)), 8)).toMatchObject({ isComplete: true })
    expect(branchesOf(editionOf(blocks.slice(0, 3)), 7)).toMatchObject({ isComplete: false })
  })

  test('of attributes with odd names and values are found too', () => {
    const edition = editionOf([
      when('constructor', undefined, ['C'], ['-']),
      when('x', '«x»', ['1'], [when('x', undefined, ['2'], ['3'])]),
    ])
    expect(fill(edition, branchesOf(edition).readers)).toEqual(['C2', 'C1', 'C3', '-2', '-1', '-3'])
  })
})

test('the questions of an edition are listed once each', () => {
  const inner = when('city', 'Hale', ['H'])
  const edition = editionOf([when('plan', 'paid', [inner], [when('city', undefined, ['C'])]), inner], [inner])
  expect(conditionsOf(edition)).toEqual([
    { attribute: 'plan', is: 'paid' },
    { attribute: 'city', is: 'Hale' },
    { attribute: 'city' },
  ])
})
