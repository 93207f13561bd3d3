import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPressroom, type Pressroom } from '../src/index.ts'
import { createTestDatabase, type TestDatabase } from './support/database.ts'
import { deliverAll } from './support/deliver.ts'

let database: TestDatabase
let dataDir: string
let pressroom: Pressroom

beforeAll(async () => {
  database = await createTestDatabase()
  dataDir = await mkdtemp(join(tmpdir(), 'pressroom-library-'))
  const config = {
    databaseUrl: database.url,
    redisUrl: null,
    resend: null,
    smtp: null,
    appSecrets: ['a secret of this test alone'],
  }
  pressroom = await createPressroom({ ...config, dataDir, port: 0, logLevel: 'silent' })
})
afterAll(async () => {
  await pressroom.close()
  await database.drop()
  await rm(dataDir, { recursive: true, force: true })
})

test('takes an article to its readers from a program of one’s own', async () => {
  await pressroom.createNewsletter({
    slug: 'morning',
    name: 'The Morning',
    fromName: 'The Daily',
    fromAddress: 'morning@daily.example',
    postalAddress: 'Main Street 1, 10000 Town',
  })
  const csv = Readable.from([Buffer.from('email\nada@example.com\n')])
  const report = await pressroom.importSubscribers('morning', csv, { consentSource: 'Fair' })
  expect(report).toMatchObject({ kind: 'imported', taken: { added: 1 } })
  const article = await pressroom.importArticle({ text: '---\nheadline: Wind\nbyline: Ada\n---\n\nIt blows.\n' })
  const issue = await pressroom.createIssue({ newsletter: 'morning', articles: [article.id] })
  expect(await pressroom.renderIssue(issue.id)).toMatchObject({
    subject: 'Wind',
    html: expect.stringContaining('It blows.'),
  })
  const request = { issue: issue.id, at: new Date(Date.now() + 3_600_000), idempotencyKey: 'monday' }
  const send = await pressroom.scheduleSend(request)
  expect((await pressroom.scheduleSend(request)).id).toBe(send.id)
  expect((await pressroom.cancelSend(send.id)).state).toBe('cancelled')
  const now = await pressroom.scheduleSend({ issue: issue.id })
  await deliverAll(pressroom.app)
  expect(await pressroom.getSend(now.id)).toMatchObject({ state: 'sent', progress: { recipients: 1, accepted: 1 } })
})

test('serves and works until it is closed', async () => {
  const [{ url }, worker] = await Promise.all([pressroom.serve({ port: 0 }), pressroom.startWorker()])
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  expect(worker.name).not.toBe('')
})

test('refuses with everything that is wrong', async () => {
  const nothing = { newsletter: 'morning', articles: [] }
  await expect(pressroom.createIssue(nothing)).rejects.toMatchObject({
    code: 'invalid_input',
    problems: [{ where: 'articles', message: 'expected at least one article' }],
  })
  await expect(pressroom.renderIssue('x')).rejects.toMatchObject({ code: 'not_found' })
  await expect(pressroom.scheduleSend({ issue: 'x' })).rejects.toMatchObject({ code: 'invalid_input' })
  const request = { newsletter: 'evening', email: 'a@example.com' }
  await expect(pressroom.subscribe(request)).rejects.toMatchObject({ code: 'not_found' })
})
