// Ends every server below a test run's directory and deletes the directory when the run is over, however it ended: the
// run holds the other end of stdin, and the kernel closes that even after a kill -9. node reaper.mjs <directory>
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const directory = process.argv[2]
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => {})

process.stdin.resume()
process.stdin.on('end', async () => {
  const pids = readdirSync(directory, { recursive: true })
    .filter((path) => /(^|[/\\])(postmaster|redis)\.pid$/.test(path))
    .map((path) => Number.parseInt(readFileSync(join(directory, path), 'utf8'), 10))
  for (const pid of pids) signal(pid, 'SIGINT')
  for (let waitedMs = 0; waitedMs < 5_000 && pids.some((pid) => signal(pid, 0)); waitedMs += 50) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  for (const pid of pids) signal(pid, 'SIGKILL')
  rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
})

function signal(pid, name) {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}
