import { systemClock } from '../clock.ts'
import { runCli } from './run.ts'

const FORCED = 130
/** npm passes on the signal that the terminal has sent already; that is not somebody losing patience. */
const SAME_SIGNAL_MS = 500

/** Runs the command line of this process; the first SIGINT or SIGTERM asks it to end, the second makes it. */
async function main(): Promise<void> {
  const stopping = new AbortController()
  let askedAt: Date | undefined
  const stop = () => {
    const now = systemClock.now()
    if (askedAt && now.getTime() - askedAt.getTime() > SAME_SIGNAL_MS) process.exit(FORCED)
    askedAt ??= now
    stopping.abort()
  }
  process.on('SIGINT', stop).on('SIGTERM', stop)
  process.stdout.on('error', endQuietly)
  process.exitCode = await runCli(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    isInteractive: process.stderr.isTTY === true,
    env: process.env,
    directory: process.cwd(),
    clock: systemClock,
    stopped: stopping.signal,
  })
}

/** Whoever was reading has read enough (`pressroom send list | head`). */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
}

await main()
