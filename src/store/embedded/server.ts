import { spawn } from 'node:child_process'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../clock.ts'
import { AppError } from '../../error.ts'
import { bareEnvironment, run } from './account.ts'
import { type Binaries, program } from './binaries.ts'
import type { Place } from './place.ts'

/** What the running server wrote about itself in its cluster; it says where to knock, and proves nothing. */
export type Address = { readonly pid: number; readonly host: string; readonly port: number }

/** A server that was started here. */
export type Child = { exited(): boolean }

/**
 * Durability as in production, sizes for one machine, and a log without statements and details, in which addresses
 * would stand. They are given at each start, so that they follow the code, not the data.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  fsync: 'on',
  synchronous_commit: 'on',
  autovacuum: 'on',
  shared_buffers: '128MB',
  max_connections: '200',
  timezone: 'UTC',
  log_timezone: 'UTC',
  unix_socket_permissions: '0700',
  log_min_messages: 'warning',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
}

const SOCKET_PORT = 5432

/** Reads where the server of this cluster listens, or null when it says nothing. */
export async function readAddress(place: Place): Promise<Address | null> {
  const text = await readFile(join(place.cluster, 'postmaster.pid'), 'utf8').catch(() => '')
  const [pid, , , port, socketDirectory, listens] = text.split('\n')
  const host = socketDirectory || listens
  if (!pid || !port || !host) return null
  return { pid: Number(pid), host, port: Number(port) }
}

/**
 * Starts the server in a session of its own, so that neither the terminal's Ctrl-C nor the death of this process
 * reaches it. `tcpPort` null: it listens on the unix socket only; else on that port of loopback only.
 */
export async function launch(
  place: Place,
  binaries: Binaries,
  tcpPort: number | null,
  settings: Readonly<Record<string, string>>,
): Promise<Child> {
  const listening: Record<string, string> =
    tcpPort === null
      ? { listen_addresses: '', unix_socket_directories: quoted(place.run), port: String(SOCKET_PORT) }
      : { listen_addresses: '127.0.0.1', unix_socket_directories: '', port: String(tcpPort) }
  const all = Object.entries({ ...SETTINGS, ...settings, ...listening })
  const args = ['-D', place.cluster, ...all.flatMap(([name, value]) => ['-c', `${name}=${value}`])]
  const log = await open(place.logFile, 'a', 0o600)
  try {
    // Root may run another user's database for once: the log stays theirs.
    if (place.account) await log.chown(place.account.uid, place.account.gid)
    const child = spawn(program(binaries, 'postgres'), args, {
      ...place.account,
      cwd: '/',
      env: bareEnvironment(),
      detached: true,
      windowsHide: true,
      stdio: ['ignore', log.fd, log.fd],
    })
    child.on('error', () => undefined)
    child.unref()
    return { exited: () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null }
  } finally {
    await log.close()
  }
}

/** One entry of a list of directories, in which commas and blanks part the entries. */
function quoted(directory: string): string {
  return `"${directory.replaceAll('"', '""')}"`
}

/**
 * Shuts the server down (fast: other sessions are ended, nothing is lost) and waits until it is gone. To be called
 * only by who has just spoken with it, so that `pid` is known to be the server's.
 */
export async function shutDown(place: Place, binaries: Binaries, pid: number, clock: Clock): Promise<void> {
  if (process.platform === 'win32') {
    await run(program(binaries, 'pg_ctl'), ['stop', '-D', place.cluster, '-m', 'fast'], place.account)
  } else {
    process.kill(pid, 'SIGINT')
  }
  for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 20) {
    if (!isAlive(pid)) return
    await clock.sleep(20)
  }
  throw new AppError('unavailable', `The embedded database (process ${pid}) did not stop within 60 s.`)
}

/** Whether a process of that number exists; it may be any. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** The end of the server's log, for a message about why it would not start. */
export async function logTail(place: Place): Promise<string> {
  const text = await readFile(place.logFile, 'utf8').catch(() => '')
  return text.trim().split('\n').slice(-5).join('\n')
}
