import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { type App, openApp } from '../src/app.ts'
import { type Config, readConfig } from '../src/config/config.ts'
import { AppError } from '../src/error.ts'
import type { FakeResendOptions } from '../src/fake-resend/index.ts'
import type { IssueId } from '../src/id.ts'
import { LEASE_MS } from '../src/send/call.ts'
import { resumeSend } from '../src/send/steer.ts'
import { createPool, type Pool } from '../src/store/postgres/pool.ts'
import { type Crew, createCrew } from './crew.ts'
import type { Leaving } from './leaving.ts'
import { closeBooks, type Ledger } from './ledger.ts'
import { foundNewsletter, type Scheduled, scheduleIssue } from './press.ts'
import { type Process, startProcess } from './process.ts'
import { createRandom, type Random } from './random.ts'
import type { ResendAnswers, ResendOrders } from './resend.ts'
import { batchesHeldBy, endIdleTransactions, idleFor, openWork, readRows, waitsToBegin } from './rows.ts'
import { readOutbox, type SinkAnswers } from './sink.ts'
import type { Site } from './site.ts'
import { appNowSql, type WorldClock, worldClock, writeAhead } from './time.ts'

/** What a world is made with. */
export type WorldSpec = {
  readonly provider: 'resend' | 'smtp' | 'outbox'
  readonly queue: 'redis' | 'postgres'
  readonly readers: number
  readonly batchSize: number
  readonly resend?: FakeResendOptions
  /** The reasons for which a delivery may end as uncertain here. Default: none. */
  readonly mayBeUncertain?: readonly string[]
}

/** An installation with workers, readers and a provider of its own, whose time runs fast, for things to go wrong in. */
export type World = {
  readonly app: App
  readonly pool: Pool
  readonly clock: WorldClock
  readonly crew: Crew
  readonly random: Random
  /** The provider's side. Asking it throws where the provider is another, or a folder. */
  readonly sink: Process<SinkAnswers>
  readonly resend: Process<ResendAnswers>
  /** The configuration of the world's workers, with other settings over its own. */
  configure(settings: Readonly<Record<string, string>>): Config
  /** Schedules a send of a new issue, or of one once more. */
  send(issue?: IssueId): Promise<Scheduled>
  /** Resolves when nothing of the send is open any more; complains when that takes too long. */
  done(send: Scheduled): Promise<void>
  /** One send after another until told to stop, which resolves when the last is done. Begun when this resolves. */
  keepSending(): Promise<{ stop(): Promise<void> }>
  /** Time for everybody goes on by so much at once. */
  jump(ms: number): Promise<void>
  /** The same in steps small enough for live workers to renew their leases. */
  pass(ms: number): Promise<void>
  /** Lets leases run out: at once for all, or only those that nobody renews. */
  outliveLeases(): Promise<void>
  /** Resolves when nobody but others hold what this worker held. */
  takenOver(worker: string): Promise<void>
  /** Counts things that went wrong outside of workers. */
  faults(count: number): void
  complain(finding: string): void
  /** Rejects when something that goes on beside the scenario cannot go on. */
  readonly broken: Promise<never>
  /** Ends the workers in order and holds the rows against what the other side took. */
  close(): Promise<Outcome>
}

/** Why a message by SMTP may be uncertain: nobody can be asked whether it was taken. */
export const SMTP_DOUBTS = ['not_idempotent', 'answer_lost']

/** What a world came to. */
export type Outcome = Ledger & { readonly kills: number; readonly faults: number }

/** What links are signed with, at first. */
export const SECRET = 'a-secret-of-the-chaos-suite-and-of-nothing-else'
export const API_KEY = 're_chaos'
/** How much faster a world's time runs than the machine's. */
export const SPEED = 20
const NO_PROGRESS_MS = 2_000
/** Periods without progress after which a send is taken to be stuck. */
const STUCK_AFTER = 60
const POLL_MS = 40

/** Opens a world below a site; `leave` ends what is not ended by `close`. */
export async function openWorld(site: Site, name: string, spec: WorldSpec, leave: Leaving): Promise<World> {
  const id = `w${site.nextNumber()}`
  const clock = worldClock({ startedAtMs: Date.now(), speed: SPEED, aheadMs: 0 })
  const aheadFile = join(site.directory, `${id}.ahead`)
  writeAhead(aheadFile, clock.time.aheadMs)
  const random = createRandom(site.seed, name)
  const findings: string[] = []
  const complain = (finding: string) => void findings.push(finding)
  const logFile = (part: string) => join(site.logs, `${name}-${part}.log`)
  let faults = 0
  let breakOff = (_: unknown): void => {}
  const broken = new Promise<never>((_, reject) => {
    breakOff = reject
  })
  broken.catch(() => {})

  const databaseUrl = await site.postgres.createDatabase(id)
  const log = pino({ level: 'info', base: undefined }, pino.destination({ dest: logFile('parent'), sync: true }))
  const pool = createPool({ url: databaseUrl, max: 4, applicationName: 'chaos', log })
  leave.add(() => pool.end())
  await pool.query(appNowSql(clock.time))

  const resend = spec.provider === 'resend' ? startResend(site, spec, clock, logFile('resend')) : null
  const smtp = spec.provider === 'smtp' ? startSmtp(site, logFile('smtp')) : null
  const sink: Process<SinkAnswers> | null = resend ?? smtp
  if (sink) leave.add(() => sink.kill())
  const dataDir = join(site.directory, id)
  const settings = {
    PUBLIC_URL: 'https://news.example.com',
    DATA_DIR: dataDir,
    DATABASE_URL: databaseUrl,
    APP_SECRET: SECRET,
    WORKER_CONCURRENCY: '3',
    LOG_LEVEL: 'info',
    ...(spec.queue === 'redis' && site.redis ? { REDIS_URL: site.redis.url } : {}),
    ...(resend ? { RESEND_API_KEY: API_KEY, RESEND_BASE_URL: await resend.ask('url') } : {}),
    ...(smtp ? { SMTP_URL: await smtp.ask('url'), SMTP_RATE: '10' } : {}),
  }
  const config = readConfig(settings, site.directory)
  const app = await openApp(config, { clock, log })
  leave.add(() => app.close())
  await foundNewsletter(app, spec.readers)

  const crew = createCrew({
    program: site.programs.worker,
    orders: () => ({ config, time: clock.time, aheadFile, batchSize: spec.batchSize }),
    logFile: (number) => logFile(`worker-${number}`),
    random,
    complain,
  })
  leave.add(() => crew.end())

  const jump = async (ms: number) => {
    const aheadMs = clock.time.aheadMs + ms
    // The database first: a provider must not forget a key while it is still asked about.
    await persist(() => pool.query(appNowSql({ ...clock.time, aheadMs })))
    writeAhead(aheadFile, aheadMs)
    clock.putForward(aheadMs)
    crew.putForward(aheadMs)
    sink?.tell('putForward', aheadMs)
  }
  const pass = async (ms: number) => {
    const steps = Math.ceil(ms / 12_000)
    for (let step = 0; step < steps; step++) {
      await jump(ms / steps)
      await sleep(POLL_MS)
    }
  }
  /** What an operator does about a send that gets no further, and what patience does. */
  const getOn = async (send: Scheduled, periods: number) => {
    await persist(() => endIdleTransactions(pool, SPEED))
    await persist(() => app.store.pace.unblock(app.provider.account, 'auth'))
    await persist(() => resumeSend(app, send.id, 'chaos').catch(() => null))
    const idleMs = await persist(() => idleFor(pool))
    if (idleMs > 60_000) await jump(idleMs)
    else await pass(60_000 * 2 ** Math.min(periods, 4))
  }
  const done = async (send: Scheduled) => {
    let last = { open: '', sinceMs: performance.now(), periods: 0 }
    for (;;) {
      const open = await persist(() => openWork(pool, send.id))
      if (open === null) return
      const nowMs = performance.now()
      if (open !== last.open) last = { open, sinceMs: nowMs, periods: 0 }
      if (last.periods >= STUCK_AFTER) return complain(`Send ${send.id} is not done with: ${open}.`)
      if (nowMs - last.sinceMs > NO_PROGRESS_MS) {
        await getOn(send, last.periods)
        last = { open, sinceMs: performance.now(), periods: last.periods + 1 }
      }
      await sleep(POLL_MS)
    }
  }
  const send = (issue?: IssueId) => persist(() => scheduleIssue(app, issue))

  return {
    app,
    pool,
    clock,
    crew,
    random,
    get sink() {
      return present(sink)
    },
    get resend() {
      return present(resend)
    },
    configure: (more) => readConfig({ ...settings, ...more }, site.directory),
    send,
    done,
    keepSending: async () => {
      const stopping = new AbortController()
      const first = await send()
      while (await persist(() => waitsToBegin(pool, first.id))) await sleep(POLL_MS)
      const sending = (async () => {
        await done(first)
        while (!stopping.signal.aborted) await done(await send())
      })().catch(breakOff)
      return {
        stop: () => {
          stopping.abort()
          return sending
        },
      }
    },
    jump,
    pass,
    outliveLeases: () => (random.chance(0.5) ? jump(LEASE_MS + 5_000) : pass(LEASE_MS + 25_000)),
    takenOver: async (worker) => {
      for (let waitedMs = 0; waitedMs < 20_000; waitedMs += POLL_MS) {
        await persist(() => endIdleTransactions(pool, SPEED))
        if ((await persist(() => batchesHeldBy(pool, worker))) === 0) return
        await sleep(POLL_MS)
      }
      complain(`Nobody took over what ${worker} held.`)
    },
    faults: (count) => {
      faults += count
    },
    complain,
    broken,
    close: async () => {
      await crew.complete()
      await Promise.all(crew.workers.map((worker) => crew.dismiss(worker)))
      const rows = await readRows(pool, spec.readers)
      const taken = sink ? await sink.ask('accepted') : await readOutbox(join(dataDir, 'outbox'))
      const ledger = closeBooks({ ...rows, sink: taken, mayBeUncertain: spec.mayBeUncertain })
      return { ...ledger, findings: [...findings, ...ledger.findings], kills: crew.kills, faults }
    },
  }
}

function startResend(site: Site, { resend = {} }: WorldSpec, { time }: WorldClock, logFile: string) {
  const orders: ResendOrders = { time, options: { requestsPerSecond: 3, ...resend } }
  return startProcess<ResendAnswers>(site.programs.resend, { orders, logFile })
}

function startSmtp(site: Site, logFile: string): Process<SinkAnswers> {
  return startProcess<SinkAnswers>(site.programs.smtp, { orders: {}, logFile })
}

function present<T>(part: T | null): T {
  if (part === null) throw new Error('This world has no such provider.')
  return part
}

/** A database that is being restarted comes back; what is asked of it here can be asked again. */
async function persist<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask()
    } catch (error) {
      const isOurs = error instanceof AppError ? error.code !== 'unavailable' : error instanceof TypeError
      if (attempt === 50 || isOurs) throw error
      await sleep(200)
    }
  }
}
