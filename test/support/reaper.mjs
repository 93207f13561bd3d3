// Ends every server below a test run's directory and deletes the directory when the run is over, however it ended: the
// run holds the other end of stdin, and the kernel closes that even after a kill -9. node reaper.mjs <directory>
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const directory = process.argv[2]
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => {})

process.stdin.resume()
process.stdin.on('end', async () => {
  // Again until the directory is gone: a worker of a killed run may still have started something.
  for (let round = 0; round < 20 && existsSync(directory); round++) {
    const pids = serverPids()
    for (const pid of pids) signal(pid, 'SIGINT')
    for (let waitedMs = 0; waitedMs < 3_000 && pids.some((pid) => signal(pid, 0)); waitedMs += 50) await pause(50)
    for (const pid of pids) signal(pid, 'SIGKILL')
    attempt(() => rmSync(directory, { recursive: true, force: true }))
    if (existsSync(directory)) await pause(200)
  }
})

function serverPids() {
  const files = attempt(() => readdirSync(directory, { recursive: true })) ?? []
  return files
    .filter((path) => /(^|[/\\])(postmaster|redis)\.pid$/.test(path))
    .map((path) =>
      Number.parseInt(
        attempt(() => readFileSync(join(directory, path), 'utf8')),
        10,
      ),
    )
    .filter((pid) => pid > 0)
}

/** Files come and go meanwhile. */
function attempt(action) {
  try {
    return action()
  } catch {
    return undefined
  }
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function signal(pid, name) {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}
