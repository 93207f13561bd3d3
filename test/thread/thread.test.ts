import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterAll, describe, expect, test } from 'vitest'
import { createThread } from '../../src/thread/thread.ts'

type Request = { readonly work: string; readonly value?: number }

let starts = 0
const thread = createThread<Request, unknown>(() => {
  starts += 1
  return new Worker(join(import.meta.dirname, 'work.mjs'), { resourceLimits: { maxOldGenerationSizeMb: 32 } })
})
afterAll(() => thread.close())

const doubled = (value: number) => thread.run({ work: 'double', value }, 5_000)

describe('a thread', () => {
  test('does what it is asked one after the other, and is started once', async () => {
    const before = starts
    expect(await Promise.all([1, 2, 3].map(doubled))).toEqual([2, 4, 6].map((answer) => ({ kind: 'done', answer })))
    expect(starts - before).toBeLessThanOrEqual(1)
  })

  test('throws what the work throws, and goes on', async () => {
    const thrown = thread.run({ work: 'throws' }, 5_000)
    await expect(thrown).rejects.toMatchObject({ name: 'TypeError', message: 'no such tide' })
    await expect(thrown).rejects.toHaveProperty('stack', expect.stringContaining('work.mjs:7:'))
    expect(await doubled(4)).toEqual({ kind: 'done', answer: 8 })
  })

  test.each(['loops', 'matches'])('is stopped when its work %s for ever, and says where that was', async (work) => {
    let turns = 0
    const counting = setInterval(() => turns++, 10)
    const outcome = await thread.run({ work }, 200)
    clearInterval(counting)
    expect(outcome).toEqual({ kind: 'late', stack: expect.stringMatching(/work\.mjs:1[02]:\d+/) })
    // Meanwhile the process goes on.
    expect(turns).toBeGreaterThan(2)
    expect(await doubled(5)).toEqual({ kind: 'done', answer: 10 })
  })

  test('is stopped when its work waits for ever', async () => {
    expect(await thread.run({ work: 'waits' }, 100)).toEqual({ kind: 'late' })
    expect(await doubled(6)).toEqual({ kind: 'done', answer: 12 })
  })

  test('may be ended by its work or for want of memory; the process stays', async () => {
    expect(await thread.run({ work: 'leaves' }, 5_000)).toMatchObject({ kind: 'ended' })
    expect(await thread.run({ work: 'hoards' }, 20_000)).toEqual({
      kind: 'ended',
      why: expect.stringContaining('memory'),
    })
    expect(await doubled(7)).toEqual({ kind: 'done', answer: 14 })
  })
})
