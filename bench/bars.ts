import type { Figure, Target } from './figure.ts'
import type { Measurements } from './measurements.ts'
import type { Pace } from './pace.ts'

/** A figure before it is measured. `measure` gives null where this machine cannot tell. */
export type Bar = Pick<Figure, 'name' | 'unit' | 'target'> & {
  readonly measure: (measured: Measurements) => Promise<number | null>
}

const NO_TARGET = null
const MICROS = 'µs/recipient'
const RATE = 'recipients/s'

/** Every figure of the benchmark, in the order in which they are measured and shown. */
export const BARS: readonly Bar[] = [
  bar('start: npm start to the first page, embedded', 's', { most: 6 }, (m) => m.firstPage()),
  bar('personalise: fill into a body, against render', 'times as fast', { least: 150 }, async (m) => {
    return (await m.personalise()).ratio
  }),
  bar('personalise: fill into a body', 'messages/s', NO_TARGET, async (m) => (await m.personalise()).wiredPerSecond),
  bar('personalise: fill into strings', 'messages/s', NO_TARGET, async (m) => (await m.personalise()).filledPerSecond),
  bar('personalise: render and toPlainText', 'messages/s', NO_TARGET, async (m) => {
    return (await m.personalise()).rendersPerSecond
  }),
  bar('assemble: without sha256', 'GB/s', { least: 1 }, async (m) => (await m.assemble()).plain),
  bar('assemble: with sha256', 'GB/s', { least: 0.4 }, async (m) => (await m.assemble()).hashed),
  bar('pipeline: bare client, no database', RATE, NO_TARGET, async (m) => (await m.bareClient()).perSecond),
  bar('pipeline: bare client, its processor', MICROS, NO_TARGET, async (m) => (await m.bareClient()).cpu),
  bar('pipeline: embedded', RATE, { least: 5_000 }, async (m) => (await m.embedded()).perSecond),
  bar('pipeline: embedded, processor of the worker', MICROS, NO_TARGET, async (m) => (await m.embedded()).workerCpu),
  bar('pipeline: embedded, processor of PostgreSQL', MICROS, NO_TARGET, async (m) => (await m.embedded()).databaseCpu),
  bar('pipeline: embedded, processor of the sink', MICROS, NO_TARGET, async (m) => (await m.embedded()).sinkCpu),
  bar('pipeline: PostgreSQL', RATE, { least: 5_000 }, async (m) => (await m.postgres())?.perSecond ?? null),
  bar('pipeline: PostgreSQL and Redis', RATE, { least: 5_000 }, async (m) => (await m.redis())?.perSecond ?? null),
  bar('pipeline: tutorial design', RATE, NO_TARGET, (m) => m.tutorial()),
  bar('pipeline: embedded, against the tutorial design', 'times as fast', { least: 10 }, async (m) => {
    return (await m.embedded()).perSecond / (await m.tutorial())
  }),
  bar('smtp: bare nodemailer, no database', RATE, NO_TARGET, async (m) => m.bareNodemailer()),
  bar('smtp: Pressroom, embedded', RATE, NO_TARGET, async (m) => (await m.smtp()).perSecond),
  bar('smtp: Pressroom, against bare nodemailer', 'times as fast', NO_TARGET, async (m) => {
    return (await m.smtp()).perSecond / (await m.bareNodemailer())
  }),
  bar('smtp: Pressroom, processor of the worker', MICROS, NO_TARGET, async (m) => (await m.smtp()).workerCpu),
  bar('many readers: schedule call', 'ms', { most: 100 }, async (m) => (await m.many()).scheduleMs),
  bar('many readers: prepare', 's', { most: 30 }, async (m) => (await m.many()).prepareMs / 1_000),
  bar('many readers: memory of the worker over that at 10,000', 'MB', { most: 100 }, async (m) => {
    return (await m.many()).memoryGrowthMb
  }),
  bar('many readers: progress', 'ms', NO_TARGET, async (m) => (await m.many()).progressMs),
  bar('many readers: what is due, and settling sends', 'ms', NO_TARGET, async (m) => (await m.many()).sweepMs),
  bar('many readers: claim of one batch', 'ms', NO_TARGET, async (m) => (await m.many()).claimMs),
  bar('subscribe: 500 a second, p99', 'ms', { most: 100 }, async (m) => (await m.subscribe()).p99Ms),
  bar('subscribe: 500 a second, median', 'ms', NO_TARGET, async (m) => (await m.subscribe()).p50Ms),
  bar('subscribe: 500 a second, answered', '%', { least: 100 }, async (m) => {
    const { answered, asked } = await m.subscribe()
    return (100 * answered) / asked
  }),
  bar('subscribe: at most', 'requests/s', { least: 500 }, async (m) => (await m.subscribe()).mostPerSecond),
  bar('import: a million rows over HTTP', 's', { most: 120 }, async (m) => (await m.import()).seconds),
  bar('import: the same once more', 's', NO_TARGET, async (m) => (await m.import()).againSeconds),
  bar('import: memory of the server over that at 100,000', 'MB', { most: 50 }, async (m) => {
    return (await m.import()).memoryGrowthMb
  }),
  bar('export: the same rows', 's', NO_TARGET, async (m) => (await m.import()).exportSeconds),
  ...paceBars('1 worker', { workers: 1, requestsPerSecond: 50, jitterMs: 0 }, 98),
  ...paceBars('4 workers', { workers: 4, requestsPerSecond: 50, jitterMs: 0 }, 98),
  ...paceBars('4 workers, 0-50 ms jitter', { workers: 4, requestsPerSecond: 50, jitterMs: 50 }, 95),
  ...paceBars('4 workers, 10 requests/s', { workers: 4, requestsPerSecond: 10, jitterMs: 0 }, 98),
]

/** A pace is kept when its share is reached and nothing is turned away. With jitter, what is turned away must cost no attempt. */
function paceBars(name: string, pace: Pace, least: number): readonly Bar[] {
  const turnedAway = (target: Target | null) =>
    bar(`pace: ${name}, turned away (429)`, 'requests', target, async (m) => (await m.pace(pace)).turnedAway)
  const setbacks = bar(`pace: ${name}, setbacks`, 'batches', { most: 0 }, async (m) => (await m.pace(pace)).setbacks)
  return [
    bar(`pace: ${name}, share of the limit`, '%', { least }, async (m) => (await m.pace(pace)).sharePercent),
    ...(pace.jitterMs > 0 ? [turnedAway(NO_TARGET), setbacks] : [turnedAway({ most: 0 })]),
    bar(`pace: ${name}, calls before a confirmation`, 'calls', atTen(pace), async (m) => {
      return (await m.pace(pace)).callsBeforeSingle
    }),
  ]
}

/** Turns are taken a fifth of a second ahead: at ten a second, that is two. */
function atTen({ requestsPerSecond }: Pace): Target | null {
  return requestsPerSecond === 10 ? { most: 2 } : NO_TARGET
}

function bar(name: string, unit: string, target: Target | null, measure: Bar['measure']): Bar {
  return { name, unit, target, measure }
}
