import { createLogger } from '../src/log.ts'
import { migrate } from '../src/store/postgres/migrate.ts'
import { createPool } from '../src/store/postgres/pool.ts'
import { type Child, startChild } from './child.ts'
import type { SinkAnswers } from './sink.ts'
import type { TutorialAnswers } from './tutorial-worker.ts'

export type TutorialRun = {
  readonly databaseUrl: string
  /** Null: BullMQ on the database. */
  readonly redisUrl: string | null
  readonly cacheDir: string
  readonly sink: Child<SinkAnswers>
  readonly recipients: number
}

const WARM_UP = 100

/** Recipients a second with one job, one rendering and one call each, and no record of any: see `tutorial-worker.ts`. */
export async function runTutorial({ databaseUrl, redisUrl, cacheDir, sink, recipients }: TutorialRun): Promise<number> {
  if (redisUrl === null) await makeTables(databaseUrl)
  const worker = startChild<TutorialAnswers>('tutorial-worker.ts', {
    env: {
      BENCH_DATABASE_URL: databaseUrl,
      BENCH_CACHE_DIR: cacheDir,
      RESEND_BASE_URL: await sink.ask('url'),
      ...(redisUrl === null ? {} : { BENCH_REDIS_URL: redisUrl }),
    },
  })
  try {
    await worker.ask('run', WARM_UP)
    await sink.ask('forget')
    const ms = await worker.ask('run', recipients)
    const { messages } = await sink.ask('count')
    if (messages !== recipients) throw new Error(`The sink got ${messages} messages for ${recipients} jobs.`)
    return (recipients / ms) * 1_000
  } finally {
    await worker.stop()
  }
}

async function makeTables(url: string): Promise<void> {
  const pool = createPool({ url, max: 1, applicationName: 'pressroom bench', log: createLogger('error') })
  try {
    await migrate(pool)
  } finally {
    await pool.end()
  }
}
