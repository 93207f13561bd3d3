import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readAppSecrets } from '../../src/config/secrets.ts'

const NEW = 'n'.repeat(32)
const OLD = 'o'.repeat(32)
let directory: string
let dataDir: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pressroom-secrets-'))
  dataDir = join(directory, 'data')
})
afterEach(() => rm(directory, { recursive: true }))

test('makes a secret at the first start and keeps it, closed to others', async () => {
  const made = await readAppSecrets({ appSecrets: null, databaseUrl: null, dataDir })
  expect(made).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)])
  expect(await readAppSecrets({ appSecrets: null, databaseUrl: null, dataDir })).toEqual(made)
  expect((await stat(join(dataDir, 'app-secret'))).mode & 0o777).toBe(0o600)
})

test('gives processes that start together the same secret, and leaves nothing else behind', async () => {
  const starts = Array.from({ length: 20 }, () => readAppSecrets({ appSecrets: null, databaseUrl: null, dataDir }))
  const made = await Promise.all(starts)
  expect(new Set(made.map(([secret]) => secret)).size).toBe(1)
  expect(await readdir(dataDir)).toEqual(['app-secret'])
})

test('keeps reading the secret it made when others are configured later', async () => {
  const [kept] = await readAppSecrets({ appSecrets: null, databaseUrl: null, dataDir })
  expect(await readAppSecrets({ appSecrets: [NEW, OLD], databaseUrl: null, dataDir })).toEqual([NEW, OLD, kept])
  expect(await readAppSecrets({ appSecrets: [NEW, kept], databaseUrl: null, dataDir })).toEqual([NEW, kept])
})

test('uses only what is configured beside a database of one’s own', async () => {
  await readAppSecrets({ appSecrets: null, databaseUrl: null, dataDir })
  const databaseUrl = 'postgres://localhost/x'
  expect(await readAppSecrets({ appSecrets: [NEW, OLD], databaseUrl, dataDir })).toEqual([NEW, OLD])
  await expect(readAppSecrets({ appSecrets: null, databaseUrl, dataDir })).rejects.toMatchObject({
    code: 'config_invalid',
  })
})

test('refuses a kept secret that is damaged rather than replacing it', async () => {
  await readAppSecrets({ appSecrets: null, databaseUrl: null, dataDir })
  await writeFile(join(dataDir, 'app-secret'), '')
  await expect(readAppSecrets({ appSecrets: null, databaseUrl: null, dataDir })).rejects.toMatchObject({
    code: 'config_invalid',
  })
  expect(await readFile(join(dataDir, 'app-secret'), 'utf8')).toBe('')
})
