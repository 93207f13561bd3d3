import { createPostgresBackend, createRedisBackend, withBackend } from 'bullmq'
import { Redis } from 'ioredis'
import { Resend } from 'resend'
import { createLogger } from '../src/log.ts'
import { createPool } from '../src/store/postgres/pool.ts'
import { answerParent } from './child.ts'
import { renderForOne } from './personalise.ts'
import { newsletter, samplePage, sampleRow } from './sample.ts'

export type TutorialAnswers = { readonly run: number }

// The design that tutorials show, with their parts: one BullMQ job a recipient; each renders the mail with React Email
// and posts it by itself with Resend's client. Nothing is written down about who got it.

const QUEUE = 'tutorial'
const CONCURRENCY = 10
const { BENCH_DATABASE_URL = '', BENCH_REDIS_URL, BENCH_CACHE_DIR = '' } = process.env

const page = await samplePage(BENCH_CACHE_DIR)
const resend = new Resend('re_benchmark')
const queueing = BENCH_REDIS_URL ? onRedis(BENCH_REDIS_URL) : onPostgres(BENCH_DATABASE_URL)
let done = (): void => undefined

type Recipient = { readonly index: number; readonly address: string; readonly firstName: string }

const worker = queueing.work(async (recipient) => {
  const { html, text } = await renderForOne(page, recipient.index)
  const { error } = await resend.emails.send({
    from: `${newsletter.fromName} <${newsletter.fromAddress}>`,
    to: recipient.address,
    subject: `Good morning, ${recipient.firstName || 'dear reader'}: the night trains`,
    html: html.toString(),
    text: text.toString(),
  })
  if (error) throw new Error(error.message)
  done()
})

answerParent<TutorialAnswers>({ run: (jobs) => run(Number(jobs)) }, async () => {
  await worker.close()
  await queueing.close()
})

/** Adds that many jobs and waits for them; returns milliseconds. */
async function run(jobs: number): Promise<number> {
  const from = performance.now()
  const finished = new Promise<void>((resolve) => {
    let open = jobs
    done = () => {
      open -= 1
      if (open === 0) resolve()
    }
  })
  const recipients = Array.from({ length: jobs }, (_, index): Recipient => ({ index, ...sampleRow(index) }))
  await queueing.add(recipients)
  await finished
  return performance.now() - from
}

type Queueing = {
  add(recipients: readonly Recipient[]): Promise<unknown>
  work(send: (recipient: Recipient) => Promise<void>): { close(): Promise<void> }
  close(): Promise<void>
}

function onRedis(url: string): Queueing {
  const { Queue, Worker } = withBackend(createRedisBackend)
  const connection = new Redis(url, { maxRetriesPerRequest: null })
  const queue = new Queue<Recipient>(QUEUE, { connection })
  return {
    add: (recipients) => queue.addBulk(recipients.map(job)),
    work: (send) => new Worker<Recipient>(QUEUE, ({ data }) => send(data), { connection, concurrency: CONCURRENCY }),
    close: async () => {
      await queue.close()
      connection.disconnect()
    },
  }
}

function onPostgres(url: string): Queueing {
  const { Queue, Worker } = withBackend(createPostgresBackend)
  const log = createLogger('error')
  const connection = createPool({ url, max: 12, applicationName: 'tutorial', searchPath: 'bullmq,public', log })
  const queue = new Queue<Recipient>(QUEUE, { connection })
  return {
    add: (recipients) => queue.addBulk(recipients.map(job)),
    work: (send) => new Worker<Recipient>(QUEUE, ({ data }) => send(data), { connection, concurrency: CONCURRENCY }),
    close: async () => {
      await queue.close()
      await connection.end()
    },
  }
}

function job(data: Recipient) {
  return { name: 'send', data, opts: { removeOnComplete: true, removeOnFail: true } }
}
