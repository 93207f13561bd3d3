// Ends the servers of a test run and deletes their directory when the run is over, however it ended: the run holds the
// other end of stdin, and the kernel closes that even after a kill -9. Reads one JSON line an item from stdin.
import { readFileSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'

const pidFiles = []
const directories = []

process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
process.on('SIGHUP', () => {})

for await (const line of createInterface({ input: process.stdin })) {
  const item = JSON.parse(line)
  if (item.pidFile) pidFiles.push(item)
  if (item.directory) directories.push(item.directory)
}

const pids = pidFiles.map(pidOf).filter((pid) => pid > 0)
for (const pid of pids) signal(pid, 'SIGINT')
for (let waitedMs = 0; waitedMs < 5_000 && pids.some((pid) => signal(pid, 0)); waitedMs += 50) {
  await new Promise((resolve) => setTimeout(resolve, 50))
}
for (const pid of pids) signal(pid, 'SIGKILL')
for (const directory of directories) rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })

function pidOf({ pidFile }) {
  try {
    return Number.parseInt(readFileSync(pidFile, 'utf8'), 10)
  } catch {
    return 0
  }
}

function signal(pid, name) {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}
