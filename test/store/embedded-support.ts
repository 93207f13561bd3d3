import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import pg from 'pg'
import { pino } from 'pino'
import { afterAll, afterEach, inject } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import type { Account } from '../../src/store/embedded/account.ts'
import { type EmbeddedOptions, type EmbeddedServer, startEmbedded } from '../../src/store/embedded/embedded.ts'

/** Another process that is attached. */
export type OtherProcess = { readonly url: string; stop(): Promise<void>; kill(): Promise<void> }

const cleanups: (() => unknown)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A directory that is deleted after the test, and a server left in it ended. */
export function temporaryDirectory(mode = 0o711): string {
  const directory = mkdtempSync(join(inject('servers').directory, 'e-'))
  chmodSync(directory, mode)
  cleanups.push(() => rmSync(directory, { recursive: true, force: true }))
  cleanups.push(() => end(serverPid(directory)))
  return directory
}

/** Such a directory with a cluster in it: a copy of one, since making it is not what the test is about. */
export async function directoryWithCluster(): Promise<string> {
  original ??= makeOriginal()
  const directory = temporaryDirectory()
  await promisify(execFile)('cp', ['-a', join(await original, 'postgres'), directory])
  return directory
}

let original: Promise<string> | undefined

afterAll(async () => {
  if (original) rmSync(await original, { recursive: true })
})

async function makeOriginal(): Promise<string> {
  const directory = mkdtempSync(join(inject('servers').directory, 'e-'))
  chmodSync(directory, 0o711)
  const log = pino({ level: 'silent' })
  await (await startEmbedded({ dataDir: directory, log, clock: systemClock })).stop()
  return directory
}

/** Starts, or joins, the server of `dataDir` in this process; it is stopped after the test. */
export async function start(dataDir: string, more: Partial<EmbeddedOptions> = {}): Promise<EmbeddedServer> {
  const log = pino({ level: 'silent' })
  const server = await startEmbedded({ dataDir, log, clock: systemClock, shelter: join(dataDir, 'shelter'), ...more })
  cleanups.push(() => server.stop())
  return server
}

/** The same in a process of its own, under another account if wanted. */
export async function startElsewhere(dataDir: string, account: Account = null): Promise<OtherProcess> {
  const script = join(import.meta.dirname, 'embedded-process.ts')
  const env = { PATH: process.env.PATH, TMPDIR: tmpdir() }
  const child = spawn(process.execPath, ['--import', 'tsx', script, dataDir], {
    ...account,
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  cleanups.push(() => kill(child))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const first = await lines.next()
  if (first.done) throw new Error('The other process ended before it was attached.')
  const stop = async () => {
    child.stdin.write('stop\n')
    await lines.next()
    await kill(child)
  }
  return { url: first.value, stop, kill: () => kill(child) }
}

/** The first column of the first row. */
export async function ask(url: string, statement: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    const { rows } = await client.query({ text: statement, rowMode: 'array' })
    return rows[0]?.[0]
  } finally {
    await client.end()
  }
}

/** The process number of the server in `dataDir`, null when none runs. */
export function serverPid(dataDir: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10)
    process.kill(pid, 0)
    return pid
  } catch {
    return null
  }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

async function end(pid: number | null): Promise<void> {
  if (pid === null) return
  process.kill(pid, 'SIGQUIT')
  while (isAlive(pid)) await systemClock.sleep(20)
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
