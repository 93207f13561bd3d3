import { execFile, spawn } from 'node:child_process'
import { promisify } from 'node:util'
import { AppError } from '../../error.ts'

/** The unprivileged account the server runs under, or null: the one this process has. */
export type Account = { readonly uid: number; readonly gid: number } | null

/** Whether this process is root, under which PostgreSQL refuses to run. */
export function isRoot(): boolean {
  return process.getuid?.() === 0
}

/**
 * The account for root to run the server under: an existing one, none is made. Its only property is that it is not
 * root. Throws `config_invalid` when the machine has no `nobody`.
 */
export async function unprivilegedAccount(): Promise<NonNullable<Account>> {
  const ask = async (flag: '-u' | '-g') => Number((await promisify(execFile)('id', [flag, 'nobody'])).stdout)
  try {
    return { uid: await ask('-u'), gid: await ask('-g') }
  } catch (cause) {
    const message =
      'PostgreSQL does not run as root, and this machine has no user "nobody" for it. Start Pressroom as an ordinary user, or set DATABASE_URL.'
    throw new AppError('config_invalid', message, { cause })
  }
}

/** Whether `account` may go into `directory`: asked of the kernel, so that ACLs and every parent directory count. */
export async function canEnter(account: Account, directory: string): Promise<boolean> {
  if (!account) return true
  const { code } = await run('/bin/sh', ['-c', 'cd -- "$1" && test -x .', 'sh', directory], account)
  return code === 0
}

/** Runs a program to its end under `account`, with an environment in which no PG* variable of the caller is left. */
export function run(
  file: string,
  args: readonly string[],
  account: Account,
): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve) => {
    let output = ''
    const collect = (chunk: Buffer) => {
      output = `${output}${chunk}`.slice(-4_000)
    }
    const child = spawn(file, args, { ...account, cwd: '/', env: bareEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.once('error', (error) => resolve({ code: null, output: error.message }))
    child.once('close', (code) => resolve({ code, output }))
  })
}

/** What a server needs of the environment: nothing that could point it to another database or language. */
export function bareEnvironment(): NodeJS.ProcessEnv {
  const { PATH, TEMP, TMP, SystemRoot } = process.env
  const kept = Object.entries({ PATH, TEMP, TMP, SystemRoot }).filter(([, value]) => value !== undefined)
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' }
}
