import type { Clock } from '../../src/clock.ts'
import type { Queryable } from '../../src/store/postgres/pool.ts'

type Sleeper = { readonly wakesAt: number; readonly wake: () => void }

/** A clock that stands still until it is told to go on, and can take a test database's `app_now()` with it. */
export class FakeClock implements Clock {
  #now: number
  #sleepers: readonly Sleeper[] = []
  #databases: readonly Queryable[] = []
  /** From the machine's time to that of the databases; kept, so that theirs never goes back. */
  #offsetMs: number | undefined

  /** Default: a Monday morning. */
  constructor(start = '2026-01-05T08:00:00.000Z') {
    this.#now = Date.parse(start)
  }

  now(): Date {
    return new Date(this.#now)
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (ms <= 0 || signal?.aborted) return resolve()
      const wake = () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      const sleeper: Sleeper = { wakesAt: this.#now + ms, wake }
      this.#sleepers = [...this.#sleepers, sleeper]
      signal?.addEventListener('abort', wake, { once: true })
    })
  }

  /** How many are asleep. */
  get sleeping(): number {
    return this.#sleepers.length
  }

  /**
   * From now on `app_now()` in this test's database is this clock's time, plus the little that really passes: the
   * database's time never stands still.
   */
  async attach(database: Queryable): Promise<void> {
    this.#databases = [...this.#databases, database]
    await this.#shift(database)
  }

  /** Goes on by `ms`, in the attached databases first, and wakes everyone whose time has come, in order. */
  async advance(ms: number): Promise<void> {
    this.#now += ms
    if (this.#offsetMs !== undefined) this.#offsetMs += ms
    for (const database of this.#databases) await this.#shift(database)
    const due = this.#sleepers.filter((sleeper) => sleeper.wakesAt <= this.#now)
    for (const sleeper of [...due].sort((a, b) => a.wakesAt - b.wakesAt)) sleeper.wake()
  }

  async #shift(database: Queryable): Promise<void> {
    this.#offsetMs ??= this.#now - Date.now()
    await database.query(
      `create or replace function app_now() returns timestamptz language sql stable parallel safe
       as $$ select statement_timestamp() + interval '${this.#offsetMs} milliseconds' $$`,
    )
  }
}
