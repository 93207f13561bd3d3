import { mkdirSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Config, loadConfig, readConfig, tierOf, withPort } from '../../src/config/config.ts'
import { AppError, type Problem } from '../../src/error.ts'

const SECRET = 'a'.repeat(32)
const OLD_SECRET = 'b'.repeat(32)
let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pressroom-config-'))
})
afterEach(() => rm(directory, { recursive: true }))

function problemsOf(environment: Record<string, string>): readonly Problem[] {
  try {
    readConfig(environment, directory)
  } catch (error) {
    if (error instanceof AppError && error.code === 'config_invalid') return error.problems
    throw error
  }
  return []
}

function placesOf(environment: Record<string, string>): readonly string[] {
  return problemsOf(environment).map(({ where }) => where)
}

const NEW_HOOK = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const OLD_HOOK = 'b2xkLXNlY3JldC1vZi1hLXdlYmhvb2s='

describe('reading settings', () => {
  test('needs nothing', () => {
    expect(readConfig({}, directory)).toEqual<Config>({
      publicUrl: 'http://localhost:3000',
      host: '127.0.0.1',
      port: 3000,
      dataDir: join(directory, '.pressroom'),
      emailsDir: null,
      databaseUrl: null,
      redisUrl: null,
      appSecrets: null,
      resend: null,
      resendWebhookSecrets: null,
      trustProxy: null,
      smtp: null,
      inbound: null,
      logLevel: 'info',
      concurrency: 4,
    })
  })

  test('takes every setting', () => {
    mkdirSync(join(directory, 'designs'))
    const everything = {
      PUBLIC_URL: 'https://news.example.com/letters/',
      HOST: '0.0.0.0',
      PORT: '8080',
      TRUST_PROXY: 'loopback, 10.0.0.0/8',
      DATA_DIR: '/srv/pressroom',
      EMAILS_DIR: './designs',
      DATABASE_URL: 'postgresql:///pressroom?host=/run/postgresql',
      REDIS_URL: 'rediss://cache.example.com:6380/2',
      APP_SECRET: `${SECRET}, ${OLD_SECRET}`,
      RESEND_API_KEY: 're_123456789',
      RESEND_BASE_URL: 'http://127.0.0.1:4010',
      RESEND_WEBHOOK_SECRET: `${NEW_HOOK}, ${OLD_HOOK}`,
      INBOUND_DOMAIN: 'in.example.com',
      INBOUND_SMTP_PORT: '2525',
      INBOUND_SMTP_HOST: '0.0.0.0',
      INBOUND_SMTP_CERT: './cert.pem',
      INBOUND_SMTP_KEY: '/srv/key.pem',
      WORKER_CONCURRENCY: '16',
      LOG_LEVEL: 'debug',
    }
    expect(readConfig(everything, directory)).toEqual<Config>({
      publicUrl: 'https://news.example.com/letters',
      host: '0.0.0.0',
      port: 8080,
      dataDir: resolve('/srv/pressroom'),
      emailsDir: join(directory, 'designs'),
      databaseUrl: 'postgresql:///pressroom?host=/run/postgresql',
      redisUrl: 'rediss://cache.example.com:6380/2',
      appSecrets: [SECRET, OLD_SECRET],
      resend: { apiKey: 're_123456789', baseUrl: 'http://127.0.0.1:4010' },
      resendWebhookSecrets: [NEW_HOOK, OLD_HOOK],
      trustProxy: ['loopback', '10.0.0.0/8'],
      smtp: null,
      inbound: {
        domain: 'in.example.com',
        smtp: {
          host: '0.0.0.0',
          port: 2525,
          tls: { certificate: join(directory, 'cert.pem'), key: resolve('/srv/key.pem') },
        },
      },
      logLevel: 'debug',
      concurrency: 16,
    })
  })

  test('of mail that comes in belong together', () => {
    const said = (settings: Record<string, string>) =>
      problemsOf(settings).map(({ where, message }) => `${where} ${message}`)
    expect(said({ INBOUND_SMTP_PORT: '25' })).toEqual(['INBOUND_SMTP_PORT needs INBOUND_DOMAIN'])
    expect(said({ INBOUND_DOMAIN: 'in.example.com', INBOUND_SMTP_CERT: 'cert.pem' })).toEqual([
      'INBOUND_SMTP_CERT needs INBOUND_SMTP_PORT',
      'INBOUND_SMTP_CERT needs INBOUND_SMTP_KEY',
    ])
  })

  test('lists every problem at once, what no setting can know by itself included', () => {
    const wrong = {
      PUBLIC_URL: 'news.example.com',
      HOST: '127.0.0.1:3000',
      PORT: '70000',
      EMAILS_DIR: './nowhere',
      REDIS_URL: 'localhost:6379',
      APP_SECRET: 'short',
      RESEND_API_KEY: 'sk_123456789',
      RESEND_BASE_URL: 'ftp://example.com',
      WORKER_CONCURRENCY: '0',
      LOG_LEVEL: 'loud',
    }
    expect(new Set(placesOf(wrong))).toEqual(new Set(Object.keys(wrong)))
  })

  test('repeats no value in a problem, because it could be a secret', () => {
    const secret = 'hunter2hunter2'
    const problems = problemsOf({ DATABASE_URL: secret, APP_SECRET: secret, RESEND_API_KEY: secret, REDIS_URL: secret })
    expect(problems.length).toBeGreaterThan(3)
    expect(JSON.stringify(problems)).not.toContain(secret)
  })

  test('is not concerned with names it does not know', () => {
    expect(placesOf({ PRESSROOM_URL: 'x', PRESSROOM_KEY: 'y', PATH: '/bin' })).toEqual([])
  })

  test.each([
    ['PUBLIC_URL', 'https://example.com/?a=b'],
    ['PUBLIC_URL', 'https://user:password@example.com'],
    ['PUBLIC_URL', 'javascript:alert(1)'],
    ['HOST', 'not a host'],
    ['HOST', '300.1.1.1'],
    ['PORT', '-1'],
    ['PORT', '65536'],
    ['PORT', '3e3'],
    ['DATA_DIR', 'a\0b'],
    ['DATABASE_URL', 'mysql://localhost/x'],
    ['WORKER_CONCURRENCY', '65'],
    ['RESEND_API_KEY', 're_1234\r\nX: y'],
    ['LOG_LEVEL', 'INFO'],
    ['APP_SECRET', `${SECRET},${SECRET}`],
    ['APP_SECRET', `${SECRET},`],
  ])('refuses %s=%j', (name, value) => {
    expect(placesOf({ APP_SECRET: SECRET, [name]: value })).toContain(name)
  })

  test.each([
    ['PORT', '0'],
    ['PORT', '65535'],
    ['WORKER_CONCURRENCY', '64'],
    ['HOST', '::1'],
    ['HOST', 'mail.internal'],
    ['PUBLIC_URL', 'http://localhost:4000/'],
  ])('takes %s=%j', (name, value) => {
    expect(placesOf({ [name]: value })).toEqual([])
  })

  test('asks for a secret beside a database of one’s own', () => {
    expect(placesOf({ DATABASE_URL: 'postgres://localhost/x' })).toEqual(['APP_SECRET'])
  })

  test('asks for a database beside Redis, and for a key beside the address of Resend', () => {
    expect(placesOf({ REDIS_URL: 'redis://localhost' })).toEqual(['REDIS_URL'])
    expect(placesOf({ RESEND_BASE_URL: 'http://127.0.0.1:4010' })).toEqual(['RESEND_BASE_URL'])
  })
})

describe('the tier', () => {
  test('follows from what is configured', () => {
    expect(tierOf({ databaseUrl: null, redisUrl: null })).toBe('embedded')
    expect(tierOf({ databaseUrl: 'postgres://x', redisUrl: null })).toBe('postgres')
    expect(tierOf({ databaseUrl: 'postgres://x', redisUrl: 'redis://x' })).toBe('redis')
  })
})

describe('another port', () => {
  test('moves the public address along unless it was set', () => {
    expect(withPort(readConfig({}, directory), 4321).publicUrl).toBe('http://localhost:4321')
    const set = readConfig({ PUBLIC_URL: 'https://example.com' }, directory)
    expect(withPort(set, 4321)).toEqual({ ...set, port: 4321 })
  })
})

describe('the file .env', () => {
  test('is read, and the environment wins over it', async () => {
    await writeFile(join(directory, '.env'), '# comment\nPORT=4000\nHOST="0.0.0.0"\nLOG_LEVEL=debug\n')
    const { port, host, logLevel } = loadConfig(directory, { PORT: '5000' })
    expect({ port, host, logLevel }).toEqual({ port: 5000, host: '0.0.0.0', logLevel: 'debug' })
  })

  test('leaves the environment of the process alone', async () => {
    await writeFile(join(directory, '.env'), 'PRESSROOM_TEST_ONLY=1\n')
    loadConfig(directory, {})
    expect(process.env.PRESSROOM_TEST_ONLY).toBeUndefined()
  })

  test('may set things to nothing, which is not setting them', async () => {
    await writeFile(join(directory, '.env'), 'RESEND_API_KEY=\nPORT=\nPUBLIC_URL=  \n')
    expect(loadConfig(directory, { DATABASE_URL: '' })).toEqual(readConfig({}, directory))
  })
})
