import { join } from 'node:path'
import { type Assembling, assemble } from './assemble.ts'
import { type BareClient, runBareClient } from './bare-client.ts'
import { runBareNodemailer } from './bare-nodemailer.ts'
import { type Child, startChild } from './child.ts'
import { measureFirstPage } from './first-page.ts'
import { type Imported, measureImport } from './import.ts'
import { type ManyReaders, measureMany } from './many.ts'
import { measurePace, type Pace, type Paced } from './pace.ts'
import { type Personalising, personalise } from './personalise.ts'
import { type Piped, runPipeline } from './pipeline.ts'
import { samplePage } from './sample.ts'
import { type Leaving, startDatabase, startRedis, startSystemPostgres, temporaryDirectory } from './servers.ts'
import type { SinkAnswers } from './sink.ts'
import { measureSubscribe, type Subscribing } from './subscribe.ts'
import { runTutorial } from './tutorial.ts'

export type BenchOptions = {
  /** Of the sends that are timed. */
  readonly recipients: number
  readonly manyReaders: number
  readonly paceSeconds: number
  readonly profileDir: string | undefined
}

/** What can be measured; each thing once a run, when it is first asked for, one after the other. */
export type Measurements = {
  firstPage(): Promise<number>
  personalise(): Promise<Personalising>
  assemble(): Promise<Assembling>
  bareClient(): Promise<BareClient>
  embedded(): Promise<Piped>
  /** Null without a PostgreSQL on this machine. */
  postgres(): Promise<Piped | null>
  /** Null without both on this machine. */
  redis(): Promise<Piped | null>
  tutorial(): Promise<number>
  bareNodemailer(): Promise<number>
  smtp(): Promise<Piped>
  many(): Promise<ManyReaders>
  /** On a PostgreSQL of this machine, or else the embedded one. */
  subscribe(): Promise<Subscribing>
  import(): Promise<Imported>
  pace(pace: Pace): Promise<Paced>
}

/** A job a recipient is so much slower that fewer of them tell as much; a mail a call, too. */
const TUTORIAL_RECIPIENTS = 1_000
const SMTP_RECIPIENTS = 5_000
/** Out of reach, so that what is measured is not the pace. SMTP_RATE takes no more. */
const NO_LIMIT = 1_000_000
const SMTP_LIMIT = 1_000

export function measurements(options: BenchOptions, leave: Leaving, say: (line: string) => void): Measurements {
  const { recipients, profileDir } = options
  const atMost = (most: number) => Math.min(recipients, most)
  const directory = once(() => temporaryDirectory(leave))
  const page = once(async () => samplePage(join(await directory(), 'templates')))
  const embedded = once(async () => startDatabase(await directory(), leave))
  const system = once(async () => startSystemPostgres(await directory(), leave))
  const redis = once(async () => startRedis(await directory(), leave))
  const sink = once(async () => startSink('sink.ts', leave))
  const smtpSink = once(async () => startSink('smtp-sink.ts', leave))
  const createDatabase = async (name: string) => (await embedded()).createDatabase(name)
  const resend = async () => ({
    RESEND_API_KEY: 're_benchmark',
    RESEND_BASE_URL: await (await sink()).ask('url'),
  })

  const pipeline = async (databaseUrl: string, redisUrl: string | null) => {
    const provider = { settings: await resend(), sink: await sink(), requestsPerSecond: NO_LIMIT }
    const piped = await runPipeline({
      ...{ databaseUrl, redisUrl, directory: await directory(), recipients, profileDir },
      ...provider,
    })
    say(`  ${piped.calls} calls; the audience was frozen after ${piped.prepareMs} ms`)
    return piped
  }
  const onSystem = async (name: string, redisUrl: string | null) => {
    const server = await system()
    if (server === null) say('no PostgreSQL of this machine (PATH, PG_BIN): left out')
    else say(`sending to ${count(recipients)} readers, PostgreSQL ${server.version}${redisUrl ? ' and Redis' : ''}`)
    return server === null ? null : pipeline(await server.createDatabase(name), redisUrl)
  }

  return {
    firstPage: once(async () => {
      say('starting for the first time')
      return measureFirstPage(await directory())
    }),
    personalise: once(async () => {
      say('filling and rendering')
      const made = await personalise(await page())
      say(`  ${count(made.htmlBytes)} bytes of html, ${count(made.textBytes)} of text`)
      return made
    }),
    assemble: once(async () => {
      say('assembling bodies')
      const made = await assemble(await page())
      say(`  bodies of ${count(made.bodyBytes)} bytes, 100 messages each`)
      return made
    }),
    bareClient: once(async () => {
      say('posting finished bodies')
      return runBareClient(await page(), await sink(), recipients)
    }),
    embedded: once(async () => {
      say(`sending to ${count(recipients)} readers, the embedded PostgreSQL`)
      return pipeline(await createDatabase('pipeline'), null)
    }),
    postgres: once(() => onSystem('pipeline', null)),
    redis: once(async () => {
      const url = await redis()
      if (url === null) say('no redis-server on the PATH: left out')
      return url === null ? null : onSystem('pipeline_redis', url)
    }),
    tutorial: once(async () => {
      const redisUrl = await redis()
      const jobs = atMost(TUTORIAL_RECIPIENTS)
      say(`${count(jobs)} jobs of the tutorial design, the queue on ${redisUrl ? 'Redis' : 'PostgreSQL'}`)
      const cacheDir = join(await directory(), 'templates')
      const databaseUrl = await createDatabase('tutorial')
      return runTutorial({ databaseUrl, redisUrl, cacheDir, sink: await sink(), recipients: jobs })
    }),
    bareNodemailer: once(async () => {
      say(`${count(atMost(SMTP_RECIPIENTS))} messages by bare nodemailer`)
      return runBareNodemailer(await page(), await smtpSink(), atMost(SMTP_RECIPIENTS))
    }),
    smtp: once(async () => {
      say(`sending to ${count(atMost(SMTP_RECIPIENTS))} readers by SMTP`)
      const settings = { SMTP_URL: await (await smtpSink()).ask('url'), SMTP_RATE: String(SMTP_LIMIT) }
      return runPipeline({
        ...{ databaseUrl: await createDatabase('smtp'), directory: await directory(), settings, profileDir },
        ...{ sink: await smtpSink(), recipients: atMost(SMTP_RECIPIENTS), requestsPerSecond: SMTP_LIMIT },
      })
    }),
    many: once(async () => {
      say(`${count(options.manyReaders)} readers`)
      const place = { directory: await directory(), settings: await resend() }
      return measureMany({ ...place, createDatabase, sink: await sink(), readers: options.manyReaders })
    }),
    subscribe: once(async () => {
      say('subscribing people')
      const server = (await system()) ?? (await embedded())
      const databaseUrl = await server.createDatabase('subscribe')
      return measureSubscribe({ databaseUrl, directory: await directory(), seconds: Math.min(options.paceSeconds, 20) })
    }),
    import: once(async () => {
      const server = (await system()) ?? (await embedded())
      say(`importing a file of ${count(options.manyReaders)} readers`)
      const place = { directory: await directory(), settings: await resend() }
      const createDatabase = (name: string) => server.createDatabase(name)
      return measureImport({ ...place, createDatabase, rows: options.manyReaders })
    }),
    pace: onceEach(async (pace) => {
      const { workers, requestsPerSecond, jitterMs } = pace
      say(`${workers} × worker at ${requestsPerSecond} requests/s, jitter of ${jitterMs} ms, ${options.paceSeconds} s`)
      const databaseUrl = await createDatabase(`pace_${workers}_${requestsPerSecond}_${jitterMs}`)
      return measurePace({ ...pace, databaseUrl, directory: await directory(), seconds: options.paceSeconds })
    }),
  }
}

function startSink(file: string, leave: Leaving): Child<SinkAnswers> {
  const child = startChild<SinkAnswers>(file)
  leave.add(() => child.stop())
  return child
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** Once for each of the arguments it is asked with. */
function onceEach<A, T>(make: (about: A) => Promise<T>): (about: A) => Promise<T> {
  const made = new Map<string, Promise<T>>()
  return (about) => {
    const key = JSON.stringify(about)
    const known = made.get(key) ?? make(about)
    made.set(key, known)
    return known
  }
}

function count(number: number): string {
  return number.toLocaleString('en')
}
