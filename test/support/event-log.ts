import { Writable } from 'node:stream'
import { pino } from 'pino'
import type { Logger } from '../../src/log.ts'

/** One line of a log. */
export type LogLine = { readonly event: string } & Readonly<Record<string, unknown>>

type Waiting = { readonly holds: (line: LogLine) => boolean; readonly resolve: (line: LogLine) => void }

/** A log that a test can wait on: what a process says it did, instead of a guess at how long it takes. */
export class EventLog {
  readonly lines: LogLine[] = []
  /** What was written that is not a line of the log. */
  readonly other: string[] = []
  #waiting: readonly Waiting[] = []
  #rest = ''

  /** The stream that lines of JSON are written to: a logger's, or another process's stderr. */
  readonly stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      const [...lines] = `${this.#rest}${chunk.toString('utf8')}`.split('\n')
      this.#rest = lines.pop() ?? ''
      for (const line of lines) {
        if (line.startsWith('{')) this.#take(JSON.parse(line))
        else this.other.push(line)
      }
      done()
    },
  })

  /** A logger that writes here. */
  readonly log: Logger = pino({ level: 'debug', base: undefined }, this.stream)

  /** The first line, past or future, of which `holds` is true. */
  async until(holds: (line: LogLine) => boolean): Promise<LogLine> {
    const past = this.lines.find(holds)
    if (past) return past
    return new Promise((resolve) => {
      this.#waiting = [...this.#waiting, { holds, resolve }]
    })
  }

  #take(line: LogLine): void {
    this.lines.push(line)
    for (const waiting of this.#waiting.filter((one) => one.holds(line))) {
      this.#waiting = this.#waiting.filter((one) => one !== waiting)
      waiting.resolve(line)
    }
  }
}
