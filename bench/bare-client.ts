import { randomUUID } from 'node:crypto'
import { systemClock } from '../src/clock.ts'
import { openLine } from '../src/provider/resend/submit.ts'
import { bodies } from './assemble.ts'
import type { Child } from './child.ts'
import type { SamplePage } from './sample.ts'
import type { SinkAnswers } from './sink.ts'

export type BareClient = {
  readonly perSecond: number
  /** Microseconds of this process's processor time a recipient. */
  readonly cpu: number
}

/** As many as a worker has under way by default. */
const CALLS_AT_A_TIME = 4
const MESSAGES_A_CALL = 100
const FINISHED_BODIES = 8

/** Posts finished bodies, and nothing else happens: no database, no filling, no hashing. */
export async function runBareClient(
  page: SamplePage,
  sink: Child<SinkAnswers>,
  recipients: number,
): Promise<BareClient> {
  const baseUrl = new URL(await sink.ask('url'))
  const line = openLine({ baseUrl, headers: {}, clock: systemClock, connectTimeoutMs: 10_000 })
  const { make } = await bodies(page)
  const made = Array.from({ length: FINISHED_BODIES }, (_, index) => make(index).bytes)
  const total = Math.max(CALLS_AT_A_TIME, Math.floor(recipients / MESSAGES_A_CALL))
  const { signal } = new AbortController()
  let posted = 0
  const post = async () => {
    for (let next = posted++; next < total; next = posted++) {
      const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() }
      const bytes = made[next % made.length] ?? Buffer.alloc(0)
      const exchange = await line.exchange({ method: 'POST', path: '/emails/batch', headers, bytes, signal })
      if (exchange.kind !== 'answer' || exchange.status !== 200) throw new Error(`The sink said ${exchange.kind}.`)
    }
  }
  const from = performance.now()
  const cpuBefore = process.cpuUsage()
  await Promise.all(Array.from({ length: CALLS_AT_A_TIME }, post))
  const { user, system } = process.cpuUsage(cpuBefore)
  const messages = total * MESSAGES_A_CALL
  return { perSecond: (messages / (performance.now() - from)) * 1_000, cpu: (user + system) / messages }
}
