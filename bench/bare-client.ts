import { randomUUID } from 'node:crypto'
import { createResendProvider } from '../src/provider/resend/provider.ts'
import { bodies } from './assemble.ts'
import type { Child } from './child.ts'
import type { SamplePage } from './sample.ts'
import type { SinkAnswers } from './sink.ts'

/** As many as a worker has under way by default. */
const CALLS_AT_A_TIME = 4
const MESSAGES_A_CALL = 100

/** Recipients a second when finished bodies are posted and nothing else happens: no database, no filling, no hashing. */
export async function runBareClient(page: SamplePage, sink: Child<SinkAnswers>, recipients: number): Promise<number> {
  const provider = createResendProvider({ apiKey: 're_benchmark', baseUrl: await sink.ask('url') })
  const { make } = await bodies(page)
  const made = Array.from({ length: 8 }, (_, index) => make(index))
  const total = Math.max(CALLS_AT_A_TIME, Math.floor(recipients / MESSAGES_A_CALL))
  let posted = 0
  const post = async () => {
    for (let next = posted++; next < total; next = posted++) {
      const body = made[next % made.length]
      if (!body) throw new Error('There are bodies.')
      const { answer } = await provider.submit(body, {
        idempotencyKey: randomUUID(),
        signal: new AbortController().signal,
      })
      if (answer.kind !== 'answered') throw new Error(`The sink answered ${answer.kind}.`)
    }
  }
  const from = performance.now()
  await Promise.all(Array.from({ length: CALLS_AT_A_TIME }, post))
  return ((total * MESSAGES_A_CALL) / (performance.now() - from)) * 1_000
}
