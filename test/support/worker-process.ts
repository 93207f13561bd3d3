import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { EventLog } from './event-log.ts'

/** A worker in a process of its own, as an operator starts it. */
export type WorkerProcess = {
  readonly events: EventLog
  /** SIGKILL: it has no chance to tidy up. Resolves when it is gone. */
  kill(): Promise<void>
  /** SIGTERM: it finishes what it is at. Resolves with its exit code. */
  stop(): Promise<number | null>
}

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'pressroom.mjs')

/** Starts `pressroom worker` and waits until it says that it works. */
export async function startWorkerProcess(environment: Readonly<Record<string, string>>): Promise<WorkerProcess> {
  const child = spawn(process.execPath, [BIN, 'worker'], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const events = new EventLog()
  child.stderr.pipe(events.stream, { end: false })
  const exited = once(child, 'exit')
  const started = events.until((line) => line.event === 'worker_started')
  await Promise.race([
    started,
    exited.then(() => Promise.reject(new Error(`The worker did not start: ${said(events)}`))),
  ])
  return {
    events,
    kill: () => end(child, exited, 'SIGKILL').then(() => undefined),
    stop: () => end(child, exited, 'SIGTERM'),
  }
}

async function end(child: ChildProcess, exited: Promise<unknown[]>, signal: NodeJS.Signals): Promise<number | null> {
  child.kill(signal)
  await exited
  return child.exitCode
}

function said(events: EventLog): string {
  return [...events.other, ...events.lines.map((line) => JSON.stringify(line))].join('\n')
}
