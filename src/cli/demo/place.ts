import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { eraseApp } from '../../app.ts'
import { type Config, readConfig } from '../../config/config.ts'
import { readEnvironment } from '../../config/env.ts'
import { AppError } from '../../error.ts'
import { SERVER_FILE } from '../server-address.ts'
import type { Terminal } from '../terminal.ts'

/** The configuration of the demo: embedded, in a directory of its own, on a free port. Keys and databases that are configured are left alone. */
export function demoConfig({ directory, env }: Pick<Terminal, 'directory' | 'env'>): Config {
  const { DATA_DIR, LOG_LEVEL } = readEnvironment(directory, env)
  const dataDir = join(resolve(directory, DATA_DIR ?? '.pressroom'), 'demo')
  return readConfig({ DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: LOG_LEVEL ?? 'error' }, directory)
}

/**
 * Removes what an earlier demo left.
 * @throws AppError `conflict` while one still runs there, `config_invalid` when it cannot be removed
 */
export async function clearPlace(config: Config): Promise<void> {
  const { dataDir } = config
  const url = await runningAt(dataDir)
  if (url !== null) throw new AppError('conflict', `A demo is still running at ${url}. Stop it first, with Ctrl-C.`)
  try {
    await eraseApp(config)
  } catch (cause) {
    const message = `What an earlier demo left in ${dataDir} cannot be removed. Remove it, or set DATA_DIR to another directory.`
    throw new AppError('config_invalid', message, { cause })
  }
}

async function runningAt(dataDir: string): Promise<string | null> {
  const text = await readFile(join(dataDir, SERVER_FILE), 'utf8').catch(() => null)
  if (text === null) return null
  const { url } = JSON.parse(text) as { url: string }
  const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000) }).catch(() => null)
  return answer?.ok ? url : null
}
