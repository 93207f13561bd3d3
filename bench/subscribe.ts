import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { startChild } from './child.ts'
import { newsletter, PUBLIC_URL, SECRET } from './sample.ts'
import type { SubscribeServerAnswers } from './subscribe-server.ts'

/** Requests to subscribe, all from different people and networks. */
export type Subscribing = {
  /** From when a request was due to its last byte, of those at a steady rate. */
  readonly p50Ms: number
  readonly p99Ms: number
  /** How many of them were answered as they should. */
  readonly answered: number
  readonly asked: number
  /** A second, when 64 are always under way. */
  readonly mostPerSecond: number
}

type Options = { readonly databaseUrl: string; readonly directory: string; readonly seconds: number }

const PER_SECOND = 500
/** Code that just-in-time compilers, plans and caches have not seen yet is no news: a start has a figure of its own. */
const WARM_UP_SECONDS = 5
const UNDER_WAY = 64

/**
 * Subscribes people through HTTP, with the server in a process of its own: 500 a second, of which the first five seconds
 * do not count, then as fast as it can.
 */
export async function measureSubscribe({ databaseUrl, directory, seconds }: Options): Promise<Subscribing> {
  const settings = {
    ...{ PUBLIC_URL, DATA_DIR: directory, DATABASE_URL: databaseUrl, APP_SECRET: SECRET, PORT: '0' },
    ...{ TRUST_PROXY: 'loopback', LOG_LEVEL: 'warn' },
  }
  const server = startChild<SubscribeServerAnswers>('subscribe-server.ts', {
    env: { BENCH_SETTINGS: JSON.stringify(settings) },
  })
  const agent = new Agent({ keepAlive: true, maxSockets: 256 })
  try {
    const ask = asker(`${await server.ask('url')}/subscribe`, agent)
    await atRate(PER_SECOND * WARM_UP_SECONDS, ask)
    const steady = await atRate(PER_SECOND * seconds, ask)
    const from = performance.now()
    const asked = PER_SECOND * Math.min(seconds, 10)
    await atMost(asked, ask)
    const mostPerSecond = asked / ((performance.now() - from) / 1_000)
    return { ...steady, mostPerSecond }
  } finally {
    agent.destroy()
    await server.stop()
  }
}

type Ask = () => Promise<boolean>

/** Each call asks for another person, from another IPv6 network; tells whether it was heard. */
function asker(url: string, agent: Agent): Ask {
  let people = 0
  return () => {
    const one = people++
    const body = JSON.stringify({ newsletter: newsletter.slug, email: `p${one}@d${one % 997}.example.com` })
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-forwarded-for': `2a00:${(one >> 12).toString(16)}:${(one & 4095).toString(16)}::1`,
    }
    return new Promise((resolve, reject) => {
      const sent = request(url, { method: 'POST', agent, headers }, (answer) => {
        answer.resume().once('end', () => resolve(answer.statusCode === 202))
      })
      sent.once('error', reject).end(body)
    })
  }
}

/** When each request is due is known beforehand, so that a slow answer cannot hide those that wait behind it. */
async function atRate(requests: number, ask: Ask): Promise<Omit<Subscribing, 'mostPerSecond'>> {
  const start = performance.now() + 100
  const all: Promise<{ readonly ms: number; readonly isHeard: boolean }>[] = []
  for (let index = 0; index < requests; index++) {
    const due = start + (index * 1_000) / PER_SECOND
    const early = due - performance.now()
    if (early > 1) await sleep(early)
    all.push(ask().then((isHeard) => ({ ms: performance.now() - due, isHeard })))
  }
  const answers = await Promise.all(all)
  const times = answers.map(({ ms }) => ms).sort((one, other) => one - other)
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN
  const answered = answers.filter(({ isHeard }) => isHeard).length
  return { p50Ms: at(0.5), p99Ms: at(0.99), answered, asked: requests }
}

async function atMost(requests: number, ask: Ask): Promise<void> {
  let left = requests
  const one = async () => {
    while (left-- > 0) await ask()
  }
  await Promise.all(Array.from({ length: UNDER_WAY }, one))
}
