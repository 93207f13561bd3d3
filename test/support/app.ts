import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type App, type AppParts, openApp } from '../../src/app.ts'
import type { Config } from '../../src/config/config.ts'
import { loadTemplates, type TemplateSet } from '../../src/edition/templates.ts'
import { createTestDatabase, type TestDatabase, testLog } from './database.ts'

/** An installation of a test's own: its database, its folder, its outbox. */
export type TestApp = {
  readonly app: App
  readonly database: TestDatabase
  /** Closes the installation and leaves nothing behind. Stop workers and servers first. */
  close(): Promise<void>
}

export type TestAppOptions = AppParts & {
  /** What differs from an installation on loopback that keeps its mail in the outbox and logs nothing. */
  readonly config?: Partial<Config>
  /** A database to use (a tier's, say) instead of a fresh one on the embedded server; it is dropped all the same. */
  readonly database?: TestDatabase
}

// Compiled once a checkout, loaded once a process.
const CACHE_DIR = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'pressroom-test')
let builtIn: Promise<TemplateSet> | undefined

function builtInTemplates(): Promise<TemplateSet> {
  builtIn ??= loadTemplates({ cacheDir: CACHE_DIR })
  return builtIn
}

/** Opens an installation over a real database, with the outbox in a temporary folder. */
export async function openTestApp({ config, database: given, ...parts }: TestAppOptions = {}): Promise<TestApp> {
  const database = given ?? (await createTestDatabase())
  const dataDir = await mkdtemp(join(tmpdir(), 'pressroom-app-'))
  const leaveNothing = async () => {
    await database.drop()
    await rm(dataDir, { recursive: true, force: true })
  }
  try {
    const configured = { ...testConfig({ dataDir, databaseUrl: database.url }), ...config }
    const templates = configured.emailsDir === null ? { templates: builtInTemplates } : {}
    const app = await openApp(configured, { log: testLog, ...templates, ...parts })
    const close = async () => {
      await app.close()
      await leaveNothing()
    }
    return { app, database, close }
  } catch (error) {
    await leaveNothing()
    throw error
  }
}

function testConfig(where: { readonly dataDir: string; readonly databaseUrl: string }): Config {
  return {
    publicUrl: 'http://localhost:8025',
    host: '127.0.0.1',
    port: 0,
    trustProxy: null,
    emailsDir: null,
    redisUrl: null,
    appSecrets: ['a-secret-that-only-tests-know-and-long-enough'],
    resend: null,
    smtp: null,
    inbound: null,
    resendWebhookSecrets: null,
    logLevel: 'silent',
    concurrency: 2,
    ...where,
  }
}
