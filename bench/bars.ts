import type { Figure } from './figure.ts'
import type { Measurements } from './measurements.ts'

/** A figure before it is measured. `measure` gives null where this machine cannot tell. */
export type Bar = Pick<Figure, 'name' | 'unit' | 'target'> & {
  readonly measure: (measured: Measurements) => Promise<number | null>
}

/** Every figure of the benchmark, in the order in which they are measured and shown. */
export const BARS: readonly Bar[] = [
  bar(
    'personalise: fill into a body, against render',
    'times as fast',
    150,
    async (m) => (await m.personalise()).ratio,
  ),
  bar('personalise: fill into a body', 'messages/s', null, async (m) => (await m.personalise()).wiredPerSecond),
  bar('personalise: fill into strings', 'messages/s', null, async (m) => (await m.personalise()).filledPerSecond),
  bar('personalise: render and toPlainText', 'messages/s', null, async (m) => (await m.personalise()).rendersPerSecond),
  bar('assemble: without sha256', 'GB/s', 1, async (m) => (await m.assemble()).plain),
  bar('assemble: with sha256', 'GB/s', 0.4, async (m) => (await m.assemble()).hashed),
  bar('pipeline: bare client, no database', 'recipients/s', null, (m) => m.bareClient()),
  bar('pipeline: queue on PostgreSQL', 'recipients/s', 5_000, async (m) => (await m.pipeline()).perSecond),
  bar('pipeline: processor, worker', 'µs/recipient', null, async (m) => (await m.pipeline()).workerCpu),
  bar('pipeline: processor, PostgreSQL', 'µs/recipient', null, async (m) => (await m.pipeline()).databaseCpu),
  bar('pipeline: processor, sink', 'µs/recipient', null, async (m) => (await m.pipeline()).sinkCpu),
  bar('pipeline: queue on Redis', 'recipients/s', 5_000, async (m) => (await m.redisPipeline())?.perSecond ?? null),
  bar('pipeline: tutorial design', 'recipients/s', null, (m) => m.tutorial()),
  bar('pipeline: against the tutorial design', 'times as fast', 10, async (m) => {
    const { perSecond } = await m.pipeline()
    return perSecond / (await m.tutorial())
  }),
]

function bar(name: string, unit: string, target: number | null, measure: Bar['measure']): Bar {
  return { name, unit, target, measure }
}
