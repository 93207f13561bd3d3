import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config/config.ts'
import { AppError } from '../../src/error.ts'

const pem = (bits: number) =>
  generateKeyPairSync('rsa', {
    modulusLength: bits,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey
const KEY = pem(1_024)
const ED25519 = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })
const DKIM = { DKIM_DOMAIN: 'News.Example.com', DKIM_SELECTOR: 'pressroom', DKIM_PRIVATE_KEY: KEY }
const PLAIN = 'smtp://mail.example.com'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pressroom-smtp-'))
  await writeFile(join(directory, 'dkim.pem'), KEY)
})
afterAll(() => rm(directory, { recursive: true }))

const smtpOf = (environment: Record<string, string>) => readConfig(environment, directory).smtp

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment, directory)
  } catch (error) {
    if (error instanceof AppError) return error.problems.map(({ where, message }) => `${where}: ${message}`)
    throw error
  }
  return []
}

describe('SMTP_URL', () => {
  const nobody = { user: undefined, password: undefined, name: undefined }
  const somebody = { user: 'news@example.com', password: 'p@ss:/%', name: undefined }
  const SIGNED_IN = 'news%40example.com:p%40ss%3A%2F%25'

  test.each([
    ['smtp://mail.example.com', { host: 'mail.example.com', port: 25, secure: false, tls: 'optional', ...nobody }],
    ['smtp://localhost:1025/', { host: 'localhost', port: 1025, secure: false, tls: 'optional', ...nobody }],
    [`smtp://${SIGNED_IN}@m.example`, { host: 'm.example', port: 587, secure: false, tls: 'required', ...somebody }],
    [`smtp://${SIGNED_IN}@127.0.0.1`, { host: '127.0.0.1', port: 587, secure: false, tls: 'optional', ...somebody }],
    [`smtp://${SIGNED_IN}@[::1]?tls=off`, { host: '::1', port: 587, secure: false, tls: 'off', ...somebody }],
    [`smtps://${SIGNED_IN}@m.example`, { host: 'm.example', port: 465, secure: true, tls: 'required', ...somebody }],
    [
      'smtp://relay?tls=required&name=news.example.com',
      { ...nobody, host: 'relay', port: 25, secure: false, tls: 'required', name: 'news.example.com' },
    ],
  ])('takes %s', (url, server) => {
    expect(smtpOf({ SMTP_URL: url })).toEqual({ server, requestsPerSecond: 10, dkim: null, bounceDomain: null })
  })

  test.each([
    ['mail.example.com', 'expected an address such as'],
    ['http://mail.example.com', 'expected an address such as'],
    ['smtp://', 'expected an address such as'],
    ['smtp://mail.example.com/path', 'expected an address such as'],
    ['smtp://mail example.com', 'expected an address such as'],
    ['smtp://mail.example.com:0', 'expected a port'],
    ['smtp://hunter2@mail.example.com', 'expected both a user and a password'],
    ['smtp://hunter2:%zz@mail.example.com', 'expected both a user and a password'],
    ['smtp://hunter2:a%0d%0ab@mail.example.com', 'expected both a user and a password'],
    ['smtp://mail.example.com?secure=true', 'expected no options but tls and name'],
    ['smtp://mail.example.com?tls=off&tls=required', 'expected no options but tls and name'],
    ['smtp://mail.example.com?tls=hunter2', 'expected tls=required'],
    ['smtp://hunter2:hunter2@mail.example.com?tls=off', 'expected tls=required'],
    ['smtp://hunter2:hunter2@mail.example.com?tls=optional', 'expected tls=required'],
    ['smtps://mail.example.com?tls=off', 'expected tls=required'],
    ['smtp://mail.example.com?name=a%20b', 'expected the name of this machine'],
  ])('refuses %s', (url, expected) => {
    const problems = problemsOf({ SMTP_URL: url })
    expect(problems).toEqual([expect.stringContaining(`SMTP_URL: ${expected}`)])
    expect(problems.join()).not.toContain('hunter2')
  })

  test('does not stand beside a key of Resend', () => {
    expect(problemsOf({ SMTP_URL: PLAIN, RESEND_API_KEY: 're_123456789' })).toEqual([
      'SMTP_URL: is set beside RESEND_API_KEY: remove RESEND_API_KEY to send by SMTP, or this to send by Resend',
    ])
  })
})

describe('what belongs to it', () => {
  test('is read', () => {
    const more = { SMTP_RATE: '0.5', BOUNCE_DOMAIN: 'bounces.köln.example' }
    expect(smtpOf({ SMTP_URL: PLAIN, ...DKIM, ...more })).toMatchObject({
      requestsPerSecond: 0.5,
      dkim: { domain: 'news.example.com', selector: 'pressroom', privateKey: KEY.trim() },
      bounceDomain: 'bounces.xn--kln-sna.example',
    })
  })

  test.each([['dkim.pem'], [KEY.replaceAll('\n', '\\n')]])('may have its key as %s', (key) => {
    const dkim = smtpOf({ SMTP_URL: PLAIN, ...DKIM, DKIM_PRIVATE_KEY: key })?.dkim
    expect(dkim?.privateKey.trim()).toBe(KEY.trim())
  })

  test('says nothing without it', () => {
    const alone = { ...DKIM, BOUNCE_DOMAIN: 'bounces.example.com', SMTP_RATE: '5' }
    expect(problemsOf(alone)).toEqual(
      ['DKIM_DOMAIN', 'DKIM_SELECTOR', 'DKIM_PRIVATE_KEY', 'BOUNCE_DOMAIN', 'SMTP_RATE'].map(
        (name) => `${name}: needs SMTP_URL`,
      ),
    )
  })

  test('is missed all at once', () => {
    expect(problemsOf({ SMTP_URL: PLAIN, DKIM_SELECTOR: 'a b', SMTP_RATE: '0', BOUNCE_DOMAIN: 'localhost' })).toEqual([
      expect.stringContaining('SMTP_RATE: expected a number'),
      expect.stringContaining('DKIM_SELECTOR: expected letters'),
      expect.stringContaining('BOUNCE_DOMAIN: expected a domain'),
      expect.stringContaining('DKIM_DOMAIN: is missing'),
      expect.stringContaining('DKIM_PRIVATE_KEY: is missing'),
    ])
  })

  test.each([
    ['of another kind', ED25519],
    ['that is no key', '-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----'],
    ['in a file that is not there', 'hunter2.pem'],
    ['that is too short', pem(512)],
  ])('has no key %s', (_, key) => {
    const problems = problemsOf({ SMTP_URL: PLAIN, ...DKIM, DKIM_PRIVATE_KEY: `${key}` })
    expect(problems).toEqual([expect.stringContaining('DKIM_PRIVATE_KEY: expected an RSA private key')])
    expect(problems.join()).not.toContain('hunter2')
  })
})
