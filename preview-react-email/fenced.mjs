import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'

const FENCE = join(import.meta.dirname, 'fence.cjs')

/** Whether this system can start a process without any network. */
export function canTakeNetworkAway() {
  return process.platform === 'linux' && spawnSync('unshare', ['-rn', 'true'], { stdio: 'ignore' }).status === 0
}

/**
 * Starts Node so that it and all it starts can reach nothing beyond this machine. Where `withoutNetwork`, there is none
 * for it, not even loopback; the fence in the process is there in any case. `door` is the socket file it may listen on.
 * It leads a process group of its own.
 */
export function startFenced(
  args,
  { withoutNetwork, door, cwd, env = process.env, stdio = ['pipe', 'inherit', 'inherit'] },
) {
  const command = withoutNetwork ? ['unshare', '-rn', process.execPath, ...args] : [process.execPath, ...args]
  const [program, ...rest] = command
  return spawn(program, rest, {
    cwd,
    stdio,
    detached: true,
    env: {
      ...env,
      NODE_OPTIONS: `--require ${JSON.stringify(FENCE)}`,
      // Next would tell its makers what it is used for, React Email what versions there are.
      NEXT_TELEMETRY_DISABLED: '1',
      ...(door === undefined ? {} : { PRESSROOM_PREVIEW_DOOR: door, PRESSROOM_PREVIEW_LIFELINE: 'stdin' }),
    },
  })
}

/** Ends a process and all that it started; gone ones do not matter. */
export function endGroup(child, signal = 'SIGTERM') {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}
