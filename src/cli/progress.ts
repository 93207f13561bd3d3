import { SingleBar } from 'cli-progress'
import type { Terminal } from './terminal.ts'

/** Shows how far something is: a bar where somebody watches, else a line now and then. */
export type Progress = {
  update(done: number, total: number): void
  /** Ends the bar's line. Call it before anything else is said. */
  stop(): void
}

const LINE_EVERY_MS = 5_000

/** Progress of `what` (`recipients`), on stderr; the rate and the time left follow from the last seconds. */
export function showProgress(terminal: Pick<Terminal, 'stderr' | 'isInteractive' | 'clock'>, what: string): Progress {
  const measure = createSpeedometer()
  const describe = (done: number, total: number) => {
    const perSecond = measure({ atMs: terminal.clock.now().getTime(), done })
    return { counted: `${count(done)} of ${count(total)} ${what}`, pace: paceText(perSecond, total - done) }
  }
  return terminal.isInteractive ? bar(terminal, describe) : lines(terminal, describe)
}

type Describe = (done: number, total: number) => { readonly counted: string; readonly pace: string }

function bar({ stderr }: Pick<Terminal, 'stderr'>, describe: Describe): Progress {
  const drawn = new SingleBar({
    stream: stderr,
    format: '{bar} {percentage}%  {counted}{pace}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    hideCursor: true,
    linewrap: false,
  })
  let isStarted = false
  return {
    update(done, total) {
      const words = describe(done, total)
      if (isStarted) drawn.setTotal(total)
      else drawn.start(total, done, words)
      isStarted = true
      drawn.update(done, words)
    },
    stop() {
      if (isStarted) drawn.stop()
      isStarted = false
    },
  }
}

function lines({ stderr, clock }: Pick<Terminal, 'stderr' | 'clock'>, describe: Describe): Progress {
  let saidAtMs = Number.NEGATIVE_INFINITY
  let said = -1
  return {
    update(done, total) {
      const { counted, pace } = describe(done, total)
      const nowMs = clock.now().getTime()
      const isNews = done !== said && (done === total || nowMs - saidAtMs >= LINE_EVERY_MS)
      if (!isNews) return
      stderr.write(`${counted}${pace}\n`)
      saidAtMs = nowMs
      said = done
    },
    stop: () => undefined,
  }
}

type Sample = { readonly atMs: number; readonly done: number }

const WINDOW_MS = 10_000

/** Takes one sample after another and tells how many are done a second; undefined until that can be told. */
export function createSpeedometer(): (sample: Sample) => number | undefined {
  const samples: Sample[] = []
  return (sample) => {
    samples.push(sample)
    while (samples.length > 2 && sample.atMs - (samples[1]?.atMs ?? 0) >= WINDOW_MS) samples.shift()
    const first = samples[0] ?? sample
    const seconds = (sample.atMs - first.atMs) / 1_000
    return seconds < 0.5 ? undefined : (sample.done - first.done) / seconds
  }
}

/** The rate and the time left, for people: `  320/s, 2 min 5 s left`; nothing while unknown or when nothing is left. */
export function paceText(perSecond: number | undefined, left: number): string {
  if (perSecond === undefined || perSecond <= 0 || left <= 0) return ''
  const rate = perSecond >= 10 ? count(Math.round(perSecond)) : perSecond.toFixed(1)
  return `, ${rate}/s, ${durationText(Math.ceil(left / perSecond))} left`
}

/** Whole seconds in words: `2 h 5 min`, `3 min 20 s`, `8 s`. */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  return `${count(Math.floor(seconds / 3_600))} h ${Math.floor((seconds % 3_600) / 60)} min`
}

function count(number: number): string {
  return number.toLocaleString('en')
}
