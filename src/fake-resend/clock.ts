import { type Clock, systemClock } from '../clock.ts'

/** A clock that can be put forward, and that knows what is to happen when. */
export type AdjustableClock = Clock & {
  /** Puts the time forward by `ms` milliseconds; what falls due on the way happens in order, each at its own time. */
  advance(ms: number): void
  /** Runs `task` when `ms` milliseconds have gone by; what it returns calls that off. */
  after(ms: number, task: () => void): () => void
  /** Calls off everything that is to come. */
  clear(): void
}

type Task = { readonly dueAt: number; run: () => void }

/** A timer takes no more than 24 days. */
const LONGEST_SLEEP_MS = 24 * 60 * 60_000

/** `base` (default: the machine's clock), and whatever it has been put forward by. */
export function adjustableClock(base: Clock = systemClock): AdjustableClock {
  let aheadMs = 0
  let tasks: Task[] = []
  let alarm = new AbortController()
  const nowMs = () => base.now().getTime() + aheadMs

  function wait(): void {
    alarm.abort()
    const [next] = tasks
    if (!next) return
    const current = new AbortController()
    alarm = current
    const ms = Math.min(Math.max(next.dueAt - nowMs(), 0), LONGEST_SLEEP_MS)
    base.sleep(ms, current.signal).then(() => {
      if (current.signal.aborted) return
      runUntil(nowMs())
      // Not at once: a base clock whose sleep takes no time must not keep everything else waiting.
      if (alarm === current) setImmediate(() => alarm === current && wait())
    })
  }

  /** In bulk, because taking a long list's first element away again and again is slow; a task may add another. */
  function runUntil(ms: number): void {
    for (let due = take(ms); due.length > 0; due = take(ms)) {
      for (const task of due) {
        aheadMs += Math.max(task.dueAt - nowMs(), 0)
        task.run()
      }
    }
  }

  function take(ms: number): readonly Task[] {
    const first = tasks[0]?.dueAt ?? Number.POSITIVE_INFINITY
    return first > ms ? [] : tasks.splice(0, placeFor(tasks, first))
  }

  return {
    now: () => new Date(nowMs()),
    sleep: (ms, signal) => base.sleep(ms, signal),
    advance: (ms) => {
      const until = nowMs() + ms
      runUntil(until)
      aheadMs += Math.max(until - nowMs(), 0)
      wait()
    },
    after: (ms, run) => {
      const task = { dueAt: nowMs() + ms, run }
      const place = placeFor(tasks, task.dueAt)
      tasks.splice(place, 0, task)
      if (place === 0) wait()
      return () => {
        task.run = () => {}
      }
    },
    clear: () => {
      tasks = []
      alarm.abort()
    },
  }
}

/** Behind everything that is due at the same time or earlier. */
function placeFor(tasks: readonly Task[], dueAt: number): number {
  let [low, high] = [0, tasks.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((tasks[middle]?.dueAt ?? 0) <= dueAt) low = middle + 1
    else high = middle
  }
  return low
}
