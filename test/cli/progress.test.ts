import { describe, expect, test } from 'vitest'
import { createSpeedometer, durationText, paceText, showProgress } from '../../src/cli/progress.ts'
import { FakeClock } from '../support/clock.ts'
import { Kept } from './terminal.ts'

describe('the speed', () => {
  test('is that of the last ten seconds', () => {
    const measure = createSpeedometer()
    expect(measure({ atMs: 0, done: 0 })).toBeUndefined()
    expect(measure({ atMs: 400, done: 40 })).toBeUndefined()
    expect(measure({ atMs: 1_000, done: 100 })).toBe(100)
    expect(measure({ atMs: 20_000, done: 100 })).toBe(0)
    expect(measure({ atMs: 30_000, done: 600 })).toBe(50)
  })

  test('is told with the time left, and not at all while there is none', () => {
    expect(paceText(320, 40_000)).toBe(', 320/s, 2 min 5 s left')
    expect(paceText(1.25, 5)).toBe(', 1.3/s, 4 s left')
    expect([paceText(undefined, 5), paceText(0, 5), paceText(10, 0)]).toEqual(['', '', ''])
  })

  test('is told in hours where it takes hours', () => {
    expect([0, 59, 60, 3_599, 3_600, 7_500].map(durationText)).toEqual([
      '0 s',
      '59 s',
      '1 min 0 s',
      '59 min 59 s',
      '1 h 0 min',
      '2 h 5 min',
    ])
  })
})

test('where nobody watches, a line comes every five seconds and at the end', async () => {
  const [stderr, clock] = [new Kept(), new FakeClock()]
  const progress = showProgress({ stderr, clock, isInteractive: false }, 'recipients')
  for (const done of [0, 100, 200, 600, 1_000]) {
    progress.update(done, 1_000)
    await clock.advance(2_500)
  }
  progress.stop()
  expect(stderr.text).toBe(
    '0 of 1,000 recipients\n200 of 1,000 recipients, 40/s, 20 s left\n1,000 of 1,000 recipients\n',
  )
})

test('where somebody watches, a bar is drawn and its line ended', async () => {
  const stderr = Object.assign(new Kept(), { isTTY: true, columns: 100 })
  const clock = new FakeClock()
  const progress = showProgress({ stderr, clock, isInteractive: true }, 'recipients')
  progress.update(0, 10)
  await clock.advance(1_000)
  progress.update(10, 10)
  progress.stop()
  expect(stderr.text).toContain('100%  10 of 10 recipients')
  expect(stderr.text.endsWith('\n')).toBe(true)
})
