import { setTimeout as after } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import { stuckAt } from './stuck-at.ts'

/** What came of a piece of work. */
export type Outcome<Answer> =
  | { readonly kind: 'done'; readonly answer: Answer }
  /** It was given up; `stack` says where it was, unless it was waiting for something. */
  | { readonly kind: 'late'; readonly stack?: string }
  /** The thread ended under it: out of memory, or the work ended its own process. */
  | { readonly kind: 'ended'; readonly why: string }

/** A thread that does one piece of work after the other. */
export type Thread<Request, Answer> = {
  /**
   * Has `request` worked on, behind what waits already. The time counts from when the work begins; on a machine so busy
   * that the thread was hardly given a processor, up to four times of it are allowed.
   * @throws Error as the work threw it
   */
  run(request: Request, deadlineMs: number): Promise<Outcome<Answer>>
  /** Ends the thread; what is under way comes to `ended`. It starts again when it is needed. */
  close(): Promise<void>
}

/** What a thread says: first that it is ready, then an answer or an error for each request. */
export type FromThread<Answer> =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'error'; readonly name: string; readonly message: string; readonly stack: string | undefined }

/**
 * A thread whose work may run for ever: it is stopped then, and the next piece of work gets a new one. `start` starts
 * it, running a module that calls `serveThread`. Nothing is started before there is work; an idle thread keeps no
 * process alive, and is ended after `idleMs` (default: never).
 */
export function createThread<Request, Answer>(
  start: () => Worker,
  { idleMs }: { readonly idleMs?: number } = {},
): Thread<Request, Answer> {
  let idle: NodeJS.Timeout | undefined
  let running: Promise<Worker> | undefined
  let last: Promise<unknown> = Promise.resolve()

  async function work(request: Request, deadlineMs: number): Promise<Outcome<Answer>> {
    running ??= ready(start())
    let worker: Worker
    try {
      worker = await running
    } catch (error) {
      running = undefined
      throw error
    }
    const outcome = await ask<Request, Answer>(worker, request, deadlineMs)
    if (outcome.kind !== 'done') running = undefined
    return outcome
  }

  async function close(): Promise<void> {
    clearTimeout(idle)
    const ending = running
    running = undefined
    const worker = await ending?.catch(() => undefined)
    await worker?.terminate()
  }

  return {
    run(request, deadlineMs) {
      clearTimeout(idle)
      const outcome = last.then(() => work(request, deadlineMs))
      const settled = outcome.then(ignore, ignore)
      last = settled
      if (idleMs !== undefined) {
        void settled.then(() => {
          if (last === settled) idle = setTimeout(close, idleMs).unref()
        })
      }
      return outcome
    },
    close,
  }
}

function ignore(): void {}

/** Resolves when the thread has loaded what it runs. */
function ready(worker: Worker): Promise<Worker> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => reject(error instanceof Error ? error : new Error(`The thread ended: ${error}.`))
    worker.once('error', fail)
    worker.once('exit', fail)
    worker.once('message', () => {
      worker.off('error', fail)
      worker.off('exit', fail)
      worker.unref()
      resolve(worker)
    })
  })
}

async function ask<Request, Answer>(worker: Worker, request: Request, deadlineMs: number): Promise<Outcome<Answer>> {
  worker.ref()
  const over = new AbortController()
  try {
    worker.postMessage(request)
    const answer = answerOf<Answer>(worker, over.signal)
    const outcome = await Promise.race([answer, timeIsUp(worker, deadlineMs, over.signal)])
    if (outcome !== undefined) return outcome
    // Ended by us, it need not be heard any more.
    over.abort()
    const stack = await stuckAt(worker)
    return stack === undefined ? { kind: 'late' } : { kind: 'late', stack }
  } finally {
    over.abort()
    worker.unref()
  }
}

function answerOf<Answer>(worker: Worker, signal: AbortSignal): Promise<Outcome<Answer>> {
  return new Promise((resolve, reject) => {
    const listen = <Value>(event: 'message' | 'error' | 'exit', heard: (value: Value) => void) => {
      worker.once(event, heard)
      signal.addEventListener('abort', () => worker.off(event, heard), { once: true })
    }
    listen('message', (message: FromThread<Answer>) => {
      if (message.kind === 'answer') resolve({ kind: 'done', answer: message.answer })
      else reject(thrown(message))
    })
    listen('error', (error: Error) => resolve({ kind: 'ended', why: error.message }))
    listen('exit', () => resolve({ kind: 'ended', why: 'process.exit was called' }))
  })
}

function thrown(message: FromThread<unknown>): Error {
  if (message.kind !== 'error') return new Error('The thread said that it is ready twice.')
  const error = new Error(message.message)
  return Object.assign(error, { name: message.name, ...(message.stack === undefined ? {} : { stack: message.stack }) })
}

const MAX_PATIENCE = 4

/** Resolves when the time is over. */
async function timeIsUp(worker: Worker, deadlineMs: number, signal: AbortSignal): Promise<undefined> {
  for (let patience = 1; patience <= MAX_PATIENCE; patience *= 2) {
    const before = { cpu: process.cpuUsage(), loop: worker.performance.eventLoopUtilization() }
    const waitedMs = patience === 1 ? deadlineMs : (deadlineMs * patience) / 2
    await after(waitedMs, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return
    const { user, system } = process.cpuUsage(before.cpu)
    const isBusy = worker.performance.eventLoopUtilization(before.loop).utilization > 0.5
    // Busy, and yet hardly any processor time went by: it was the machine that had no time.
    if (!isBusy || (user + system) / 1_000 > waitedMs / 2) return
  }
}
