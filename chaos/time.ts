import { openSync, readSync, writeFileSync } from 'node:fs'
import type { Clock } from '../src/clock.ts'

/**
 * The time of a world: it began with the machine's, runs `speed` times as fast, and was put forward by `aheadMs`. The
 * database, the workers, the provider's double and the parent all have it, so that leases, back-offs and quotas end
 * within a run, in the order in which they would.
 */
export type WorldTime = { readonly startedAtMs: number; readonly speed: number; readonly aheadMs: number }

/** A clock of a world's time that follows when that is put forward. */
export type WorldClock = Clock & {
  readonly time: WorldTime
  /** Puts it forward to what `aheadMs` says, and wakes whoever is due by then. */
  putForward(aheadMs: number): void
}

/**
 * Tells all processes that look by how much their time was put forward. Who was stopped meanwhile sees it with their
 * first look, as with a machine's clock: a message would come after what they were in the middle of.
 */
export function writeAhead(file: string, aheadMs: number): void {
  writeFileSync(file, Float64Array.of(aheadMs))
}

/** Looks at what `writeAhead` wrote. */
export function aheadReader(file: string): () => number {
  const opened = openSync(file, 'r')
  const aheadMs = new Float64Array(1)
  return () => {
    readSync(opened, aheadMs, 0, aheadMs.byteLength, 0)
    return aheadMs[0] ?? 0
  }
}

type Sleeper = { readonly wakesAtMs: number; readonly wake: () => void; timer: NodeJS.Timeout | undefined }

/** Timers beyond it fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** `readAheadMs`: where to look by how much time was put forward, before `putForward` says so. */
export function worldClock(start: WorldTime, readAheadMs?: () => number): WorldClock {
  let time = start
  const sleepers = new Set<Sleeper>()
  const nowMs = () =>
    time.startedAtMs + (Date.now() - time.startedAtMs) * time.speed + (readAheadMs?.() ?? time.aheadMs)
  const arm = (sleeper: Sleeper) => {
    clearTimeout(sleeper.timer)
    const realMs = Math.max(0, (sleeper.wakesAtMs - nowMs()) / time.speed)
    sleeper.timer = setTimeout(sleeper.wake, Math.min(realMs, LONGEST_TIMER_MS))
  }
  return {
    get time() {
      return time
    },
    now: () => new Date(nowMs()),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve()
        const wake = () => {
          clearTimeout(sleeper.timer)
          sleepers.delete(sleeper)
          signal?.removeEventListener('abort', wake)
          resolve()
        }
        const sleeper: Sleeper = { wakesAtMs: nowMs() + ms, wake, timer: undefined }
        signal?.addEventListener('abort', wake, { once: true })
        sleepers.add(sleeper)
        arm(sleeper)
      }),
    putForward: (aheadMs) => {
      time = { ...time, aheadMs }
      for (const sleeper of sleepers) arm(sleeper)
    },
  }
}

/** The same time as SQL: what `app_now()` is in a world's database. */
export function appNowSql({ startedAtMs, speed, aheadMs }: WorldTime): string {
  const start = startedAtMs / 1_000
  const passed = `(extract(epoch from statement_timestamp())::float8 - ${start}) * ${speed}`
  return `create or replace function app_now() returns timestamptz language sql stable parallel safe
          as $$ select to_timestamp(${start} + ${passed} + ${aheadMs / 1_000}) $$`
}
