import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { aheadReader, appNowSql, worldClock, writeAhead } from '../../chaos/time.ts'
import { createTestDatabase } from '../support/database.ts'

const HOUR_MS = 3_600_000

test('a clock of a world that is put forward wakes those whose time has come, and nobody else', async () => {
  const clock = worldClock({ startedAtMs: Date.now(), speed: 20, aheadMs: 0 })
  const over = new AbortController()
  const woken: string[] = []
  const early = clock.sleep(HOUR_MS).then(() => woken.push('early'))
  const late = clock.sleep(3 * HOUR_MS, over.signal).then(() => woken.push('late'))
  clock.putForward(2 * HOUR_MS)
  await early
  expect(woken).toEqual(['early'])
  over.abort()
  await late
  expect(woken).toEqual(['early', 'late'])
})

test('who was stopped while time was put forward knows it with the first look', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pressroom-time-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'ahead')
  writeAhead(file, 0)
  const clock = worldClock({ startedAtMs: Date.now(), speed: 20, aheadMs: 0 }, aheadReader(file))
  const before = clock.now().getTime()
  writeAhead(file, 25 * HOUR_MS)
  expect(clock.now().getTime() - before).toBeGreaterThanOrEqual(25 * HOUR_MS)
})

test('the database of a world has its time', async () => {
  const database = await createTestDatabase()
  try {
    const clock = worldClock({ startedAtMs: Date.now() - 60_000, speed: 20, aheadMs: 25 * HOUR_MS })
    await database.pool.query(appNowSql(clock.time))
    const before = clock.now()
    const { rows } = await database.pool.query<{ now: Date }>('select app_now() as now')
    const [row] = rows
    expect(row?.now.getTime()).toBeGreaterThanOrEqual(before.getTime() - 20)
    expect(row?.now.getTime()).toBeLessThanOrEqual(clock.now().getTime() + 20)
  } finally {
    await database.drop()
  }
})
