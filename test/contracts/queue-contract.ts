import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { newId, type SendId } from '../../src/id.ts'
import type { Job, Queue } from '../../src/queue/queue.ts'
import type { TestQueue } from '../support/queue.ts'

/** What every doorbell keeps to, on whatever it is built; `open` gives a fresh and empty one. */
export function describeQueue(open: () => Promise<TestQueue>): void {
  describe('a doorbell', () => {
    let queue: Queue
    let loseEverything: TestQueue['loseEverything']
    beforeEach(async () => {
      const opened = await open()
      queue = opened.queue
      loseEverything = opened.loseEverything
    })
    afterEach(() => queue.close())

    test('hands over jobs as they were put in', async () => {
      const jobs = [
        prepare(),
        deliver(),
        { kind: 'deliver', sendId: null } as const,
        { kind: 'events' } as const,
        { kind: 'inbound' } as const,
      ]
      const seen: Job[] = []
      expect(await queue.enqueueMany(jobs.map((job, number) => ({ job, key: `job-${number}` })))).toBe(true)
      await queue.consume(async (job) => void seen.push(job), { concurrency: 1 })
      await queue.drain()
      expect(seen).toEqual(jobs)
    })

    test('runs once when it is rung twice with one key before the job starts', async () => {
      const ran = vi.fn(async () => undefined)
      const bell = { job: deliver(), key: 'send-1' }
      expect(await queue.enqueue(bell)).toBe(true)
      expect(await queue.enqueue(bell)).toBe(true)
      expect(await queue.enqueueMany([bell, bell])).toBe(true)
      await queue.consume(ran, { concurrency: 3 })
      await queue.drain()
      expect(ran).toHaveBeenCalledTimes(1)
    })

    test('runs once more when it is rung while a job of that key runs', async () => {
      const bell = { job: deliver(), key: 'send-1' }
      const started = signal()
      const release = signal()
      const ran = vi.fn(async () => {
        started.give()
        await release.given
      })
      await queue.consume(ran, { concurrency: 1 })
      await queue.enqueue(bell)
      await started.given
      await queue.enqueue(bell)
      await queue.enqueue(bell)
      release.give()
      await queue.drain()
      expect(ran).toHaveBeenCalledTimes(2)
    })

    test('takes a key again once its job is over', async () => {
      const ran = vi.fn(async () => undefined)
      await queue.consume(ran, { concurrency: 1 })
      for (let round = 0; round < 2; round++) {
        await queue.enqueue({ job: deliver(), key: 'send-1' })
        await queue.drain()
      }
      expect(ran).toHaveBeenCalledTimes(2)
    })

    test('keeps a bell for later until its time, and lets a bell of its key through meanwhile', async () => {
      const later = deliver()
      const now = deliver()
      const runAt = new Date(Date.now() + 600)
      const seen: { job: Job; at: number }[] = []
      await queue.enqueueMany([
        { job: later, key: 'send-1', runAt },
        { job: later, key: 'send-1', runAt },
        { job: now, key: 'send-1' },
      ])
      await queue.consume(async (job) => void seen.push({ job, at: Date.now() }), { concurrency: 1 })
      await queue.drain()
      expect(seen.map(({ job }) => job)).toEqual([now])
      await vi.waitFor(() => expect(seen.map(({ job }) => job)).toEqual([now, later]), { timeout: 10_000 })
      expect(seen[1]?.at).toBeGreaterThanOrEqual(runAt.getTime())
      await queue.drain()
      expect(seen).toHaveLength(2)
    })

    test('rings at once for a time that has passed', async () => {
      const ran = vi.fn(async () => undefined)
      await queue.consume(ran, { concurrency: 1 })
      await queue.enqueue({ job: prepare(), key: 'send-1', runAt: new Date(0) })
      await queue.drain()
      expect(ran).toHaveBeenCalledTimes(1)
    })

    test('runs as many jobs at once as it is told, and no more', async () => {
      let running = 0
      let most = 0
      const full = signal()
      await queue.enqueueMany([1, 2, 3, 4, 5, 6].map((number) => ({ job: deliver(), key: `send-${number}` })))
      await queue.consume(
        async () => {
          most = Math.max(most, ++running)
          if (running === 2) full.give()
          await full.given
          running--
        },
        { concurrency: 2 },
      )
      await queue.drain()
      expect(most).toBe(2)
    })

    test('tells running jobs to stop, waits for them, and starts no other', async () => {
      const started = signal()
      const ran = vi.fn(async (_: Job, stop: AbortSignal) => {
        started.give()
        await new Promise((resolve) => stop.addEventListener('abort', resolve))
      })
      const consumer = await queue.consume(ran, { concurrency: 1 })
      await queue.enqueueMany([1, 2, 3].map((number) => ({ job: deliver(), key: `send-${number}` })))
      await started.given
      await consumer.stop(10_000)
      expect(ran).toHaveBeenCalledTimes(1)
      expect(await ran.mock.results[0]?.value).toBeUndefined()

      const others = vi.fn(async () => undefined)
      await queue.consume(others, { concurrency: 1 })
      await queue.drain()
      expect(others).toHaveBeenCalledTimes(2)
    })

    test('stops waiting for a job that does not end by the deadline', async () => {
      const started = signal()
      const release = signal()
      const consumer = await queue.consume(
        async () => {
          started.give()
          await release.given
        },
        { concurrency: 1 },
      )
      await queue.enqueue({ job: deliver(), key: 'send-1' })
      await started.given
      await consumer.stop(50)
      release.give()
    })

    test('is done with a job whose handler throws', async () => {
      const ran = vi.fn(async () => {
        throw new Error('This test throws it.')
      })
      await queue.consume(ran, { concurrency: 1 })
      await queue.enqueue({ job: deliver(), key: 'send-1' })
      await queue.drain()
      await queue.enqueue({ job: deliver(), key: 'send-1' })
      await queue.drain()
      expect(ran).toHaveBeenCalledTimes(2)
    })

    test('goes on after everything in it is lost while a job runs', async () => {
      const started = signal()
      const release = signal()
      const seen: Job[] = []
      await queue.consume(
        async (job) => {
          seen.push(job)
          started.give()
          await release.given
        },
        { concurrency: 1 },
      )
      const [first, lost, rungAgain] = [deliver(), deliver(), deliver()]
      await queue.enqueue({ job: first, key: 'send-1' })
      await started.given
      await queue.enqueue({ job: lost, key: 'send-2' })
      await loseEverything()
      release.give()
      expect(await queue.enqueue({ job: rungAgain, key: 'send-2' })).toBe(true)
      await vi.waitFor(() => expect(seen).toEqual([first, rungAgain]), { timeout: 20_000 })
      await queue.drain()
    })

    test('says what it is', async () => {
      const { ok, detail } = await queue.check()
      expect(ok).toBe(true)
      expect(detail).toMatch(/^(Redis|PostgreSQL) \d+\.\d+/)
    })
  })
}

/** What a doorbell keeps to when there is nothing behind it. */
export function describeUnreachableQueue(open: () => Promise<Queue>): void {
  describe('a doorbell whose backend does not answer', () => {
    let queue: Queue
    beforeEach(async () => {
      queue = await open()
    })
    afterEach(() => queue.close())

    test('says within three seconds that the bell was not taken', async () => {
      const before = performance.now()
      expect(await queue.enqueue({ job: deliver(), key: 'send-1' })).toBe(false)
      expect(performance.now() - before).toBeLessThan(3_500)
    })

    test('says that it does not answer', async () => {
      expect(await queue.check()).toEqual({ ok: false, detail: `The queue (${queue.backend}) does not answer.` })
    })

    test('lets a consumer start and stop', async () => {
      const consumer = await queue.consume(async () => undefined, { concurrency: 1 })
      await consumer.stop(100)
    })
  })
}

function prepare(): Job {
  return { kind: 'prepare', sendId: newId<'send'>() satisfies SendId }
}

function deliver(): Job {
  return { kind: 'deliver', sendId: newId<'send'>() satisfies SendId }
}

function signal(): { readonly given: Promise<void>; give(): void } {
  let give = () => {}
  const given = new Promise<void>((resolve) => {
    give = resolve
  })
  return { given, give: () => give() }
}
