import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './servers.ts'

const GIVE_UP_MS = 60_000

/**
 * Seconds from `pressroom start` in an empty data directory to its first page: making the database, migrating and
 * listening included.
 */
export async function measureFirstPage(directory: string): Promise<number> {
  const port = await freePort()
  const { DATABASE_URL, REDIS_URL, RESEND_API_KEY, SMTP_URL, ...inherited } = process.env
  const env = { ...inherited, DATA_DIR: join(directory, 'first-start'), PORT: String(port), LOG_LEVEL: 'error' }
  const from = performance.now()
  const program = join(import.meta.dirname, '..', 'bin', 'pressroom.mjs')
  const started = spawn(process.execPath, [program, 'start'], { env, cwd: directory, stdio: 'ignore' })
  try {
    while (!(await isServed(`http://127.0.0.1:${port}/outbox`))) {
      if (started.exitCode !== null || performance.now() - from > GIVE_UP_MS)
        throw new Error('pressroom did not start.')
      await sleep(20)
    }
    return (performance.now() - from) / 1_000
  } finally {
    const gone = once(started, 'exit')
    if (started.exitCode === null) {
      started.kill('SIGTERM')
      await gone
    }
  }
}

async function isServed(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )
}
