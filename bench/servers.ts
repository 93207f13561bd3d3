import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '../src/clock.ts'
import { createLogger } from '../src/log.ts'
import { type EmbeddedServer, startEmbedded } from '../src/store/embedded/embedded.ts'

/** What has to be ended and removed when the run is over, the last thing first. */
export type Leaving = {
  add(end: () => Promise<unknown>): void
  /** May be called again: everything is ended once. */
  now(): Promise<void>
}

export function leaving(): Leaving {
  const ends: (() => Promise<unknown>)[] = []
  const leave = async () => {
    for (let end = ends.pop(); end; end = ends.pop()) {
      // Whatever cannot be ended must not keep the rest from it.
      await end().catch((error: unknown) => console.error(error))
    }
  }
  let left = Promise.resolve()
  return {
    add: (end) => ends.push(end),
    now: () => {
      left = left.then(leave)
      return left
    },
  }
}

/** A directory of this run's own. */
export async function temporaryDirectory(leave: Leaving): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'pressroom-bench-'))
  leave.add(() => rm(directory, { recursive: true, force: true, maxRetries: 3 }))
  // The server of a root's run has an account of its own, which has to pass through.
  await chmod(directory, 0o711)
  return directory
}

/** The embedded PostgreSQL with the settings it always has, `fsync` among them, in a directory of its own. */
export async function startDatabase(directory: string, leave: Leaving): Promise<EmbeddedServer> {
  const dataDir = join(directory, 'postgres')
  const log = createLogger('error')
  const server = await startEmbedded({ dataDir, log, clock: systemClock, shelter: join(directory, 'shelter') })
  leave.add(() => server.stop())
  return server
}

/** A Redis of this machine on a free port, keeping nothing; null when `redis-server` is not on the PATH. */
export async function startRedis(directory: string, leave: Leaving): Promise<string | null> {
  const path = (process.env.PATH ?? '').split(delimiter)
  const folder = path.find((entry) => entry !== '' && existsSync(join(entry, 'redis-server')))
  if (!folder) return null
  const port = await freePort()
  const network = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory]
  const storage = ['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction']
  const redis = spawn(join(folder, 'redis-server'), [...network, ...storage], { stdio: 'ignore' })
  leave.add(() => end(redis))
  await answers(port)
  return `redis://127.0.0.1:${port}`
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const gone = once(server, 'exit')
  server.kill('SIGTERM')
  await gone
}

async function answers(port: number): Promise<void> {
  for (let waitedMs = 0; waitedMs < 10_000; waitedMs += 20) {
    if (await canConnect(port)) return
    await sleep(20)
  }
  throw new Error('redis-server did not start within 10 s.')
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.end()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
