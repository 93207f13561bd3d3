import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundlePrograms, type Programs } from './bundle.ts'
import type { Leaving } from './leaving.ts'
import { type Postgres, startPostgres } from './postgres.ts'
import { type RedisServer, startRedis } from './redis.ts'

/** What all worlds of a run share. */
export type Site = {
  readonly seed: number
  readonly directory: string
  readonly logs: string
  readonly programs: Programs
  readonly postgres: Postgres
  /** Null when it is not installed. */
  readonly redis: RedisServer | null
  nextNumber(): number
  /** Called when the run breaks off; what was ended by then is ended once. */
  onLeave(end: () => Promise<void>): void
}

const REAPER = join(import.meta.dirname, '..', 'test', 'support', 'reaper.mjs')

/** Starts the servers of a run; `leave` ends them and removes everything but the logs. */
export async function openSite(seed: number, leave: Leaving): Promise<Site> {
  const directory = await mkdtemp(join(tmpdir(), 'pressroom-chaos-'))
  // The server of a root's run has an account of its own, which has to pass through.
  await chmod(directory, 0o711)
  leave.add(() => rm(directory, { recursive: true, force: true, maxRetries: 3 }))
  leave.add(guard(directory))
  const logs = join(directory, 'logs')
  await mkdir(logs)
  const programs = await bundlePrograms(directory)
  const postgres = await startPostgres(directory, join(logs, 'postgres.log'))
  leave.add(() => postgres.stop())
  const redis = await startRedis(directory, join(logs, 'redis.log'))
  leave.add(async () => redis?.stop())
  let number = 0
  return { seed, directory, logs, programs, postgres, redis, nextNumber: () => ++number, onLeave: leave.add }
}

/** Takes the logs out of what is removed; gives the folder they are in then. */
export async function keepLogs({ logs }: Site): Promise<string> {
  const kept = await mkdtemp(join(tmpdir(), 'pressroom-chaos-logs-'))
  await cp(logs, kept, { recursive: true })
  return kept
}

/** Should this process be killed itself, another ends its servers and removes its files. */
function guard(directory: string): () => Promise<unknown> {
  const reaper = spawn(process.execPath, [REAPER, directory], { detached: true, stdio: ['pipe', 'ignore', 'inherit'] })
  const gone = once(reaper, 'exit')
  return () => {
    reaper.stdin?.end()
    return gone
  }
}
