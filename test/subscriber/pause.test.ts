import { describe, expect, test } from 'vitest'
import { pauseDays, pauseEnd } from '../../src/subscriber/pause.ts'

const NOW = new Date('2026-03-28T23:30:00Z')

describe('a pause', () => {
  test('ends from tomorrow on, as the reader counts days, and within a year', () => {
    expect(pauseDays(NOW, 'UTC')).toEqual({ first: '2026-03-29', last: '2027-03-29' })
    expect(pauseDays(NOW, 'Pacific/Auckland')).toEqual({ first: '2026-03-30', last: '2027-03-30' })
    expect(pauseDays(NOW, 'no/where')).toEqual(pauseDays(NOW, 'UTC'))
  })

  test('ends when its day begins there, also when clocks change then', () => {
    expect(pauseEnd('2026-04-01', NOW, 'Europe/Berlin')).toEqual(new Date('2026-03-31T22:00:00Z'))
    // At midnight the clocks go forward there, so the day begins at one.
    expect(pauseEnd('2026-09-06', NOW, 'America/Santiago')).toEqual(new Date('2026-09-06T04:00:00Z'))
  })

  test.each(['2026-03-28', '2027-03-30', '2026-02-30', '2026-4-1', 'tomorrow', '', '99999-01-01'])(
    'does not end on %j',
    (day) => {
      expect(pauseEnd(day, NOW, 'UTC')).toBeNull()
    },
  )
})
