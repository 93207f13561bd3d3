import { setTimeout as sleep } from 'node:timers/promises'
import { type Process, startProcess } from './process.ts'
import type { Random } from './random.ts'
import type { Failpoint, WorkerAnswers, WorkerNews, WorkerOrders } from './worker.ts'

/** A worker of a world, as its parent sees it. */
export type Worker = {
  /** Its name in the rows. */
  readonly name: string
  readonly process: Process<WorkerAnswers, WorkerNews>
}

/** The workers of a world. */
export type Crew = {
  readonly workers: readonly Worker[]
  /** Kills and stops so far. */
  readonly kills: number
  /** Starts one more and waits until it works. One that ends while it starts is started again, as a supervisor would. */
  start(change?: Partial<WorkerOrders>): Promise<Worker>
  startMany(count: number, change?: Partial<WorkerOrders>): Promise<void>
  /** Starts one without waiting for it, unless fewer than two are left. */
  replace(change?: Partial<WorkerOrders>): Promise<void>
  /** Resolves when all that were asked for have started. */
  complete(): Promise<void>
  any(): Worker
  /** Arms a failpoint; resolves when its blow has fallen. */
  strike(worker: Worker, failpoint: Failpoint): Promise<void>
  kill(worker: Worker): Promise<void>
  /** Kills whatever is left, those that are starting included; none is started any more. Counts for nothing. */
  end(): Promise<void>
  /** Stops it where it is; it goes on at `resume`. */
  stop(worker: Worker): void
  resume(worker: Worker): void
  /** Asks it to finish what it is at and to end. */
  dismiss(worker: Worker): Promise<void>
  putForward(aheadMs: number): void
}

export type CrewSpec = {
  readonly program: string
  /** What every worker starts with, at the time it starts. */
  readonly orders: () => WorkerOrders
  readonly logFile: (number: number) => string
  readonly random: Random
  /** Told what a worker did that it must not do. */
  readonly complain: (finding: string) => void
}

const STARTS_AT_MOST = 20
const STOPS_WITHIN_MS = 45_000
const STRUCK_WITHIN_MS = 120_000

export function createCrew({ program, orders, logFile, random, complain }: CrewSpec): Crew {
  let workers: readonly Worker[] = []
  const doomed = new Set<Worker>()
  const starting = new Set<Promise<Worker>>()
  const processes = new Set<Worker['process']>()
  let isOver = false
  let kills = 0
  let number = 0
  const forget = (worker: Worker) => {
    workers = workers.filter((other) => other !== worker)
  }

  async function start(change: Partial<WorkerOrders> = {}): Promise<Worker> {
    for (let attempt = 1; attempt <= STARTS_AT_MOST && !isOver; attempt++) {
      const worker = await startOnce(change)
      if (worker) return worker
      await sleep(200)
    }
    throw new Error(`No worker started in ${STARTS_AT_MOST} attempts; see ${logFile(number)}.`)
  }

  async function startOnce(change: Partial<WorkerOrders>): Promise<Worker | null> {
    const logged = logFile(++number)
    const process = startProcess<WorkerAnswers, WorkerNews>(program, {
      orders: { ...orders(), ...change },
      logFile: logged,
    })
    processes.add(process)
    void process.gone.then(() => processes.delete(process))
    const name = await Promise.race([process.gone.then(() => null), readyName(process)])
    if (name === null) return null
    // What was put forward while it started.
    process.tell('putForward', orders().time.aheadMs)
    const worker: Worker = { name, process }
    workers = [...workers, worker]
    process.gone.then((code) => {
      if (!workers.includes(worker) || doomed.has(worker)) return
      forget(worker)
      complain(`Worker ${name} ended by itself (${code}); see ${logged}.`)
    })
    return worker
  }

  async function kill(worker: Worker): Promise<void> {
    forget(worker)
    kills += 1
    await worker.process.kill()
  }

  async function strike(worker: Worker, failpoint: Failpoint): Promise<void> {
    const { process } = worker
    const struck = new Promise<void>((resolve) => {
      process.onNews((news) => {
        if (news.kind === 'struck') resolve()
      })
    })
    const late = sleep(STRUCK_WITHIN_MS, undefined, { ref: false }).then(() => {
      throw new Error(`Worker ${worker.name} did not reach ${failpoint.step} ${failpoint.nth} times.`)
    })
    late.catch(() => {})
    process.tell('arm', failpoint)
    if (failpoint.blow !== 'SIGKILL') {
      await Promise.race([struck, process.gone, late])
      if (failpoint.blow === 'SIGSTOP') process.signal('SIGSTOP')
    } else {
      // From here on it may be gone at any moment.
      doomed.add(worker)
      await Promise.race([process.gone, late])
      forget(worker)
    }
    if (failpoint.blow !== 'exception') kills += 1
  }

  return {
    get workers() {
      return workers
    },
    get kills() {
      return kills
    },
    start,
    startMany: async (count, change) => {
      await Promise.all(Array.from({ length: count }, () => start(change)))
    },
    replace: async (change) => {
      const started = start(change).finally(() => starting.delete(started))
      starting.add(started)
      // Who waits learns that it failed, at the latest in `complete`.
      started.catch(() => {})
      if (workers.length < 2) await started
    },
    complete: async () => {
      await Promise.all(starting)
    },
    any: () => random.pick(workers.filter((worker) => !doomed.has(worker))),
    strike,
    kill,
    end: async () => {
      isOver = true
      workers = []
      await Promise.all([...processes].map((process) => process.kill()))
    },
    stop: (worker) => {
      kills += 1
      worker.process.signal('SIGSTOP')
    },
    resume: (worker) => worker.process.signal('SIGCONT'),
    dismiss: async (worker) => {
      forget(worker)
      worker.process.signal('SIGCONT')
      worker.process.tell('stop')
      const late = sleep(STOPS_WITHIN_MS, 'late' as const, { ref: false })
      const code = await Promise.race([worker.process.gone, late])
      if (code !== 0) complain(`Worker ${worker.name} did not end in order (${code}).`)
      if (code === 'late') await worker.process.kill()
    },
    putForward: (aheadMs) => {
      for (const { process } of workers) process.tell('putForward', aheadMs)
    },
  }
}

function readyName(process: Process<WorkerAnswers, WorkerNews>): Promise<string> {
  return new Promise((resolve) => {
    process.onNews((news) => {
      if (news.kind === 'ready') resolve(news.name)
    })
  })
}
