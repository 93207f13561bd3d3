import { join } from 'node:path'
import { type Assembling, assemble } from './assemble.ts'
import { runBareClient } from './bare-client.ts'
import { startChild } from './child.ts'
import { type Personalising, personalise } from './personalise.ts'
import { type Piped, runPipeline } from './pipeline.ts'
import { samplePage } from './sample.ts'
import { type Leaving, startDatabase, startRedis, temporaryDirectory } from './servers.ts'
import type { SinkAnswers } from './sink.ts'
import { runTutorial } from './tutorial.ts'

export type BenchOptions = { readonly recipients: number; readonly profileDir: string | undefined }

/** What can be measured; each thing once a run, when it is first asked for, one after the other. */
export type Measurements = {
  personalise(): Promise<Personalising>
  assemble(): Promise<Assembling>
  bareClient(): Promise<number>
  pipeline(): Promise<Piped>
  /** Null without a Redis on this machine. */
  redisPipeline(): Promise<Piped | null>
  tutorial(): Promise<number>
}

/** A job a recipient is so much slower that fewer of them tell as much. */
const TUTORIAL_RECIPIENTS = 1_000

export function measurements(options: BenchOptions, leave: Leaving, say: (line: string) => void): Measurements {
  const { recipients, profileDir } = options
  const directory = once(() => temporaryDirectory(leave))
  const cacheDir = async () => join(await directory(), 'templates')
  const page = once(async () => samplePage(await cacheDir()))
  const database = once(async () => startDatabase(await directory(), leave))
  const redis = once(async () => startRedis(await directory(), leave))
  const sink = once(async () => {
    const child = startChild<SinkAnswers>('sink.ts')
    leave.add(() => child.stop())
    return child
  })
  const pipeline = async (name: string, redisUrl: string | null) => {
    say(`sending to ${recipients.toLocaleString('en')} readers, the queue on ${name}`)
    const databaseUrl = await (await database()).createDatabase(`pipeline_${name}`)
    const run = { databaseUrl, redisUrl, directory: await directory(), sink: await sink(), recipients, profileDir }
    const piped = await runPipeline(run)
    say(`  ${piped.calls} calls; the audience was frozen after ${piped.prepareMs} ms`)
    return piped
  }
  return {
    personalise: once(async () => {
      say('filling and rendering')
      const made = await personalise(await page())
      say(`  ${made.htmlBytes.toLocaleString('en')} bytes of html, ${made.textBytes.toLocaleString('en')} of text`)
      return made
    }),
    assemble: once(async () => {
      say('assembling bodies')
      const made = await assemble(await page())
      say(`  bodies of ${made.bodyBytes.toLocaleString('en')} bytes, 100 messages each`)
      return made
    }),
    bareClient: once(async () => {
      say('posting finished bodies')
      return runBareClient(await page(), await sink(), recipients)
    }),
    pipeline: once(() => pipeline('postgres', null)),
    redisPipeline: once(async () => {
      const url = await redis()
      if (url === null) say('no redis-server on the PATH: the pipeline with its queue on Redis is left out')
      return url === null ? null : pipeline('redis', url)
    }),
    tutorial: once(async () => {
      const redisUrl = await redis()
      const count = Math.min(recipients, TUTORIAL_RECIPIENTS)
      say(`${count.toLocaleString('en')} jobs of the tutorial design, the queue on ${redisUrl ? 'redis' : 'postgres'}`)
      const databaseUrl = await (await database()).createDatabase('tutorial')
      return runTutorial({ databaseUrl, redisUrl, cacheDir: await cacheDir(), sink: await sink(), recipients: count })
    }),
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}
