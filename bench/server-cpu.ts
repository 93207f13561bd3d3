import { readdir, readFile } from 'node:fs/promises'
import { createLogger } from '../src/log.ts'
import { createPool } from '../src/store/postgres/pool.ts'

/** Linux shows processor time in hundredths of a second, whatever its own tick is. */
const MICROS_A_TICK = 10_000

type Process = {
  readonly pid: number
  readonly parent: number
  readonly ticks: number
  /** Of the children that have ended. */
  readonly reapedTicks: number
}

/**
 * Tells the processor time, in microseconds, that all processes of the PostgreSQL server of `url` have taken so far.
 * Null where that cannot be seen: off Linux, or when it runs elsewhere.
 */
export async function serverCpu(url: string): Promise<(() => Promise<number>) | null> {
  const postmaster = process.platform === 'linux' ? await findPostmaster(url) : null
  if (postmaster === null) return null
  return async () => {
    const all = await readProcesses()
    const own = all.filter(({ pid, parent }) => pid === postmaster || parent === postmaster)
    const reaped = own.find(({ pid }) => pid === postmaster)?.reapedTicks ?? 0
    return own.reduce((sum, { ticks }) => sum + ticks, reaped) * MICROS_A_TICK
  }
}

/** A session's process is a child of the server's first; it has to be looked at while the session lasts. */
async function findPostmaster(url: string): Promise<number | null> {
  const pool = createPool({ url, max: 1, applicationName: 'pressroom bench', log: createLogger('silent') })
  try {
    const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid')
    const session = await readProcess(rows[0]?.pid ?? 0)
    return session?.parent ?? null
  } finally {
    await pool.end()
  }
}

async function readProcesses(): Promise<readonly Process[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(names.map((name) => readProcess(Number(name))))
  return found.filter((one) => one !== null)
}

/** Fields of proc_pid_stat(5), counted behind the name, which may hold anything. */
async function readProcess(pid: number): Promise<Process | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  if (text === null) return null
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const [parent = 0, utime = 0, stime = 0, cutime = 0, cstime = 0] = [1, 11, 12, 13, 14].map((at) => fields[at] ?? 0)
  return { pid, parent, ticks: utime + stime, reapedTicks: cutime + cstime }
}
