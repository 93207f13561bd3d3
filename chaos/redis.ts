import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, openSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { freePort } from '../test/support/servers.ts'

/** A Redis of this run alone, which keeps nothing: killed, it comes back empty. */
export type RedisServer = {
  readonly url: string
  kill(): Promise<void>
  /** On the same port. */
  start(): Promise<void>
  flushAll(): Promise<void>
  stop(): Promise<void>
}

/** Null when `redis-server` is not installed (PATH or REDIS_BIN). */
export async function startRedis(directory: string, logFile: string): Promise<RedisServer | null> {
  const path = (process.env.PATH ?? '').split(delimiter)
  const bin = [process.env.REDIS_BIN, ...path].find((folder) => folder && existsSync(join(folder, 'redis-server')))
  if (!bin) return null
  const home = join(directory, 'redis')
  mkdirSync(home)
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  const network = ['--port', String(port), '--bind', '127.0.0.1', '--dir', home, '--pidfile', join(home, 'redis.pid')]
  const storage = ['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction']
  const log = openSync(logFile, 'a')
  let server: ChildProcess
  const start = async () => {
    const stdio = ['ignore', log, log] as const
    server = spawn(join(bin, 'redis-server'), [...network, ...storage], { detached: true, stdio: [...stdio] })
    await answers(url)
  }
  const end = async (signal: NodeJS.Signals) => {
    if (server.exitCode !== null || server.signalCode !== null) return
    const gone = once(server, 'exit')
    server.kill(signal)
    await gone
  }
  await start()
  return {
    url,
    start,
    kill: () => end('SIGKILL'),
    flushAll: () => ask(url, (redis) => redis.flushall()),
    stop: () => end('SIGTERM'),
  }
}

async function answers(url: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < 10_000; waitedMs += 20) {
    const answered = await ask(url, (redis) => redis.ping()).then(
      () => true,
      () => false,
    )
    if (answered) return
    await sleep(20)
  }
  throw new Error('redis-server did not answer within 10 s.')
}

async function ask(url: string, question: (redis: Redis) => Promise<unknown>): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 })
  redis.on('error', () => {})
  try {
    await redis.connect()
    await question(redis)
  } finally {
    redis.disconnect()
  }
}
