import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { App } from '../app.ts'
import { findKey, hashKey, newKey, SCOPES } from '../http/keys.ts'
import { OPERATOR_KEY_FILE } from './server-address.ts'

/**
 * The key of whoever may read DATA_DIR: it may do everything. Made at the first start and kept there, readable to its
 * owner only; a revoked one, or one of another database, is replaced.
 */
export async function provideOperatorKey({ config, store }: Pick<App, 'config' | 'store'>): Promise<string> {
  const file = join(config.dataDir, OPERATOR_KEY_FILE)
  const kept = (await readFile(file, 'utf8').catch(() => '')).trim()
  if ((await findKey(store.keys, kept)) !== null) return kept
  const key = newKey()
  await store.keys.create({ name: 'operator of this machine', hash: hashKey(key), scopes: SCOPES })
  await mkdir(config.dataDir, { recursive: true })
  await writeFile(file, `${key}\n`, { mode: 0o600 })
  await chmod(file, 0o600)
  return key
}
